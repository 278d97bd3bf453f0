# What kube-proxy and kube-router call on the node's network.
ARG BASE
FROM ${BASE}
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      iptables ipset conntrack iproute2 kmod && rm -rf /var/lib/apt/lists/*
