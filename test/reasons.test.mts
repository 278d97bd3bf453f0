// What a deployment that failed ends with: what is not ready, the logs that say why, and the events where no log is left.
// Does not prove: that a cluster answers like the stand-in here (test/e2e/database.test.ts).
import { strict as assert } from "node:assert";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { tellReasons } from "../ops/reasons.mts";

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

  /** A kubectl that knows these objects and events, and one line of any log. */
  const kubectl = (objects: object[], events: object[] = []) => {
    writeFileSync(join(folder, "objects"), JSON.stringify({ items: objects }));
    writeFileSync(join(folder, "events"), JSON.stringify({ items: events }));
    const answers = `*logs*) echo "the last line" ;; *events*) cat ${folder}/events ;; *) cat ${folder}/objects ;;`;
    writeFileSync(join(folder, "kubectl"), `#!/bin/sh\ncase "$*" in ${answers} esac\n`);
    chmodSync(join(folder, "kubectl"), 0o755);
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
    await tellReasons("todo-dev");
    assert.deepEqual(said, []);
  });

  it("are none where nobody answers", async () => {
    kubectl([]);
    writeFileSync(join(folder, "kubectl"), "#!/bin/sh\nexit 1\n");
    await tellReasons("todo-dev");
    assert.deepEqual(said, []);
  });

  it("are the end of the log of a pod that is still there", async () => {
    kubectl([job, pod], [{ reason: "Failed", message: "of no interest", involvedObject: { name: "migration-x" } }]);
    await tellReasons("todo-dev");
    assert.deepEqual(said, [line, "  log of migration-x, container main:\n    the last line"]);
  });

  it("are the last events of its pods where a Job has none left", async () => {
    const event = (message: string, name = "migration-x") => ({ reason: "Failed", message, involvedObject: { name } });
    kubectl([job], [event("first"), event("second"), event("second"), event("third"), event("other", "backend-x")]);
    await tellReasons("todo-dev");
    assert.deepEqual(said, [line, "  events of the pods of migration:\n    Failed: second\n    Failed: third"]);
  });
});
