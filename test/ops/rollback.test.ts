// `make history` and `make rollback` from their arguments to their last line; charts are rendered by the real Helm, the
// cluster answers, and `pulumi up` ends, as each test says.
// Does not prove: that an environment is what it was (test/e2e), nor what is asked at a terminal.
import { strict as assert } from "node:assert";
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { HistoryEntry } from "local-charts/objects";
import { afterEach, beforeEach, describe, it } from "mocha";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { entry, historyList } from "../support/history.ts";
import { stackText } from "../support/stack-text.ts";
import { Stubs } from "../support/stubs.ts";

describe("make history and make rollback", function () {
  this.timeout(60_000);
  let machine: Stubs;
  let text: string;
  const environment = () => ({ ...machine.outside(), PULUMI_CONFIG_PASSPHRASE: "own" });
  const history = () => machine.run("history", ["lab"], environment());
  const rollback = (...more: string[]) => machine.run("rollback", ["lab", ...more], environment());
  const stackFile = () => machine.read("Pulumi.lab.yaml");
  const ups = () => machine.calls().filter((call) => call.startsWith("pulumi up"));
  /** The cluster has these entries; Helm's last revisions are those of the one of this number. */
  const cluster = (entries: HistoryEntry[], current: number, schema = "0001") => {
    machine.file("history", JSON.stringify(historyList(entries)));
    const labels = ["backend", "frontend"].map((name) => ({
      ...{ name: `todo-${name}-lab`, version: String(current), status: "deployed" },
    }));
    machine.file("labels", labels.map((each) => `${JSON.stringify(each)}\n`).join(""));
    machine.file("schema", schema);
  };

  beforeEach(() => {
    machine = new Stubs();
    // Generated values are written there.
    cpSync(join(root, "helm"), join(machine.folder, "helm"), { recursive: true });
    machine.toolsAreFound();
    machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    machine.program(
      "docker",
      `case "$*" in
  version*) echo 29.1.0 ;;
  "container inspect --format {{.State.StartedAt}}"*) echo 2026-11-27T09:00:00Z ;;
  "container inspect"*) echo true ;;
  *crictl*) echo '{"images":[{"repoTags":["example.org/api:1a","example.org/api:2a","example.org/page:1p","docker.io/library/postgres:17"]}]}' ;;
esac`,
    );
    machine.program("helm", `case "$*" in template*) exec '${onPath("helm")}' "$@" ;; *) echo "[]" ;; esac`);
    machine.program(
      "kubectl",
      `case "$*" in
  *kube-system*) echo cluster-1 ;;
  *configmaps*) cat history ;;
  *jsonpath*owner=helm*|*owner=helm*jsonpath*) cat labels ;;
  *psql*) cat schema ;;
  *) echo '{"items":[]}' ;;
esac`,
    );
    machine.program(
      "pulumi",
      `case "$*" in
  "stack ls"*) echo "[]" ;;
  "stack export"*) echo '{"deployment":{}}' ;;
  "stack output"*) echo '{"url":"http://localhost:8300","namespace":"todo-lab","next":{}}' ;;
  up*) [ ! -e broken ] || exit 1 ;;
esac`,
    );
    text = stackText("lab", "inside").replace("tag: 1a", 'tag: "2a"');
    machine.stack("lab", text);
    cluster([entry(3, ["2a", "1p"]), entry(2, ["1a", "1p"]), entry(1, ["0a", "1p"])], 3);
  });
  afterEach(() => machine.end());

  it("lists what was well, and which of it is there now", async () => {
    const { exitCode, stdout, stderr } = await history();
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /\n →3 {2}.* api:2a page:1p\n {2}2 /);
    machine.file("history", '{"items":[]}');
    const empty = "lab has no history yet: `make up ENV=lab` begins it when all of it is ready";
    assert.equal((await history()).stdout, empty);
  });

  it("edits the tags alone, deploys, and says what of charts and settings does not go back with them", async () => {
    const { exitCode, stdout, stderr } = await rollback();
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.equal(stackFile(), text.replace('tag: "2a"', 'tag: "1a"'));
    assert.match(stdout, /^lab goes back to #2, well since 2026-11-22 10:00 UTC: backend 1a\n/);
    assert.match(
      stdout,
      /\ncharts or settings have changed since #2 \(todo-postgres-lab, todo-backend-lab, todo-frontend-lab\), and stay as they are now; all of #2 is in commit 222222222222: `git checkout 222222222222`, then `make up ENV=lab`\n/,
    );
    assert.match(stdout, /\nlab runs the images of #2; Pulumi\.lab\.yaml says so, and is to be committed$/);
    assert.deepEqual(ups(), ["pulumi up --stack lab --yes --skip-preview"]);
  });

  it("goes to the entry that is named, and refuses one that no tag leads to", async () => {
    machine.stack("lab", text.replace('"2a"', '"1a"'));
    const { exitCode, stderr } = await rollback("TO=2");
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: lab: #2 ran the images that Pulumi\.lab\.yaml names now, so no tag leads back to it; all of #2/,
    );
    assert.deepEqual(ups(), []);
    assert.equal((await rollback("TO=3")).exitCode, 0);
    assert.equal(stackFile(), text);
  });

  it("refuses a schema that is ahead, and goes on where somebody has checked it", async () => {
    cluster([entry(3, ["2a", "1p"], { details: { schema: "0002" } }), entry(2, ["1a", "1p"])], 3, "0002");
    const { exitCode, stderr } = await rollback();
    assert.equal(exitCode, 1);
    assert.equal(
      stderr,
      "error: stack lab: the database's schema is at 0002, ahead of 0001, which the images of #2 ran on; nothing was changed; take it back with the image that is deployed now (`alembic downgrade 0001`), or restore a backup of then; where the older images are known to run on it, as after migrations that only add, `make rollback ENV=lab TO=2 SCHEMA=checked` goes on",
    );
    assert.deepEqual([stackFile(), ups()], [text, []]);
    assert.equal((await rollback("TO=2", "SCHEMA=checked")).exitCode, 0);
    assert.match((await rollback("SCHEMA=yes")).stderr, /^error: SCHEMA=yes: expected checked or nothing/);
  });

  it("says that it cannot know where a schema is not Alembic's", async () => {
    cluster([entry(3, ["2a", "1p"]), entry(2, ["1a", "1p"], { details: {} })], 3, "");
    const { exitCode, stderr } = await rollback();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /found no revision of Alembic's that says where its schema was when #2 ran; nothing was changed; where they are known to, `make rollback ENV=lab TO=2 SCHEMA=checked` goes on$/,
    );
    assert.deepEqual([stackFile(), ups()], [text, []]);
  });

  it("asks no database where the frontend alone goes back", async () => {
    cluster([entry(3, ["2a", "1p"]), entry(2, ["2a", "0p"], { details: {} })], 3);
    await rollback();
    assert.equal(
      machine.calls().some((call) => call.includes("psql")),
      false,
    );
    assert.equal(stackFile(), text.replace("tag: 1p", 'tag: "0p"'));
  });

  it("says what the stack file has where the deployment fails", async () => {
    machine.file("broken", "");
    const { exitCode, stderr } = await rollback();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      / again; Pulumi\.lab\.yaml has the images of #2, `git diff Pulumi\.lab\.yaml` shows the edit$/,
    );
    assert.equal(stackFile(), text.replace('tag: "2a"', 'tag: "1a"'));
  });
});
