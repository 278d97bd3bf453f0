// `make backup` from its arguments to its last line; the cluster answers as each test says.
// Does not prove: that a Job backs a database up (`make e2e`).
import { strict as assert } from "node:assert";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { BackupsMachine, CRON_JOB, SECRET, TARGET } from "../support/backups-machine.ts";

const [OLD, NEW] = ["todo-20260724T031700Z.dump", "todo-20260725T041700Z.dump"];

describe("make backup", function () {
  this.timeout(60_000);
  let machine: BackupsMachine;
  const backUp = () => machine.run("backup", ["lab"]);
  beforeEach(() => {
    machine = new BackupsMachine();
    machine.ends("now", `${NEW}: 34816 bytes in 2 s, 3 tables; before it: ${OLD}\n`);
  });
  afterEach(() => machine.end());

  it("makes a Job of the CronJob's, shows what it says and what came of it, and leaves nothing behind", async () => {
    machine.has("jobs", {
      metadata: { name: `${CRON_JOB}-now` },
      status: { conditions: [{ type: "Failed", status: "True" }] },
    });
    const { exitCode, stdout, stderr } = await backUp();
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.equal(
      stdout,
      `  ${NEW}: 34816 bytes in 2 s, 3 tables; before it: ${OLD}
lab: ${NEW} is kept, 34 KiB in 2 s; the one before it, ${OLD}, was 1 d 1 h old: so much a loss just before would have cost (RPO)`,
    );
    const { kind, metadata, spec } = JSON.parse(machine.read("created-now"));
    assert.deepEqual([kind, metadata.name, spec.backoffLimit], ["Job", `${CRON_JOB}-now`, 0]);
    assert.deepEqual(spec.template.spec.containers[0].command, ["sh", "-c", "pg_dump"]);
    const name = `${CRON_JOB}-now`;
    // What an interrupted one has left goes first.
    assert.deepEqual(machine.changes(), [
      `delete job ${name}`,
      "create --filename - --output jsonpath={.metadata.uid}",
      `delete job ${name} --ignore-not-found --wait=false`,
    ]);
  });

  it("fails with the reason, without a secret, and leaves nothing behind", async () => {
    machine.ends("now", `cannot connect with ${SECRET}\n`, { type: "Failed", reason: "BackoffLimitExceeded" }, 1);
    const { exitCode, stdout, stderr } = await backUp();
    assert.deepEqual([exitCode, stdout.includes(SECRET), stderr.includes(SECRET)], [1, false, false]);
    assert.match(
      stderr,
      /^error: the backup of lab failed, and older ones stay: Job todo-postgres-lab-backup-now: BackoffLimitExceeded; its container ended with 1: cannot connect with /,
    );
    assert.match(machine.changes().at(-1) ?? "", /^delete job .*-now /);
  });

  it("names the key of a deadline that has passed, and why there was no pod", async () => {
    machine.ends("now", "", { type: "Failed", reason: "DeadlineExceeded", message: "too long" });
    machine.has("pods-now");
    assert.equal(
      (await backUp()).stderr,
      `error: the backup of lab failed, and older ones stay: Job ${CRON_JOB}-now: DeadlineExceeded (too long): exceeded quota: environment; todo:database.backup.deadlineSeconds is how long it may take`,
    );
  });

  it("refuses what nobody has switched on or deployed, and what runs already, and makes nothing", async () => {
    const refused = async () => {
      const { exitCode, stderr } = await backUp();
      assert.equal(exitCode, 1);
      assert.deepEqual(machine.changes(), []);
      return stderr;
    };
    const metadata = { name: "todo-backend-lab-migration-1", creationTimestamp: "T" };
    machine.has("jobs", { metadata });
    assert.equal(
      await refused(),
      `error: stack lab: expected no backup, restore or migration that runs already, found Job ${metadata.name}, since T; \`${TARGET} logs job/${metadata.name} --follow\` shows it, and when it has ended run this again`,
    );
    machine.has("cronjobs");
    assert.equal(
      await refused(),
      "error: stack lab: expected the CronJob that makes backups, found none (release todo-postgres-lab has none); `make up ENV=lab` deploys it",
    );
    rmSync(join(machine.state, "cluster.json"));
    assert.match(await refused(), /found none \(there is no cluster\);/);
    machine.settings("{ mode: inside }");
    assert.match(await refused(), /^error: stack lab: expected todo:database\.backup, by which backups are made/);
    machine.settings("{ mode: external }", 'todo:databaseUrl: { secure: "v1:x" }');
    assert.match(
      await refused(),
      /^error: stack lab: expected a database inside, .* found todo:database\.mode external;/,
    );
    assert.deepEqual(machine.calls(), []);
  });
});
