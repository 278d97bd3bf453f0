// Which addresses of a namespace have to answer: pure.
import { type ClusterObject, controllerOf } from "./cluster-object.ts";

/** Where the Services of a namespace, and DNS, have to answer: their cluster addresses by TCP, where they have pods at all. */
export function addresses(
  objects: ClusterObject[],
  namespace: string,
): { service: string; host: string; port: number }[] {
  const pods = objects.filter(({ kind, metadata }) => kind === "Pod" && controllerOf(metadata));
  return objects
    .filter(
      ({ kind, metadata }) => kind === "Service" && (metadata.namespace === namespace || metadata.name === "kube-dns"),
    )
    .filter(({ spec: { clusterIP, selector } }) => selector && clusterIP && clusterIP !== "None")
    .filter(({ metadata, spec }) =>
      pods.some(
        (pod) =>
          pod.metadata.namespace === metadata.namespace &&
          Object.entries(spec.selector ?? {}).every(([key, value]) => pod.metadata.labels?.[key] === value),
      ),
    )
    .flatMap(({ metadata, spec: { clusterIP, ports = [] } }) =>
      ports
        .filter(({ protocol = "TCP" }) => protocol === "TCP")
        .map(({ port }) => ({ service: metadata.name, host: clusterIP as string, port })),
    );
}
