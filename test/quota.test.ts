// What an environment takes at most, from its rendered charts, and what its quota makes of it.
// Does not prove: that the cluster counts as this does; test/e2e/environments.test.ts rolls out and tests under a quota.
import { strict as assert } from "node:assert";
import { helmTemplate } from "../components/helm-template";
import { chartsOf, partsOf } from "../components/parts";
import { assertFits, hardLimits, peak } from "../components/quota";
import { renderCharts } from "../components/render-chart";
import { parseSettings } from "../settings";
import { type Change, changed } from "./support/stack-file";

const MIB = 2 ** 20;
const external = { database: { mode: "external" } };
const inside = { database: { mode: "inside" } };

/** The settings of a stack after a change, and its charts as they would be installed. */
async function environment(stack: string, change: Change = {}) {
  const settings = parseSettings(stack, changed(stack, change), [], { assumeSecrets: true });
  return { settings, charts: Object.values(await renderCharts(chartsOf(partsOf(settings)), helmTemplate)) };
}

describe("the most that an environment takes", () => {
  // Backend 100m and 512Mi, frontend 50m and 256Mi, PostgreSQL 50m and 512Mi a pod. During a rollout of the backend, one
  // pod more and up to two that are ending.
  const cases: [stack: string, change: Change, cpu: number, mebibytes: number, gibibytes: number][] = [
    ["dev", inside, 100 + 50 + 50 + 200, 512 + 256 + 512 + 1024, 1],
    ["dev", external, 100 + 50 + 200, 512 + 256 + 1024, 0],
    ["staging", external, 100 + 50 + 200, 512 + 256 + 1024, 0],
    ["staging", inside, 100 + 50 + 50 + 200, 512 + 256 + 512 + 1024, 1],
    ["prod", external, 200 + 100 + 300, 1024 + 512 + 1536, 0],
    // With a smaller pool: two rolling pods of prod's would want more connections than PostgreSQL has.
    ["prod", { ...inside, "backend.pool.overflow": 5 }, 200 + 100 + 50 + 300, 1024 + 512 + 512 + 1536, 1],
    ["staging", { ...external, "backend.replicas": 50 }, 5000 + 50 + 300, 51 * 512 + 256 - 512 + 1536, 0],
    ["staging", { ...external, "backend.autoscaling.enabled": true }, 300 + 50 + 300, 3 * 512 + 256 + 1536, 0],
  ];
  for (const [stack, change, cpu, mebibytes, gibibytes] of cases) {
    it(`${stack} with ${JSON.stringify(change)}`, async () => {
      const { charts } = await environment(stack, change);
      const expected = { cpu, memory: mebibytes * MIB, storage: gibibytes * 1024 * MIB };
      assert.deepEqual(peak(charts.flatMap(({ objects }) => objects)), expected);
    });
  }

  it("counts the pods that an autoscaler may make, and the largest of what passes", () => {
    const containers = [{ name: "a", resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } } }];
    const object = (kind: string, name: string, spec: object) => ({ apiVersion: "", kind, metadata: { name }, spec });
    const template = { spec: { containers } };
    const scaler = { maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "a" } };
    const strategy = { rollingUpdate: { maxSurge: 1 } };
    const rolling = [object("Deployment", "a", { template, strategy }), object("HorizontalPodAutoscaler", "a", scaler)];
    assert.deepEqual(peak(rolling), { cpu: 6000, memory: 6 * 1024 * MIB, storage: 0 });
    const still = [object("Deployment", "a", { template }), object("Job", "b", { template })];
    assert.deepEqual(peak(still), { cpu: 2000, memory: 2 * 1024 * MIB, storage: 0 });
  });
});

describe("the quota", () => {
  it("is what the stack file says, as a ResourceQuota counts", () => {
    const hard = { "requests.cpu": "500m", "limits.memory": "3Gi", "requests.storage": "10Gi" };
    assert.deepEqual(hardLimits({ cpu: "500m", memory: "3Gi", storageGiB: 10 }), hard);
  });

  for (const stack of ["dev", "staging", "prod"]) {
    it(`of ${stack} has room for it with the database inside or outside, and for a rollout`, async () => {
      for (const mode of [inside, external]) {
        const { settings, charts } = await environment(stack, { ...mode, "backend.pool.overflow": 5 });
        assertFits(stack, settings.quota, charts);
      }
    });
  }

  it("that is too small is refused: each part, what is needed, what there is, and the way out", async () => {
    const { settings, charts } = await environment("staging", { "backend.replicas": 50 });
    const wayOut = "which this environment takes during a rollout, found";
    assert.throws(() => assertFits("staging", settings.quota, charts), {
      message: [
        "Pulumi.staging.yaml has 2 problems; nothing was changed.",
        `  todo:quota.cpu: expected at least 5350m, ${wayOut} 500m; raise it, or lower replicas or resources`,
        `  todo:quota.memory: expected at least 27392Mi, ${wayOut} 3072Mi; raise it, or lower replicas or resources`,
      ].join("\n"),
    });
  });

  it("that is too small for what autoscalers may make is refused", async () => {
    const { settings, charts } = await environment("staging", { "backend.autoscaling.enabled": true });
    assert.throws(() => assertFits("staging", settings.quota, charts), {
      message: [
        "Pulumi.staging.yaml has 2 problems; nothing was changed.",
        "  todo:quota.cpu: expected at least 650m, which this environment takes during a rollout, found 500m; raise it, or lower maxReplicas, replicas or resources",
        "  todo:quota.memory: expected at least 3328Mi, which this environment takes during a rollout, found 3072Mi; raise it, or lower maxReplicas, replicas or resources",
      ].join("\n"),
    });
  });

  it("for volumes is refused where the database's is larger", async () => {
    const { settings, charts } = await environment("dev", { "database.storageGiB": 11 });
    assert.throws(() => assertFits("dev", settings.quota, charts), {
      message:
        "Pulumi.dev.yaml has 1 problem; nothing was changed.\n  todo:quota.storageGiB: expected at least 11, which this environment takes during a rollout, found 10; raise it, or lower replicas or resources",
    });
  });
});
