import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  assertOwnNamespace,
  CLUSTER_UID,
  clusterUid,
  ensured,
  inSameCluster,
  LocalChart,
  prepareCharts,
} from "local-charts";
import { podSecurity } from "../components/namespace.ts";
import { KUBERNETES_VERSION } from "../settings/kubernetes-version.ts";
import { MONITORING } from "../settings/monitoring.ts";
import { chartsOf, policy, wiring } from "./charts.ts";

const OWN: [string, string] = ["app.kubernetes.io/part-of", "todo-platform"];

// @ts-expect-error: what Node's own type stripping does not know (TS1294), and what Pulumi awaits.
export = async () => {
  const context = new pulumi.Config().require("context");
  const { namespace, agentNamespace } = MONITORING;
  const cluster = { context, clusterIdentifier: context, kubeconfig: "", enablePatchForce: true };
  const provider = new kubernetes.Provider(
    "cluster",
    { ...cluster, upsertExistingObjects: true },
    { ignoreChanges: ["clusterIdentifier"] },
  );
  const [charts, uid] = await Promise.all([
    prepareCharts(chartsOf(), {
      ...{ provider, context, policy, wiring },
      kubeVersion: KUBERNETES_VERSION,
    }),
    clusterUid(context),
    ...[namespace, agentNamespace].map((name) => assertOwnNamespace(context, name, OWN)),
  ]);

  const annotations = uid === undefined ? undefined : { [CLUSTER_UID]: uid };
  const namespaceOf = (name: string, level: "restricted" | "privileged") => {
    const metadata = { name, labels: { ...Object.fromEntries([OWN]), ...podSecurity(level) }, annotations };
    const made = new kubernetes.core.v1.Namespace(
      name,
      { metadata },
      { provider, ignoreChanges: ["metadata.annotations"] },
    );
    const object = { apiVersion: "v1", kind: "Namespace", metadata };
    return inSameCluster(made, context, uid).apply(() => ensured(made, context, object));
  };
  const place = namespaceOf(namespace, "restricted");
  // The log agent is root, and mounts a folder of the node: it is alone where that is allowed.
  const agentPlace = namespaceOf(agentNamespace, "privileged");

  const state = new LocalChart("cluster-state", charts["cluster-state"], { provider, dependsOn: place });
  const metrics = new LocalChart("metrics", charts.metrics, { provider, dependsOn: place });
  const logs = new LocalChart("logs", charts.logs, { provider, dependsOn: place });
  const agent = new LocalChart("log-agent", charts["log-agent"], { provider, dependsOn: [agentPlace, logs.ready] });

  const forward = (page: string, ports: string) =>
    pulumi
      .all([state.ready, metrics.ready, agent.ready])
      .apply(() => `kubectl --context ${context} -n ${namespace} port-forward service/${page} ${ports}`);
  return {
    /** What opens the pages, on a cluster of any kind. */
    open: { metrics: forward("metrics", "8428:http"), logs: forward("logs", "9428:http") },
  };
};
