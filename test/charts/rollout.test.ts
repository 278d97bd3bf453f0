// Replicas, rollouts and disruptions of the Deployments.
// Not proved here: that no request is lost in a rollout, that the autoscaler gets metrics, that a drain ends.
import assert from "node:assert/strict";
import { one, refusal, render, serviceCharts, type Values } from "./render.ts";
import { everything, least } from "./values.ts";

for (const chart of serviceCharts) {
  const kinds = async (values: Values) => (await render(chart, { ...least[chart], ...values })).map(({ kind }) => kind);
  const refused = (values: Values) => refusal(chart, { ...least[chart], ...values });

  describe(`rollout of ${chart}`, () => {
    it("replaces a pod only when the new one is ready, and lets the old one finish", async () => {
      const { replicas, strategy, template } = one(
        await render(chart, { ...least[chart], containerPort: 9000 }),
        "Deployment",
      ).spec;
      assert.equal(replicas, 1);
      assert.deepEqual(strategy, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
      assert.deepEqual(template.spec.containers[0].lifecycle, { preStop: { sleep: { seconds: 5 } } });
      assert.equal(template.spec.terminationGracePeriodSeconds, 30);
    });

    it("has no preStop where the sleep is 0: the API server knows no sleep of 0", async () => {
      const objects = await render(chart, { ...least[chart], preStopSleepSeconds: 0 });
      assert.equal(one(objects, "Deployment").spec.template.spec.containers[0].lifecycle, undefined);
    });

    it("refuses a sleep that the grace period would cut off", async () => {
      assert.match(
        (await refused({ preStopSleepSeconds: 30 })) ?? "",
        /terminationGracePeriodSeconds \(30\) must exceed preStopSleepSeconds \(30\): the sleep is part of the grace period/,
      );
    });
  });

  describe(`autoscaling of ${chart}`, () => {
    it("owns the number of replicas", async () => {
      const objects = await render(chart, everything[chart]);
      assert.equal("replicas" in one(objects, "Deployment").spec, false);
      assert.deepEqual(one(objects, "HorizontalPodAutoscaler").spec, {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "app" },
        minReplicas: 3,
        maxReplicas: 5,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
        ],
        behavior: { scaleUp: { stabilizationWindowSeconds: 60 }, scaleDown: { stabilizationWindowSeconds: 300 } },
      });
    });

    it("is 1 to 3 pods by default", async () => {
      const { minReplicas, maxReplicas } = one(
        await render(chart, { ...least[chart], autoscaling: { enabled: true } }),
        "HorizontalPodAutoscaler",
      ).spec;
      assert.deepEqual({ minReplicas, maxReplicas }, { minReplicas: 1, maxReplicas: 3 });
    });

    it("refuses bounds the wrong way round", async () => {
      const text = await refused({ autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 2 } });
      assert.match(text ?? "", /autoscaling\.maxReplicas \(2\) must not be below autoscaling\.minReplicas \(3\)/);
    });
  });

  describe(`PodDisruptionBudget of ${chart}`, () => {
    const cases: [Values, boolean][] = [
      [{ replicaCount: 1 }, false],
      [{ replicaCount: 2 }, true],
      [{ replicaCount: 2, podDisruptionBudget: { enabled: false } }, false],
      [{ replicaCount: 2, autoscaling: { enabled: true, minReplicas: 1 } }, false],
      [{ replicaCount: 1, autoscaling: { enabled: true, minReplicas: 2 } }, true],
    ];
    for (const [values, expected] of cases) {
      it(`${expected ? "is made" : "is not made"} with ${JSON.stringify(values)}`, async () => {
        assert.equal((await kinds(values)).includes("PodDisruptionBudget"), expected);
      });
    }

    it("selects the Deployment's pods, and lets unready ones go", async () => {
      const objects = await render(chart, { ...least[chart], replicaCount: 2 });
      const { selector } = one(objects, "Deployment").spec;
      assert.deepEqual(one(objects, "PodDisruptionBudget").spec, {
        minAvailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector,
      });
    });

    it("refuses to block every drain", async () => {
      const text = await refused({ replicaCount: 2, podDisruptionBudget: { minAvailable: 2 } });
      assert.match(
        text ?? "",
        /podDisruptionBudget\.minAvailable \(2\) must be below the guaranteed replicas \(2\), or no node could ever be drained/,
      );
    });
  });
}
