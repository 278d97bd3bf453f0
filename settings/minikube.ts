// The one cluster that is known before it is asked: the project's own Minikube profile.

/** Its name, and that of its context. */
export const profile = "todo-on-minikube";

/** What Traefik serves, where a stack asks for it by one of these (cluster/addons): other classes and Gateways are somebody else's. */
export const INGRESS_CLASS = "traefik";
export const GATEWAY = { name: "public", namespace: "todo-ingress" };

/** Whether it serves an environment's Ingress or HTTPRoute, by the names in its section `cluster`. */
export const isServedByTraefik = ({
  ingressClass,
  gateway,
}: {
  ingressClass?: unknown;
  gateway?: Partial<typeof GATEWAY>;
}) => ingressClass === INGRESS_CLASS || (gateway?.name === GATEWAY.name && gateway?.namespace === GATEWAY.namespace);

/** Annotations that leave an Ingress out at its http port, which then leads to https. A route names listener `https` for that. */
export const HTTPS_ONLY = { "traefik.ingress.kubernetes.io/router.entrypoints": "https" };

/** Its node ports, by the scheme that they are for. */
export const ingressPorts = { http: 30080, https: 30443 };

/** Node ports that the Services of environments may have. */
export const servicePorts = [30300, 30301, 30302, 30303];

/**
 * Node ports that are published on 127.0.0.1. Docker publishes ports only when a container is made, so the whole range
 * that environments may use is taken at once; a stack's NodePort has to lie in it to be reachable from the browser.
 */
export const publishedPorts = [...servicePorts, ...Object.values(ingressPorts)];
