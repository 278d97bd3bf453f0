// `make migrate` from its arguments to its last line; the chart is rendered by the real Helm, the cluster answers as each test says.
// Does not prove: that a Job migrates a database (`make e2e`), nor the question at a terminal itself.
import { strict as assert } from "node:assert";
import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, describe, it } from "mocha";
import { askForName } from "../../ops/stack/consent.ts";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { stackText } from "../support/stack-text.ts";
import { Stubs } from "../support/stubs.ts";

const NAME = "todo-backend-lab-migration-1";
const WHAT = "`python -m todo_backend.migrate` of example.org/api:1a changes the database's schema";
const SECRET = "postgresql+asyncpg://app:pass-word-of-the-test@db.example.org/app";

describe("make migrate", function () {
  this.timeout(60_000);
  let machine: Stubs;
  const migrate = (...more: string[]) => machine.run("migrate", ["lab", ...more]);
  const file = (...lines: string[]) =>
    machine.stack("lab", stackText("lab", "external", 'todo:databaseUrl: { secure: "v1:x" }', ...lines));
  const values = {
    image: { repository: "example.org/api", tag: "1a" },
    secrets: { existingSecret: "todo-backend-secrets-1" },
  };
  /** How the Job, its pod and its container ended, and what the container said. */
  const ends = (condition: object, exitCode: number, log: string, more: object = {}) => {
    const terminated = { exitCode };
    machine.file("job", JSON.stringify({ status: { conditions: [{ status: "True", ...condition }] } }));
    const pod = {
      metadata: { name: `${NAME}-x` },
      status: { containerStatuses: [{ state: { terminated }, ...more }] },
    };
    machine.file("pods", JSON.stringify({ items: [pod] }));
    machine.file("log", log);
  };

  beforeEach(() => {
    machine = new Stubs();
    symlinkSync(join(root, "helm"), join(machine.folder, "helm"));
    machine.toolsAreFound();
    machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    machine.program("docker", "echo true");
    machine.file("releases", JSON.stringify([{ name: "todo-backend-lab", status: "deployed" }]));
    machine.file("values", JSON.stringify(values));
    machine.file("jobs", '{"items":[]}');
    machine.file(
      "secrets",
      JSON.stringify({ items: [{ data: { DATABASE_URL: Buffer.from(SECRET).toString("base64") } }] }),
    );
    machine.program(
      "helm",
      `case "$*" in *" list "*) cat releases ;; *" get values "*) cat values ;; template*) cd '${root}'; exec '${onPath("helm")}' "$@" ;; esac`,
    );
    machine.program(
      "kubectl",
      `case "$*" in
  *kube-system*) echo cluster-1 ;;
  *"get jobs"*) cat jobs ;;
  *"get job "*) if [ -e job ]; then cat job; fi ;;
  *"get pods"*) cat pods ;;
  *"get secrets"*) cat secrets ;;
  *"get events"*) echo '{"items":[{"message":"exceeded quota: environment"}]}' ;;
  *" create "*) cat >created ;;
  *" logs "*) cat log ;;
esac`,
    );
    file();
    ends({ type: "Complete" }, 0, "the schema is at 0002 (it was at 0001)\n");
  });
  afterEach(() => machine.end());

  it("makes the chart's Job, shows what it says, and leaves nothing behind", async () => {
    machine.file(
      "jobs",
      JSON.stringify({
        items: [{ metadata: { name: NAME }, status: { conditions: [{ type: "Failed", status: "True" }] } }],
      }),
    );
    const { exitCode, stdout, stderr } = await migrate();
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(
      stdout,
      /^`python -m .*\n {2}the schema is at 0002 \(it was at 0001\)\nlab: the schema is what example\.org\/api:1a wants \(0:0\d\)$/,
    );
    const { kind, metadata, spec } = JSON.parse(machine.read("created"));
    assert.deepEqual([kind, metadata.name], ["Job", NAME]);
    assert.equal(spec.template.spec.containers[0].image, "example.org/api:1a");
    const done = machine.calls().filter((call) => / (create|delete) /.test(call));
    const target = "kubectl --context todo-on-minikube --namespace todo-lab";
    // What an interrupted one has left goes first.
    assert.deepEqual(done, [
      `${target} delete job ${NAME}`,
      `${target} create --filename - --output jsonpath={.metadata.uid}`,
      `${target} delete job ${NAME} --ignore-not-found --wait=false`,
    ]);
  });

  it("fails with the reason, without a secret, and leaves nothing behind", async () => {
    ends(
      { type: "Failed", reason: "BackoffLimitExceeded", message: "all tries failed" },
      1,
      `waiting\ncannot use ${SECRET}\n`,
    );
    const { exitCode, stdout, stderr } = await migrate();
    assert.equal(exitCode, 1);
    assert.equal(stdout.includes("pass-word-of-the-test") || stderr.includes("pass-word-of-the-test"), false);
    assert.match(stdout, /\n {2}waiting\n {2}cannot use /);
    const ended = `Job ${NAME}: BackoffLimitExceeded (all tries failed); its container ended with 1`;
    assert.match(
      stderr,
      new RegExp(`^error: the migration of lab failed: ${ended.replaceAll(/[()]/g, "\\$&")}: cannot use .*redacted`),
    );
    assert.ok(machine.calls().at(-1)?.includes(` delete job ${NAME} `));
  });

  it("names the key of a deadline that has passed, and why there was no pod", async () => {
    ends({ type: "Failed", reason: "DeadlineExceeded", message: "too long" }, 0, "");
    machine.file("pods", '{"items":[]}');
    const { stderr } = await migrate();
    assert.equal(
      stderr,
      `error: the migration of lab failed: Job ${NAME}: DeadlineExceeded (too long): exceeded quota: environment; todo:backend.migration.deadlineSeconds is how long it may take`,
    );
  });

  it("says what its pod waits for, once", async () => {
    const state = { waiting: { reason: "ErrImagePull", message: "not found" } };
    ends({ type: "Failed", reason: "DeadlineExceeded" }, 0, "", { state });
    const { stdout } = await migrate();
    assert.equal(stdout, `${WHAT}\npod ${NAME}-x waits: ErrImagePull: not found`);
  });

  it("says so where somebody removes the Job", async () => {
    rmSync(join(machine.folder, "job"));
    const { stderr } = await migrate();
    assert.match(stderr, /failed: Job \S+: it was removed while it ran/);
  });

  const nothingMade = () => assert.equal(existsSync(join(machine.folder, "created")), false);

  it("refuses what is not deployed, other images and other runs, and makes nothing", async () => {
    const refused = async () => {
      const { exitCode, stderr } = await migrate();
      assert.equal(exitCode, 1);
      nothingMade();
      return stderr;
    };
    machine.file(
      "jobs",
      JSON.stringify({
        items: [{ metadata: { name: NAME, labels: { "app.kubernetes.io/instance": "todo-backend-lab" } } }],
      }),
    );
    assert.match(
      await refused(),
      /^error: stack lab: expected no migration that runs already, found Job todo-backend-lab-/,
    );
    machine.file("values", JSON.stringify({ ...values, image: { repository: "example.org/api", tag: "0a" } }));
    assert.match(
      await refused(),
      /found example\.org\/api:1a in Pulumi\.lab\.yaml .* and example\.org\/api:0a deployed;/,
    );
    machine.file("releases", "[]");
    assert.match(await refused(), /found none \(there is no release todo-backend-lab\);/);
    rmSync(join(machine.state, "cluster.json"));
    assert.match(await refused(), /found none \(there is no cluster\);/);
    assert.deepEqual(machine.calls(), []);
  });

  describe("of a protected stack", () => {
    beforeEach(() => file("todo:protected: true"));

    it("refuses without a terminal, before anything is asked", async () => {
      const { exitCode, stderr } = await migrate("PROTECTED=");
      assert.equal(exitCode, 1);
      assert.equal(
        stderr,
        "error: stack lab: expected a terminal, as a migration of a protected stack (todo:protected) asks first, found none; run this in one, or, as a deliberate act without a question, `make migrate ENV=lab PROTECTED=lab`",
      );
      assert.deepEqual(machine.calls(), []);
    });

    it("goes on where it is named", async () => {
      assert.equal((await migrate("PROTECTED=lab")).exitCode, 0);
      assert.equal((await migrate("PROTECTED=prod")).exitCode, 1);
    });
  });
});

describe("the question before a migration", () => {
  it("takes the stack's name for an answer, and no other", async () => {
    const output = new PassThrough();
    const answer = (text: string) => askForName("lab", "Why.", { input: Readable.from([`${text}\n`]), output });
    await answer("lab");
    assert.equal(String(output.read()), "Why. Type lab to go on: ");
    await assert.rejects(answer("yes"), {
      message: "stack lab: expected its name as the answer, found another; nothing was changed",
    });
  });
});
