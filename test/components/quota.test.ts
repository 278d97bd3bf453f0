// What an environment takes at most, from its rendered charts, and what its quota makes of it.
// Does not prove: that the cluster counts as this does; test/e2e/environments.test.ts rolls out and tests under a quota.
import { strict as assert } from "node:assert";
import { checkCharts } from "local-charts";
import { peak } from "local-charts/objects";
import { checksOf } from "../../components/checks.ts";
import { type RenderedEnvironment, renderEnvironment } from "../../components/rendered.ts";
import { ROOT } from "../support/mocks.ts";
import { type Change, changedSettings } from "../support/stack-file.ts";

const MIB = 2 ** 20;
const external = { database: { mode: "external" } };
const inside = { database: { mode: "inside" } };

/** A stack after a change, as it would be deployed. */
const environment = (stack: string, change: Change = {}): Promise<RenderedEnvironment> =>
  renderEnvironment(changedSettings(stack, change), ROOT);

/** What ends the program before it installs anything. */
const check = ({ settings, parts, charts }: RenderedEnvironment) => checkCharts(charts, checksOf(settings, parts, []));

describe("the most that an environment takes", () => {
  // A pod of dev: backend 100m and 512Mi, frontend 50m and 256Mi; elsewhere 250m and 1Gi, 100m and 512Mi; PostgreSQL 50m and
  // 512Mi. During a rollout of the backend, one pod more and up to two that are ending.
  const cases: [stack: string, change: Change, millicores: number, mebibytes: number, gibibytes: number][] = [
    ["dev", inside, 100 + 50 + 50 + 200, 512 + 256 + 512 + 1024, 1],
    // A backup, whose time may come during a rollout: 50m and 256Mi, and the volume of the backups.
    [
      "dev",
      { database: { mode: "inside", backup: { storageGiB: 3 } } },
      100 + 50 + 50 + 200 + 50,
      512 + 256 + 512 + 1024 + 256,
      4,
    ],
    ["dev", external, 100 + 50 + 200, 512 + 256 + 1024, 0],
    ["staging", external, 250 + 100 + 500, 1024 + 512 + 2048, 0],
    ["staging", inside, 250 + 100 + 50 + 500, 1024 + 512 + 512 + 2048, 1],
    ["prod", external, 500 + 200 + 750, 2048 + 1024 + 3072, 0],
    // With a smaller pool: two rolling pods of prod's would want more connections than PostgreSQL has.
    ["prod", { ...inside, "backend.pool.overflow": 5 }, 500 + 200 + 50 + 750, 2048 + 1024 + 512 + 3072, 1],
    ["staging", { ...external, "backend.replicas": 50 }, 12_500 + 100 + 750, 50 * 1024 + 512 + 3072, 0],
    ["staging", { ...external, "backend.autoscaling.enabled": true }, 750 + 100 + 750, 3 * 1024 + 512 + 3072, 0],
  ];
  for (const [stack, change, millicores, mebibytes, gibibytes] of cases) {
    it(`${stack} with ${JSON.stringify(change)}`, async () => {
      const { charts } = await environment(stack, change);
      const { cpu, memory, storage } = peak(charts.flatMap(({ objects }) => objects));
      assert.deepEqual(
        // Sums of thousandths of a core are a little off in binary.
        [Math.round(cpu * 1e6) / 1e3, memory / MIB, storage / MIB / 1024],
        [millicores, mebibytes, gibibytes],
      );
    });
  }
});

describe("the quota", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`of ${stack} has room for it with the database inside or outside, and for a rollout`, async () => {
      for (const mode of [inside, external]) {
        check(await environment(stack, { ...mode, "backend.pool.overflow": 5 }));
      }
    });
  }

  it("that nobody has set has room for two pods of each service, and for autoscalers as they come", async () => {
    check(await environment("dev", { "backend.resources": undefined, "backend.replicas": 2, "frontend.replicas": 2 }));
    check(await environment("staging", { "backend.autoscaling.enabled": true }));
  });

  it("that is too small is refused: each part, what is needed, what there is, and the fix", async () => {
    const made = await environment("staging", { "backend.replicas": 50 });
    const why = "which this environment takes during a rollout, found";
    assert.throws(() => check(made), {
      message: [
        "Pulumi.staging.yaml has 2 problems; nothing was changed.",
        `  todo:quota.cpu: expected at least 13350m, ${why} 2000m; raise it, or lower replicas or resources`,
        `  todo:quota.memory: expected at least 54784Mi, ${why} 8192Mi; raise it, or lower replicas or resources`,
      ].join("\n"),
    });
  });

  it("that is too small for what autoscalers may make is refused", async () => {
    const made = await environment("staging", { "backend.autoscaling": { enabled: true, maxReplicas: 5 } });
    assert.throws(() => check(made), {
      message: [
        "Pulumi.staging.yaml has 2 problems; nothing was changed.",
        "  todo:quota.cpu: expected at least 2100m, which this environment takes during a rollout, found 2000m; raise it, or lower maxReplicas, replicas or resources",
        "  todo:quota.memory: expected at least 8704Mi, which this environment takes during a rollout, found 8192Mi; raise it, or lower maxReplicas, replicas or resources",
      ].join("\n"),
    });
  });

  it("for volumes is refused where the database's is larger", async () => {
    const made = await environment("dev", { "database.storageGiB": 11 });
    assert.throws(() => check(made), {
      message:
        "Pulumi.dev.yaml has 1 problem; nothing was changed.\n  todo:quota.storageGiB: expected at least 11, which this environment takes during a rollout, found 10; raise it, or lower replicas or resources",
    });
  });
});
