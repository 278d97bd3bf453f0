// What a deployment that failed ends with: what is not ready, the logs that say why, and the events where no log is left.
// Does not prove: that a cluster answers like the stand-in here (test/e2e/database.test.ts).
import { strict as assert } from "node:assert";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { said as saidOf } from "../../../ops/readiness/probes.ts";
import { tellReasons } from "../../../ops/readiness/reasons.ts";

describe("the reasons of a deployment that failed", () => {
  const { PATH } = process.env;
  const { error } = console;
  let folder: string;
  let said: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-reasons-"));
    process.env.PATH = `${folder}:${PATH}`;
    said = [];
    console.error = (text: string) => said.push(text);
  });
  afterEach(() => {
    process.env.PATH = PATH;
    console.error = error;
    rmSync(folder, { recursive: true });
  });

  const stub = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const PASSWORD = "correct horse/battery";
  const URL = `postgresql+asyncpg://todo:${encodeURIComponent(PASSWORD)}@db.example.org/todo`;

  /** A kubectl that knows these objects and events, a Secret, and the same of any log. */
  const kubectl = (objects: object[], events: object[] = [], log = "the last line") => {
    const files = { objects, events, secrets: [{ data: { DATABASE_URL: base64(URL) } }, {}] };
    for (const [name, items] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify({ items }));
    writeFileSync(join(folder, "log"), log);
    writeFileSync(join(folder, "log-of-the-last-run"), `${log}, of the last run`);
    const logs = `*--previous*) cat ${folder}/log-of-the-last-run ;; *logs*) cat ${folder}/log ;;`;
    const lists = ["events", "secrets"].map((name) => `*get\\ ${name}*) cat ${folder}/${name} ;;`).join(" ");
    stub("kubectl", `case "$*" in ${logs} ${lists} *) cat ${folder}/objects ;; esac`);
  };
  const conditions = [{ type: "Failed", status: "True", reason: "DeadlineExceeded", message: "was active longer" }];
  const job = { kind: "Job", metadata: { name: "migration", namespace: "todo-dev" }, spec: {}, status: { conditions } };
  const pod = {
    kind: "Pod",
    metadata: {
      ...{ name: "migration-x", namespace: "todo-dev" },
      ownerReferences: [{ kind: "Job", name: "migration", controller: true }],
    },
    spec: {},
    status: { containerStatuses: [{ name: "main", ready: false, state: { terminated: { exitCode: 1 } } }] },
  };
  const line = "\nin todo-dev:\n  Job migration: DeadlineExceeded (was active longer)";

  it("are none where all is well", async () => {
    kubectl([]);
    await tellReasons("dev");
    assert.deepEqual(said, []);
  });

  it("are none where nobody answers", async () => {
    kubectl([]);
    writeFileSync(join(folder, "kubectl"), "#!/bin/sh\nexit 1\n");
    await tellReasons("dev");
    assert.deepEqual(said, []);
  });

  it("are the end of the log of a pod that is still there", async () => {
    kubectl([job, pod], [{ reason: "Failed", message: "of no interest", involvedObject: { name: "migration-x" } }]);
    await tellReasons("dev");
    assert.deepEqual(said, [line, "  log of migration-x, container main:\n    the last line"]);
  });

  it("are the last events of its pods where a Job has none left", async () => {
    const event = (message: string, name = "migration-x") => ({ reason: "Failed", message, involvedObject: { name } });
    kubectl([job], [event("first"), event("second"), event("second"), event("third"), event("other", "backend-x")]);
    await tellReasons("dev");
    assert.deepEqual(said, [line, "  events of the pods of migration:\n    Failed: second\n    Failed: third"]);
  });

  it("are why an image did not come, and not that it did not", async () => {
    const events = ["Failed to pull image: 401 Unauthorized", "Error: ErrImagePull", "Error: ImagePullBackOff"];
    const involvedObject = { name: "migration-x" };
    kubectl(
      [job],
      events.map((message) => ({ reason: "Failed", message, involvedObject })),
    );
    await tellReasons("dev");
    const why = "Failed: Failed to pull image: 401 Unauthorized";
    assert.deepEqual(said, [line, `  events of the pods of migration:\n    ${why}`]);
  });

  it("name the key of the deadline that ended a migration", async () => {
    kubectl([{ ...job, metadata: { ...job.metadata, name: "todo-backend-dev-migration" } }]);
    await tellReasons("dev");
    const line = "  Job todo-backend-dev-migration: DeadlineExceeded (was active longer)";
    const key = "todo:backend.migration.deadlineSeconds is how long it may take";
    assert.deepEqual(said, [`\nin todo-dev:\n${line}; ${key}`]);
  });

  it("hold no secret, in whatever form a log has it", async () => {
    const log = `could not parse '${URL}': ${PASSWORD} ${encodeURIComponent(PASSWORD)} ${base64(URL)} Bearer abcdef123456`;
    kubectl([job, pod], [], log);
    await tellReasons("dev");
    const hidden = "could not parse '[redacted]': [redacted] [redacted] Bearer [redacted]";
    assert.deepEqual(said, [line, `  log of migration-x, container main:\n    ${hidden}`]);
  });

  it("hold no secret of an event or of what a pod waits for", async () => {
    const message = `cannot use ${PASSWORD}`;
    kubectl(
      [{ ...job, status: { conditions: [{ ...conditions[0], message }] } }],
      [{ reason: "Failed", message, involvedObject: { name: "migration-x" } }],
    );
    await tellReasons("dev");
    assert.deepEqual(said, [
      "\nin todo-dev:\n  Job migration: DeadlineExceeded (cannot use [redacted])",
      "  events of the pods of migration:\n    Failed: cannot use [redacted]",
    ]);
  });

  /** A Deployment and its pod, whose container is in this state. */
  const backend = (container: object, more: object = {}) => {
    const name = "todo-backend-dev";
    const owner = { kind: "ReplicaSet", name: `${name}-7f`, controller: true };
    const probes = {
      startupProbe: { httpGet: { path: "/health", port: "http" } },
      readinessProbe: { httpGet: { path: "/ready", port: "http" } },
    };
    const ports = [{ name: "http", containerPort: 8000 }];
    return [
      { kind: "Deployment", metadata: { name, namespace: "todo-dev" }, spec: {}, status: {} },
      {
        kind: "Pod",
        metadata: { name: `${name}-7f-x`, namespace: "todo-dev", ownerReferences: [owner] },
        spec: { containers: [{ name: "main", ports, ...probes }] },
        status: { podIP: "10.0.0.9", containerStatuses: [{ name: "main", ready: false, ...container }], ...more },
      },
    ];
  };
  const first =
    "\nin todo-dev:\n  Deployment todo-backend-dev: 0 of 1 pods ready, 0 of them updated; pod todo-backend-dev-7f-x: container main: ";
  const running = { running: { startedAt: "2026-11-27T10:00:00Z" } };

  it("are the restarts, how the last run ended and its log, of a container that ends again and again", async () => {
    const state = { waiting: { reason: "CrashLoopBackOff" } };
    const lastState = { terminated: { reason: "Completed", exitCode: 0 } };
    kubectl(backend({ restartCount: 4, state, lastState }));
    await tellReasons("dev");
    assert.deepEqual(said, [
      `${first}CrashLoopBackOff, restarted 4 times, its last run ended: Completed, exit code 0, though it has to go on running`,
      "  log of todo-backend-dev-7f-x, container main, of its last run:\n    the last line, of the last run",
    ]);
  });

  it("are what the probe of a container that is not ready was answered, and what mends it", async () => {
    const detail = "the schema is at 0001, this image needs 0002: run python -m todo_backend.migrate";
    stub(
      "docker",
      `[ "$*" = "${["exec todo-on-minikube timeout 5 bash -c", '"$7"', "probe 10.0.0.9 8000 /ready"].join(" ").replace('"$7"', "$7")}" ] || exit 1
printf 'HTTP/1.1 503 Service Unavailable\\r\\ncontent-type: application/json\\r\\n\\r\\n{"detail":"${detail}"}'`,
    );
    kubectl(backend({ started: true, state: running }));
    await tellReasons("dev");
    assert.deepEqual(said.slice(2), [
      `  readiness probe of todo-backend-dev-7f-x: GET /ready at port 8000 was answered with 503: {"detail":"${detail}"}`,
      "  `make migrate ENV=dev` brings it up to date once, `pulumi config set --path todo:database.migrations job -s dev` has each update migrate it",
    ]);
  });

  it("name the key of the deadline that a container did not start in", async () => {
    stub("docker", "exit 1");
    const involvedObject = { name: "todo-backend-dev-7f-x" };
    kubectl(backend({ started: false, restartCount: 1, state: running }), [
      { reason: "Unhealthy", message: "Startup probe failed: connection refused", involvedObject },
    ]);
    await tellReasons("dev");
    assert.deepEqual(said, [
      `${first}runs, but is not ready (its startup probe has not passed yet), restarted once`,
      "  log of todo-backend-dev-7f-x, container main, of its last run:\n    the last line, of the last run",
      "  log of todo-backend-dev-7f-x, container main:\n    the last line",
      "  startup probe of todo-backend-dev-7f-x: GET /health at port 8000 was answered with no answer within 5 s",
      "  todo-backend-dev-7f-x did not pass its startup probe; todo:backend.startSeconds is how long that may take",
    ]);
  });

  it("are the events of a pod that has not said anything", async () => {
    const state = { waiting: { reason: "ContainerCreating" } };
    const event = {
      reason: "FailedMount",
      message: "no such volume",
      involvedObject: { name: "todo-backend-dev-7f-x" },
    };
    kubectl(backend({ state }), [event], "");
    await tellReasons("dev");
    assert.deepEqual(said, [
      `${first}ContainerCreating`,
      "  events of todo-backend-dev-7f-x:\n    FailedMount: no such volume",
    ]);
  });
});

describe("an HTTP answer", () => {
  const cases: [answer: string, expected: string][] = [
    ["HTTP/1.1 503 Service Unavailable\r\na: b\r\n\r\nnot\n  ready\n", "503: not ready"],
    ["HTTP/1.0 404 Not Found\r\n\r\n", "404"],
    ["HTTP/1.1 500 Error", "500"],
    ["", "no answer within 5 s"],
    ["SSH-2.0", "no answer within 5 s"],
    [`HTTP/1.1 500 E\r\n\r\n${"x".repeat(301)}`, `500: ${"x".repeat(300)}…`],
  ];
  for (const [answer, expected] of cases) it(expected.slice(0, 20), () => assert.equal(saidOf(answer), expected));
});
