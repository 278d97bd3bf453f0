// The quota of a namespace, as the API server holds pods to it.
import { strict as assert } from "node:assert";
import { helm, json, kubectl, releases } from "../environment.ts";

export function quotas(): void {
  describe("quotas", () => {
    it("prod: a rollout of both and the charts' tests fit into the quota", () => {
      const refused = () =>
        json("prod", "get", "events").items.filter(({ message = "" }: { message?: string }) =>
          message.includes("exceeded quota"),
        );
      kubectl("prod", "rollout", "restart", "deployment/todo-backend-prod");
      kubectl("prod", "rollout", "status", "deployment/todo-backend-prod", "--timeout=120s");
      kubectl("prod", "rollout", "restart", "deployment/todo-frontend-prod");
      kubectl("prod", "rollout", "status", "deployment/todo-frontend-prod", "--timeout=120s");
      for (const release of releases("prod")) {
        helm("prod", "test", release, "--timeout", "180s");
      }
      assert.deepEqual(refused(), []);
      assert.equal(json("prod", "get", "resourcequota", "environment").status.hard["requests.cpu"], "1500m");
    });

    it("staging: a pod that states nothing gets the defaults, and one that is too much is refused", () => {
      const overrides = {
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "more",
              image: "none:0",
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            },
          ],
        },
      };
      const run = (limits?: object) => {
        const [container] = overrides.spec.containers;
        const spec = { ...overrides.spec, containers: [{ ...container, ...(limits && { resources: { limits } }) }] };
        return kubectl(
          "staging",
          "run",
          "more",
          "--image=none:0",
          "--restart=Never",
          "--dry-run=server",
          "--output=json",
          `--overrides=${JSON.stringify({ spec })}`,
        );
      };
      const { resources } = JSON.parse(run()).spec.containers[0];
      assert.deepEqual(resources, {
        limits: { cpu: "500m", memory: "256Mi" },
        requests: { cpu: "50m", memory: "64Mi" },
      });
      assert.throws(
        () => run({ cpu: "2", memory: "64Mi" }),
        /exceeded quota: environment, requested: requests\.cpu=2, used: requests\.cpu=150m, limited: requests\.cpu=2/,
      );
    });
  });
}
