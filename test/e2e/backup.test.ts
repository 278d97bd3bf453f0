// A database whose volume is lost, and what a backup brings back: the same rows, by a checksum of SQL's. Under NetworkPolicies,
// so that a backup that they shut out fails here.
// Does not prove: a copy elsewhere, nor what a backup of more than some thousand rows takes.
import { strict as assert } from "node:assert";
import { type Checkout, refusal } from "./checkout.ts";
import { until } from "./cluster.ts";
import { json, kubectl } from "./environment.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "saved";
const SERVER = `todo-postgres-${stack}`;
const BACKEND = `todo-backend-${stack}`;
const CLAIM = `data-${SERVER}-0`;
const NAME = /todo-\d{8}T\d{6}Z\.dump/;

describe("a database whose volume is lost", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let checkout: Checkout;
  let checksum: string;
  let first: string;

  const sql = (query: string) => {
    const options = ["--quiet", "--no-align", "--tuples-only", "--username=todo", "--dbname=todo"];
    return kubectl(stack, "exec", `statefulset/${SERVER}`, "--", "psql", ...options, `--command=${query}`).trim();
  };
  /** Of all rows of a table, whatever their order. */
  const checksumOf = (table: string) =>
    sql(`SELECT count(*) || ' ' || md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM ${table} t`);
  const checksums = () => ["todos", "alembic_version"].map(checksumOf).join(", ");
  const make = (...words: string[]) => ["make", ...words, `ENV=${stack}`];
  const volume = () => kubectl(stack, "get", "persistentvolumeclaim", CLAIM, "--output", "jsonpath={.metadata.uid}");
  const pods = () => json(stack, "get", "deployment", BACKEND).status.readyReplicas as number | undefined;
  /** What a restore may leave at a Deployment. */
  const left = () => {
    const { metadata, spec } = json(stack, "get", "deployment", BACKEND);
    return [spec.replicas, metadata.annotations["todo/pods-before-restore"]];
  };
  const backUp = () => {
    const said = checkout.run(make("backup"));
    return new RegExp(`(${NAME.source}) is kept`).exec(said)?.[1] ?? assert.fail(said);
  };
  const restore = (...words: string[]) => make("restore", `PROTECTED=${stack}`, ...words);

  before(() => {
    own = new OwnEnvironment(stack, (config) => {
      config.setIn(["config", "todo:database"], { mode: "inside", backup: { schedule: "0 0 1 1 *", keep: 2 } });
      config.setIn(["config", "todo:networkPolicies"], "wired");
    });
    ({ checkout } = own);
    checkout.run(make("up"));
    sql("INSERT INTO todos (title) SELECT 'todo ' || number FROM generate_series(1, 2000) AS number");
    checksum = checksums();
    assert.match(checksum, /^2000 [0-9a-f]{32}, 1 [0-9a-f]{32}$/);
  });

  after(() => own?.end());

  it("has a backup, which was read to its end, and says that it is the first", () => {
    const said = checkout.run(make("backup"));
    first = NAME.exec(said)?.[0] ?? assert.fail(said);
    assert.match(said, /^ {2}todo-\S+\.dump: \d+ bytes in \d+ s, \d+ tables; before it: none$/m);
    assert.match(said, /^saved: todo-\S+\.dump is kept, .* it is the first one: .*\(RPO\)$/m);
    assert.deepEqual(json(stack, "get", "jobs").items, []);
  });

  it("loses its volume: another one is there, without a table", async () => {
    const before = volume();
    kubectl(stack, "delete", "persistentvolumeclaim", CLAIM, "--wait=false");
    kubectl(stack, "delete", "pod", `${SERVER}-0`, "--wait=true");
    await until("another volume", async () => volume() !== before || undefined);
    kubectl(stack, "rollout", "status", `statefulset/${SERVER}`, "--timeout=120s");
    const tables = await until("an answer of the new database", async () =>
      sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
    );
    assert.equal(tables, "0");
  });

  it("is no reason for a backup that would take the place of a good one", () => {
    const said = refusal(checkout.try(make("backup")));
    assert.match(
      said,
      /the backup of saved failed, and older ones stay: .*expected a database with tables, found none/,
    );
  });

  it("is deployed again, empty", () => {
    checkout.run(make("migrate"));
    checkout.run(make("up"));
    assert.equal(sql("SELECT count(*) FROM todos"), "0");
  });

  it("has every row again after a restore, and everybody who was away is back", () => {
    const said = checkout.run(restore());
    assert.match(said, /^ {2}todos 2000$/m);
    assert.match(said, /^todo-backend-saved: 1 → 0 pods$/m);
    assert.match(said, /^saved: the database holds what todo-\S+\.dump held, and all is back after \d+:\d\d \(RTO\)/m);
    assert.equal(checksums(), checksum);
    assert.deepEqual([left(), pods()], [[1, undefined], 1]);
    assert.deepEqual(json(stack, "get", "jobs").items, []);
  });

  it("is what Pulumi has deployed", () => {
    checkout.run(make("up"));
    assert.equal(checksums(), checksum);
  });

  it("keeps as many as it is told, the newest", async () => {
    const [second, third] = [backUp(), backUp()];
    assert.equal(new Set([first, second, third]).size, 3);
    const said = refusal(checkout.try(restore("FROM=none")));
    const listed = said.match(new RegExp(NAME.source, "g"));
    assert.deepEqual(listed, [third, second]);
  });

  it("a restore that fails changes no row, and leaves nobody away", async () => {
    // What no backup knows, and hangs on one of its tables.
    sql("CREATE VIEW newer AS SELECT * FROM todos");
    sql("INSERT INTO todos (title) VALUES ('after the backup')");
    const before = checksums();
    const said = refusal(checkout.try(restore()));
    assert.match(said, /the restore of saved's database failed, and it holds what it held before: .*ended with 1/);
    assert.equal(checksums(), before);
    assert.deepEqual(left(), [1, undefined]);
    await until("the backend", async () => pods() || undefined);
    sql("DROP VIEW newer");
    checkout.run(restore());
    assert.equal(checksums(), checksum);
  });
});
