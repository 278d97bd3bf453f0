// The Jobs that verbs make of the CronJob, and what they refuse. Does not prove: what the chart's CronJob is (test/charts/backup.test.ts).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { assertBackedUp, type CronJob, jobFrom, releaseOf } from "../../../ops/backup/cron-job.ts";
import { changedSettings } from "../../support/stack-file.ts";

const labels = { "app.kubernetes.io/name": "todo-postgres-backup" };
const container = { name: "backup", image: "postgres:17", command: ["sh", "-c", "pg_dump"], env: [{ name: "KEEP" }] };
const pod = { serviceAccountName: "todo-postgres-lab", containers: [container] };
const cronJob = {
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "todo-postgres-lab-backup", uid: "1" },
  spec: {
    schedule: "17 3 * * *",
    jobTemplate: {
      metadata: { labels },
      spec: { backoffLimit: 2, activeDeadlineSeconds: 3600, template: { metadata: { labels }, spec: pod } },
    },
  },
} as unknown as CronJob;

describe("a Job of the CronJob's", () => {
  const around = { backoffLimit: 0, activeDeadlineSeconds: 3600, ttlSecondsAfterFinished: 600 };

  it("is the same as at its time, but for a second try", () => {
    assert.deepEqual(jobFrom(cronJob, "now"), {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "todo-postgres-lab-backup-now", labels },
      spec: { ...around, template: { metadata: { labels }, spec: pod } },
    });
  });

  it("does something else with the same image, account, volume and database", () => {
    const { metadata, spec } = jobFrom(cronJob, "restore", { script: "pg_restore", env: { FROM: "x; rm -rf /" } });
    assert.equal(metadata.name, "todo-postgres-lab-backup-restore");
    const command = ["sh", "-c", "pg_restore"];
    const env = [{ name: "KEEP" }, { name: "FROM", value: "x; rm -rf /" }];
    const containers = [{ ...container, name: "restore", command, env }];
    assert.deepEqual(spec, { ...around, template: { metadata: { labels }, spec: { ...pod, containers } } });
  });
});

describe("backups are refused", () => {
  it("of a database that is not here, and where nobody has asked for them", () => {
    assertBackedUp(changedSettings("dev", { "database.backup": {} }));
    assert.throws(() => assertBackedUp(changedSettings("dev", {})), {
      message:
        "stack dev: expected todo:database.backup, by which backups are made, found nothing; `pulumi config set --path todo:database.backup.schedule '17 3 * * *' -s dev` and `make up ENV=dev` switch them on",
    });
    assert.throws(() => assertBackedUp(changedSettings("staging", { database: { mode: "external" } })), {
      message:
        "stack staging: expected a database inside, which is backed up and restored here, found todo:database.mode external; whoever runs that one does both",
    });
  });

  it("the release is the database's", () => assert.equal(releaseOf({ environment: "lab" }), "todo-postgres-lab"));
});
