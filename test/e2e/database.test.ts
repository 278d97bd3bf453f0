// The place of the database as a switch of one environment, on a real PostgreSQL on either side; and an external one
// that is away.
// Does not prove: a database beyond the cluster's own network, nor a volume on other storage than this cluster's.
import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { titles } from "./api.ts";
import { Checkout, refusal } from "./checkout.ts";
import { claim, claimNodePort, unclaim } from "./claims.ts";
import { until } from "./cluster.ts";
import { helm, json, kubectl, releases } from "./environment.ts";
import * as externalDatabase from "./external-database.ts";

const stack = "switch";
const namespaces = [`todo-${stack}`, externalDatabase.namespace];
const NODE_PORT = 30301;
const url = `http://localhost:${NODE_PORT}`;

describe("the database's place is a switch", function () {
  this.timeout(600_000);
  let checkout: Checkout;
  let databaseUrl: string;
  let kept: string;
  const set = ["pulumi", "config", "set", "-s", stack];

  const volume = () => kubectl(stack, "get", "persistentvolumeclaims", "--output", "jsonpath={.items[*].metadata.uid}");

  before(() => {
    claim(...namespaces);
    claimNodePort(NODE_PORT);
    checkout = new Checkout("a passphrase of the test's own");
    const { encryptionsalt: _, ...file } = parse(readFileSync(join(checkout.folder, "Pulumi.dev.yaml"), "utf8"));
    file.config["todo:origin"] = url;
    file.config["todo:frontend"].service.nodePort = NODE_PORT;
    writeFileSync(join(checkout.folder, `Pulumi.${stack}.yaml`), stringify(file));
    externalDatabase.install();
    databaseUrl = externalDatabase.database("elsewhere");
  });

  after(() => {
    if (!checkout) return;
    checkout.try(["pulumi", "destroy", "--stack", stack, "--yes", "--skip-preview"]);
    unclaim(...namespaces);
    checkout.remove();
  });

  it("inside: there is a release, and a volume", async () => {
    checkout.run(["make", "up", `ENV=${stack}`]);
    assert.deepEqual(releases(stack), ["todo-backend-switch", "todo-frontend-switch", "todo-postgres-switch"]);
    const insert = "INSERT INTO todos (title) VALUES ('kept inside')";
    const psql = ["psql", "--quiet", "--username=todo", "--dbname=todo", `--command=${insert}`];
    kubectl(stack, "exec", "statefulset/todo-postgres-switch", "--", ...psql);
    assert.deepEqual(await until("the list of todos", () => titles(url)), ["kept inside"]);
    kept = volume();
    assert.match(kept, /^[0-9a-f-]{36}$/);
  });

  it("external: the release is gone, the application has the other database, the volume stays", async () => {
    checkout.run([...set, "--path", "todo:database.mode", "external"]);
    checkout.run([...set, "--secret", "todo:databaseUrl"], { input: databaseUrl });
    // Left alone otherwise: somebody else looks after most external databases.
    checkout.run([...set, "--path", "todo:database.migrations", "job"]);
    checkout.run(["make", "up", `ENV=${stack}`]);
    assert.deepEqual(releases(stack), ["todo-backend-switch", "todo-frontend-switch"]);
    assert.deepEqual(json(stack, "get", "statefulsets").items, []);
    assert.deepEqual(await until("the list of todos", () => titles(url)), []);
    assert.equal(volume(), kept);
  });

  it("it is reached over TLS, and refuses a connection in the clear", () => {
    const query = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'elsewhere'";
    assert.equal(externalDatabase.sql(query), "t");
    assert.match(externalDatabase.refusalOfPlainText(databaseUrl), /no pg_hba\.conf entry for .+, no encryption/);
  });

  it("it is left alone by default, without a Job", async () => {
    const hooks = () => helm(stack, "get", "hooks", `todo-backend-${stack}`);
    assert.match(hooks(), /kind: Job/);
    externalDatabase.sql("INSERT INTO todos (title) VALUES ('kept outside')", "elsewhere");
    checkout.run(["pulumi", "config", "rm", "--path", "todo:database.migrations", "-s", stack]);
    checkout.run(["make", "up", `ENV=${stack}`]);
    assert.doesNotMatch(hooks(), /kind: Job/);
    assert.deepEqual(json(stack, "get", "jobs").items, []);
    assert.deepEqual(await until("the list of todos", () => titles(url)), ["kept outside"]);
  });

  it("a schema that is behind is said while the update waits for it, and `make migrate` lets that go on", async () => {
    checkout.run([...set, "--secret", "todo:databaseUrl"], { input: externalDatabase.database("later") });
    const hint = `\`make migrate ENV=${stack}\` brings it up to date once`;
    const update = await checkout.start(["make", "up", `ENV=${stack}`], hint);
    const ended = new Promise((done) => update.on("exit", done));
    assert.match(checkout.run(["make", "migrate", `ENV=${stack}`]), /the schema is at \w+ \(it was at nothing\)/);
    assert.equal(await ended, 0);
    assert.deepEqual(json(stack, "get", "jobs").items, []);
    assert.deepEqual(await until("the list of todos", () => titles(url)), []);

    checkout.run([...set, "--secret", "todo:databaseUrl"], { input: databaseUrl });
    checkout.run(["make", "up", `ENV=${stack}`]);
    checkout.run([...set, "--path", "todo:database.migrations", "job"]);
  });

  it("a migration that fails ends `make up` with what it said, and the old pods go on", async () => {
    const key = "todo:backend.migration.command";
    for (const [index, word] of ["sh", "-c", "echo no such column >&2; exit 3"].entries()) {
      checkout.run([...set, "--path", `${key}[${index}]`, "--", word]);
    }
    const outcome = checkout.try(["make", "up", `ENV=${stack}`]);
    checkout.run(["pulumi", "config", "rm", "--path", key, "-s", stack]);
    const said = refusal(outcome);
    const cause =
      /^ {2}container migration of pod todo-backend-switch-migration-\S+ ended with 3.*\n {4}→ .*\n {6}no such column$/m;
    assert.match(said, cause);
    assert.deepEqual(await until("the list of todos", () => titles(url)), ["kept outside"]);
  });

  describe("while the external one is away", () => {
    interface Pod {
      metadata: { name: string };
      status: { containerStatuses?: { ready: boolean; started: boolean; restartCount: number }[] };
    }
    const pods = (of: string) =>
      json(of, "get", "pods", "--selector", "app.kubernetes.io/name=todo-backend").items as Pod[];
    /** Ready and restarts of each backend. */
    const states = (of: string) =>
      pods(of).map(({ status }) => [status.containerStatuses?.[0]?.ready, status.containerStatuses?.[0]?.restartCount]);
    /** By way of the API server, so that the Service's opinion of the pod does not matter. */
    const request = (pod: string, path: string) =>
      kubectl(stack, "get", "--raw", `/api/v1/namespaces/todo-${stack}/pods/${pod}:8000/proxy${path}`);
    let others: string[];

    before(() => {
      others = pods("dev").map(({ metadata }) => metadata.name);
      externalDatabase.sleep();
    });

    it("the backend is unready, alive, and not restarted", async () => {
      await until("the backend to be unready", async () => states(stack).every(([ready]) => !ready) || undefined, 90);
      const [{ metadata }] = pods(stack);
      assert.match(request(metadata.name, "/health"), /"status":"ok"/);
      assert.throws(() => request(metadata.name, "/ready"), /unable to handle the request|ServiceUnavailable/);
      assert.deepEqual(states(stack), [[false, 0]]);
    });

    it("a new pod starts, and is unready", async () => {
      const [{ metadata }] = pods(stack);
      kubectl(stack, "delete", "pod", metadata.name, "--wait=true");
      const started = ({ status }: Pod) => status.containerStatuses?.[0]?.started;
      const pod = await until("another pod that has started", async () => pods(stack).find(started));
      assert.notEqual(pod.metadata.name, metadata.name);
      assert.deepEqual(states(stack), [[false, 0]]);
    });

    it("another environment is none the wiser", () => {
      assert.deepEqual(
        pods("dev").map(({ metadata }) => metadata.name),
        others,
      );
      assert.deepEqual(
        states("dev").map(([ready]) => ready),
        [true],
      );
    });

    it("it recovers by itself when the database is back, without a restart", async () => {
      externalDatabase.wake();
      await until("the backend to be ready", async () => states(stack).every(([ready]) => ready) || undefined, 90);
      assert.deepEqual(states(stack), [[true, 0]]);
      assert.deepEqual(await until("the list of todos", () => titles(url)), ["kept outside"]);
    });
  });

  // A suite of its own: mocha runs the tests of a suite before the suites in it.
  describe("back again", () => {
    it("inside again: the application has what the volume kept", async () => {
      checkout.run([...set, "--path", "todo:database.mode", "inside"]);
      checkout.run(["pulumi", "config", "rm", "todo:databaseUrl", "-s", stack]);
      checkout.run(["make", "up", `ENV=${stack}`]);
      assert.equal(volume(), kept);
      assert.deepEqual(await until("the list of todos", () => titles(url)), ["kept inside"]);
    });
  });
});
