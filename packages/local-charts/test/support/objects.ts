// Objects as charts render them, small and of the tests' own.
import type { KubernetesObject } from "../../src/kubernetes/object.ts";

export const NAMESPACE = "shop-test";

/** A Deployment after a change. */
export function deployment(
  change: (container: Record<string, unknown>, spec: Record<string, unknown>) => void = () => {},
) {
  const container: Record<string, unknown> = {
    name: "app",
    image: "app:1",
    env: [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    ports: [{ name: "http", containerPort: 8000 }],
    resources: { limits: { cpu: "500m", memory: "1Gi" } },
  };
  const spec = {
    replicas: 1,
    selector: { matchLabels: { app: "app" } },
    template: { spec: { containers: [container] } },
  };
  change(container, spec);
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "app" }, spec } as KubernetesObject;
}
/** An object of any kind. */
export const simple = (kind: string, rest: Record<string, unknown> = {}, metadata: object = {}): KubernetesObject => ({
  ...{ apiVersion: "v1", kind, metadata: { name: "one", ...metadata } },
  ...rest,
});

/** Where the container of such a Deployment is. */
export const CONTAINER = "spec.template.spec.containers[app]";
