// The Job of `make migrate`, rendered from the backend's chart: the same as an update's but for its name and account.
// Does not prove: that it migrates a database (`make e2e`).
import { strict as assert } from "node:assert";
import { helmTemplate } from "local-charts";
import { describe, it } from "mocha";
import { assertNoneRuns, endOf, type Job } from "../../../ops/job/job.ts";
import {
  assertDeployed,
  assertSameImage,
  assertUnchanging,
  backendOf,
  migrationJob,
  migrationsOf,
  passageFor,
} from "../../../ops/migrate/job.ts";
import { ROOT } from "../../support/mocks.ts";
import { type Change, changedSettings } from "../../support/stack-file.ts";

const template = helmTemplate(ROOT);
const chartOf = (change: Change = {}) => backendOf(changedSettings("staging", change));
const rendered = async ({ chart: path, release, namespace, values }: ReturnType<typeof chartOf>) =>
  template({ path, release_name: release, namespace, values, kube_version: "1.35.0" });

describe("the Job of make migrate", () => {
  const deployed = { "backend.env": { LOG_LEVEL: "debug" }, "backend.secretKeys": { DB: "DATABASE_URL" } };

  it("is that of an update's hook, with the application's account and no hook, and goes by itself", async () => {
    const hook = (await rendered(chartOf({ ...deployed, "database.migrations": "job" }))).find(
      ({ kind }) => kind === "Job",
    ) as Job;
    const none = chartOf({ ...deployed, "database.migrations": "none" });
    assert.equal(
      (await rendered(none)).some(({ kind }) => kind === "Job"),
      false,
    );
    const job = await migrationJob(chartOf({ "database.migrations": "none" }), none.values, template);

    assert.deepEqual(job.spec.template.spec.containers, hook.spec.template.spec.containers);
    assert.equal(job.metadata.name, "todo-backend-staging-migration-1");
    assert.equal(job.metadata.annotations, undefined);
    const { ttlSecondsAfterFinished, ...spec } = structuredClone(job.spec) as Job["spec"] & Record<string, unknown>;
    assert.equal(ttlSecondsAfterFinished, 600);
    Object.assign(spec.template.spec, { serviceAccountName: "todo-backend-staging-migration" });
    assert.deepEqual(spec, hook.spec);
    const { serviceAccountName } = job.spec.template.spec as { serviceAccountName?: string };
    assert.equal(serviceAccountName, "todo-backend-staging");
  });

  it("runs what the stack file says now, for as long", async () => {
    const migration = { command: ["./migrate", "up"], deadlineSeconds: 900 };
    const { spec } = await migrationJob(
      chartOf({ "backend.migration": migration }),
      chartOf(deployed).values,
      template,
    );
    assert.deepEqual(spec.template.spec.containers[0].command, ["./migrate", "up"]);
    assert.equal(spec.activeDeadlineSeconds, 900);
  });
});

describe("the way of a migration into the database", () => {
  const job = { metadata: { name: "todo-backend-dev-migration" } } as Job;
  const way = (change: Change) => passageFor(job, changedSettings("dev", change));

  it("is one of its own where the database's policy knows the backend alone", () => {
    const spec = way({ "database.migrations": "none" })?.spec;
    assert.deepEqual(spec, {
      podSelector: {
        matchLabels: { "app.kubernetes.io/name": "todo-postgres", "app.kubernetes.io/instance": "todo-postgres-dev" },
      },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { "batch.kubernetes.io/job-name": "todo-backend-dev-migration" } } }],
          ports: [{ protocol: "TCP", port: 5432 }],
        },
      ],
    });
  });

  it("needs nothing where everybody is let in, where updates migrate, and where the database is elsewhere", () => {
    assert.equal(way({ "database.migrations": "none", networkPolicies: "none" }), undefined);
    assert.equal(way({}), undefined);
    const elsewhere = changedSettings("staging", { "database.migrations": "none" });
    assert.equal(passageFor(job, elsewhere), undefined);
  });
});

describe("make migrate refuses", () => {
  it("another image than the one that is deployed", () => {
    const [before, after] = [chartOf(), chartOf({ "backend.image.tag": "0123456789ab" })];
    assertSameImage("staging", before.values, chartOf(deployedElse).values);
    const { tag } = before.values.image as { tag: string };
    assert.throws(() => assertSameImage("staging", after.values, before.values), {
      message: `stack staging: expected one image, found localhost/todo-backend:0123456789ab in Pulumi.staging.yaml (todo:backend.image) and localhost/todo-backend:${tag} deployed; \`make up ENV=staging\` deploys the former, then run this again`,
    });
    assert.throws(() => assertSameImage("staging", after.values, {}), /and no image deployed;/);
  });
  const deployedElse = { "backend.replicas": 3 };

  const release = (status: string, name = "api") => ({ name, status });
  it("what is not deployed", () => {
    assert.deepEqual(assertDeployed("lab", "api", [release("x", "db"), release("y")]), release("y"));
    assert.throws(() => assertDeployed("lab", "api", [release("deployed", "db")]), {
      message:
        "stack lab: expected a backend that is deployed, whose image, variables and secrets a migration has, found none (there is no release api); `make up ENV=lab` deploys it",
    });
  });

  it("what somebody changes, unless that waits for its schema", () => {
    const values = (enabled: boolean) => ({ migration: { enabled } });
    for (const status of ["deployed", "failed"]) assertUnchanging("lab", release(status), values(true));
    for (const status of ["pending-install", "pending-upgrade"])
      assertUnchanging("lab", release(status), values(false));
    for (const [status, deployed] of [
      ["pending-upgrade", values(true)],
      ["pending-upgrade", {}],
      ["pending-rollback", values(false)],
      ["uninstalling", values(false)],
    ] as const) {
      assert.throws(() => assertUnchanging("lab", release(status), deployed), {
        message: `stack lab: expected nobody to change release api meanwhile, found it ${status}; wait for that update, or, if it was interrupted, \`make up ENV=lab\` goes on from there`,
      });
    }
  });

  it("a second one beside one that runs", () => {
    const job = (instance: string, type?: string) =>
      ({
        metadata: {
          name: `${instance}-migration`,
          labels: { "app.kubernetes.io/instance": instance },
          creationTimestamp: "T",
        },
        status: {
          conditions: [{ type: "SuccessCriteriaMet", status: "True" }, ...(type ? [{ type, status: "True" }] : [])],
        },
      }) as unknown as Job;
    const jobs = [job("api", "Complete"), job("api", "Failed"), job("page")];
    assertNoneRuns("lab", "migration", migrationsOf("api", jobs), "kubectl");
    assert.throws(() => assertNoneRuns("lab", "migration", [job("api")], "kubectl -n todo-lab"), {
      message:
        "stack lab: expected no migration that runs already, found Job api-migration, since T; `kubectl -n todo-lab logs job/api-migration --follow` shows it, and when it has ended run this again",
    });
    assert.equal(
      endOf({ ...job("api", "Failed"), status: { conditions: [{ type: "Failed", status: "False" }] } }),
      undefined,
    );
  });
});
