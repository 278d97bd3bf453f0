// Where the revision of a schema is asked for, and what of the answer is taken for one.
// Does not prove: that a database answers so (test/e2e).
import { strict as assert } from "node:assert";
import { schemaRevision } from "../../components/schema-revision.ts";

const place = { environment: "lab", cluster: { context: "c" } } as never as Parameters<typeof schemaRevision>[0];
const ask = async (more: object, answer: () => string) => {
  const asked: string[] = [];
  const revision = await schemaRevision({ ...place, ...more } as typeof place, async (args) => {
    asked.push(args.join(" "));
    return answer();
  });
  return { revision, asked };
};

describe("the revision of the schema", () => {
  const inside = { database: { mode: "inside" } };
  const outside = { database: { mode: "external" }, backend: { health: "/health", ready: "/ready" } };

  it("of a database inside is in Alembic's table, several of them too", async () => {
    const { revision, asked } = await ask(inside, () => "0002\n");
    assert.equal(revision, "0002");
    assert.deepEqual(asked, [
      "--namespace todo-lab exec statefulset/todo-postgres-lab -- psql -qXtA --no-password --username=todo --dbname=todo --command=SELECT version_num FROM alembic_version",
    ]);
    assert.equal((await ask(inside, () => "b2\na1\n")).revision, "a1,b2");
  });

  it("of one outside is what the backend says where it says whether it is ready", async () => {
    const answer = () => '{"status":"ready","schema":"0001"}';
    const { revision, asked } = await ask(outside, answer);
    assert.equal(revision, "0001");
    const raw = "get --raw /api/v1/namespaces/todo-lab/services/http:todo-backend-lab:http/proxy";
    assert.deepEqual(asked, [`${raw}/ready`]);
    const { asked: other } = await ask({ ...outside, backend: { health: "/up", ready: false } }, answer);
    assert.deepEqual(other, [`${raw}/up`]);
  });

  it("is not known where there is no such table, no such field, no text, and nobody to ask", async () => {
    const fails = () => {
      throw new Error('relation "alembic_version" does not exist');
    };
    assert.equal((await ask(inside, fails)).revision, undefined);
    assert.equal((await ask(inside, () => "\n")).revision, undefined);
    assert.equal((await ask(outside, () => '{"status":"ready"}')).revision, undefined);
    assert.equal((await ask(outside, () => "ok")).revision, undefined);
    assert.deepEqual(await ask({ ...outside, backend: undefined }, () => ""), { revision: undefined, asked: [] });
  });
});
