// `make restore` from its arguments to its last line; the cluster answers as each test says. Whatever happens, nobody who was
// taken away from the database stays away.
// Does not prove: that a Job restores a database (`make e2e`), nor the question at a terminal itself.
import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { BackupsMachine, CRON_JOB, SECRET } from "../support/backups-machine.ts";

const [OLD, NEW] = ["todo-20260724T031700Z.dump", "todo-20260725T041700Z.dump"];
const BEFORE = "todo/pods-before-restore";
const RESTORE = `${CRON_JOB}-restore`;

describe("make restore", function () {
  this.timeout(60_000);
  let machine: BackupsMachine;
  const restore = (...more: string[]) => machine.run("restore", ["lab", ...more]);
  const deployment = (name: string, key: string, replicas: number, annotations: object = {}) => ({
    metadata: { name, annotations },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ env: [{ name: "X", valueFrom: { secretKeyRef: { key } } }] }] } },
    },
  });
  const list = [
    "create --filename - --output jsonpath={.metadata.uid}",
    `delete job ${CRON_JOB}-list --ignore-not-found --wait=false`,
  ];
  const away = (name: string, pods: number) => [
    `annotate deployment ${name} --overwrite ${BEFORE}=${pods}`,
    `scale deployment ${name} --replicas=0`,
  ];
  const gone = (name: string) => `wait pods --for=delete --selector app=${name} --timeout=120s`;
  const back = (name: string, pods: number) => [
    `scale deployment ${name} --replicas=${pods}`,
    `annotate deployment ${name} ${BEFORE}-`,
  ];
  const job = [
    "create --filename - --output jsonpath={.metadata.uid}",
    `delete job ${RESTORE} --ignore-not-found --wait=false`,
  ];
  const stopped = `delete job ${RESTORE} --ignore-not-found --timeout=60s`;
  const ready = (name: string) => `rollout status deployment/${name} --timeout=180s`;

  beforeEach(() => {
    machine = new BackupsMachine();
    machine.ends("list", `2048 1 ${OLD}\n34816 2 ${NEW}\nthat is all\n`);
    machine.ends("restore", `restored ${NEW} in 3 s; rows of each table:\nalembic_version 1\ntodos 1000\n`);
    machine.has(
      "deployments",
      deployment("todo-backend-lab", "DATABASE_URL", 2),
      deployment("todo-frontend-lab", "AUTH_SECRET", 1),
      deployment("todo-worker-lab", "DATABASE_HOST", 0, { [BEFORE]: "1" }),
    );
  });
  afterEach(() => machine.end());

  it("takes those who use the database away, restores the newest, and brings them back", async () => {
    const { exitCode, stdout, stderr } = await restore("PROTECTED=lab");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const [first, ...lines] = stdout.split("\n");
    const last = lines.pop();
    assert.match(
      first,
      /^todo-20260725T041700Z\.dump \(34 KiB, made .+ ago\) takes the place of all that the database of lab holds; todo-backend-lab, todo-worker-lab is away meanwhile$/,
    );
    assert.deepEqual(lines, [
      "todo-backend-lab: 2 → 0 pods",
      "todo-worker-lab: 1 → 0 pods",
      "waiting until their pods are gone, some 10 s",
      `  restored ${NEW} in 3 s; rows of each table:`,
      "  alembic_version 1",
      "  todos 1000",
      "todo-backend-lab: 0 → 2 pods",
      "todo-worker-lab: 0 → 1 pods",
      "waiting until all are ready, 180 s at most",
    ]);
    assert.match(
      last ?? "",
      /^lab: the database holds what todo-20260725T041700Z\.dump held, and all is back after 0:\d\d \(RTO\); what came after it was made is lost \(RPO\)$/,
    );
    assert.deepEqual(machine.changes(), [
      ...list,
      ...away("todo-backend-lab", 2),
      ...away("todo-worker-lab", 1),
      gone("todo-backend-lab"),
      gone("todo-worker-lab"),
      ...job,
      stopped,
      ...back("todo-backend-lab", 2),
      ...back("todo-worker-lab", 1),
      ready("todo-backend-lab"),
      ready("todo-worker-lab"),
    ]);
    const [container] = JSON.parse(machine.read("created-restore")).spec.template.spec.containers;
    assert.deepEqual(container.env.at(-1), { name: "FROM", value: NEW });
    assert.match(container.command.at(-1), /pg_restore --clean --if-exists --single-transaction .*"\$FROM"/);
  });

  it("restores the one that is named", async () => {
    const { stdout } = await restore(`FROM=${OLD}`, "PROTECTED=lab");
    assert.ok(stdout.startsWith(`${OLD} (2.0 KiB, `), stdout);
    const [container] = JSON.parse(machine.read("created-restore")).spec.template.spec.containers;
    assert.deepEqual(container.env.at(-1), { name: "FROM", value: OLD });
  });

  it("lists what there is where none is of the name, and changes nothing", async () => {
    const { exitCode, stderr } = await restore("FROM=yesterday", "PROTECTED=lab");
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: FROM=yesterday: expected a backup of lab, found no such; there are\n {2}todo-20260725T041700Z\.dump {2}34 KiB, made .+ ago\n {2}todo-20260724T031700Z\.dump {2}2\.0 KiB, made .+ ago$/,
    );
    assert.deepEqual(machine.changes(), list);
    machine.ends("list", `2048 1 ${OLD}\n`);
    assert.equal(
      (await restore("PROTECTED=lab")).stderr,
      "error: stack lab: the list of its backups cannot be had: its log was cut off; try again",
    );
    machine.ends("list", "that is all\n");
    assert.equal(
      (await restore("PROTECTED=lab")).stderr,
      "error: stack lab: expected a backup, found none on its volume; `make backup ENV=lab` makes one",
    );
  });

  it("is refused without a terminal and without the stack's name, and changes nothing", async () => {
    for (const named of ["PROTECTED=", "PROTECTED=prod"]) {
      const { exitCode, stderr } = await restore(named);
      assert.equal(exitCode, 1);
      assert.equal(
        stderr,
        "error: stack lab: expected a terminal, as a restore replaces all that the database holds and asks first, found none; run this in one, or, as a deliberate act without a question, `make restore ENV=lab PROTECTED=lab`, with FROM=… for another than the newest",
      );
      assert.deepEqual(machine.changes(), list);
    }
  });

  const failed = { type: "Failed", reason: "BackoffLimitExceeded" };

  it("that fails leaves the database as it was, and nobody away", async () => {
    machine.ends("restore", `pg_restore: error: ${SECRET}\n`, failed, 1);
    const { exitCode, stdout, stderr } = await restore("PROTECTED=lab");
    assert.deepEqual([exitCode, stdout.includes(SECRET), stderr.includes(SECRET)], [1, false, false]);
    assert.match(
      stderr,
      /^error: the restore of lab's database failed, and it holds what it held before: Job \S+: BackoffLimitExceeded; its container ended with 1: pg_restore: error: /,
    );
    assert.deepEqual(machine.changes().slice(-5), [
      stopped,
      ...back("todo-backend-lab", 2),
      ...back("todo-worker-lab", 1),
    ]);
  });

  it("that fails behind its transaction says that the data is there", async () => {
    machine.ends("restore", `restored ${NEW} in 3 s; rows of each table:\nERROR\n`, failed, 1);
    const { stderr } = await restore("PROTECTED=lab");
    assert.ok(
      stderr.startsWith(`error: the restore of lab's database failed, and it holds what ${NEW} held: Job `),
      stderr,
    );
  });

  it("that is interrupted ends its Job, and leaves nobody away", async () => {
    machine.isInterrupted("restore", "");
    const { exitCode, stdout, stderr } = await restore("PROTECTED=lab");
    assert.equal(exitCode, 130);
    assert.match(stderr, /^\ninterrupted; first the pods that were taken away come back/);
    assert.match(stdout, /todo-backend-lab: 0 → 2 pods\ntodo-worker-lab: 0 → 1 pods$/);
    const changes = machine.changes().filter((change) => !change.includes("--wait=false"));
    assert.deepEqual(changes.slice(-5), [stopped, ...back("todo-backend-lab", 2), ...back("todo-worker-lab", 1)]);
    assert.equal(existsSync(join(machine.folder, "job-restore")), false);
  });

  it("brings everybody back where the cluster does not answer at once", async () => {
    machine.file("deaf", "");
    assert.equal((await restore("PROTECTED=lab")).exitCode, 0);
    const scaled = machine.changes().filter((change) => change.startsWith("scale deployment todo-backend-lab"));
    assert.deepEqual(
      scaled.map((change) => change.slice(-1)),
      ["0", "2", "2"],
    );
  });

  it("says what to type where the application does not get ready on an older schema", async () => {
    machine.file("late", "");
    const { exitCode, stderr } = await restore("PROTECTED=lab");
    assert.equal(exitCode, 1);
    assert.equal(
      stderr,
      `error: lab: the database holds what ${NEW} held, and todo-backend-lab, todo-worker-lab is not ready on it within 180 s; \`make migrate ENV=lab\` brings a schema up to date that is older than the image, \`make diagnose ENV=lab\` says what else is wrong`,
    );
  });

  it("takes nobody away where nobody uses the database", async () => {
    machine.has("deployments");
    const { exitCode, stdout } = await restore("PROTECTED=lab");
    assert.equal(exitCode, 0);
    assert.match(stdout, / holds\n/);
    assert.deepEqual(machine.changes(), [...list, ...job, stopped]);
  });

  it("refuses a database that nothing here backs up", async () => {
    machine.settings("{ mode: inside }");
    assert.match((await restore("PROTECTED=lab")).stderr, /^error: stack lab: expected todo:database\.backup, /);
    assert.deepEqual(machine.calls(), []);
  });
});
