// What the cluster has of each environment, against the table that they were asked for by.
import { strict as assert } from "node:assert";
import { json, kubectl, origins, releases } from "../environment.ts";

interface Deployment {
  spec: { template: { spec: { containers: { resources: { requests: object } }[] } } };
}

export function madeOf(): void {
  describe("what each is made of", () => {
    for (const [stack, replicas, memory, size, overflow, type] of [
      ["dev", 1, ["128Mi", "64Mi"], "2", "5", "NodePort"],
      ["staging", 1, ["256Mi", "128Mi"], "5", "10", "ClusterIP"],
      ["prod", 2, ["256Mi", "128Mi"], "10", "20", "ClusterIP"],
    ] as const) {
      it(`${stack}: replicas, requests, pool, Services, the one origin that CORS allows`, () => {
        const { items } = json(stack, "get", "deployments");
        assert.deepEqual(
          items.map(({ status }: { status: { readyReplicas: number } }) => status.readyReplicas),
          [replicas, replicas],
        );
        assert.deepEqual(
          items.map(({ spec }: Deployment) => spec.template.spec.containers[0].resources.requests),
          [
            { cpu: "100m", memory: memory[0] },
            { cpu: "50m", memory: memory[1] },
          ],
        );
        const [{ spec }] = items.filter(
          ({ metadata }: { metadata: { name: string } }) => metadata.name === `todo-backend-${stack}`,
        );
        const [{ configMapRef }] = spec.template.spec.containers[0].envFrom;
        const { data: env } = json(stack, "get", "configmap", configMapRef.name);
        assert.deepEqual([env.POOL_SIZE, env.MAX_OVERFLOW, env.CORS_ORIGINS], [size, overflow, origins[stack]]);
        assert.equal(json(stack, "get", "service", `todo-frontend-${stack}`).spec.type, type);
        assert.equal(json(stack, "get", "service", `todo-backend-${stack}`).spec.type, "ClusterIP");
      });
    }

    for (const stack of ["staging", "prod"]) {
      it(`${stack} has nothing of PostgreSQL`, () => {
        assert.deepEqual(releases(stack), [`todo-backend-${stack}`, `todo-frontend-${stack}`]);
        const kinds =
          "pods,statefulsets,services,persistentvolumeclaims,secrets,configmaps,serviceaccounts,jobs,networkpolicies";
        const names = kubectl(stack, "get", kinds, "--output", "name").trim().split("\n");
        assert.deepEqual(
          names.filter((name) => name.includes("postgres")),
          [],
        );
        assert.deepEqual(
          names.filter((name) => /^(statefulset|persistentvolumeclaim)/.test(name)),
          [],
        );
      });
    }
  });
}
