// What is said of a backend that waits for its schema.
// Does not prove: that the reference backend says so (app/backend/tests), nor that a migration helps (`make e2e`).
import { strict as assert } from "node:assert";
import { schemaHint } from "../../components/schema.ts";

const BEHIND = '{"detail":"the schema is at 0001, this image needs 0002: run python -m todo_backend.migrate"}';
const EACH = "`pulumi config set --path todo:database.migrations job -s lab` has each update migrate it";
const ONCE = `\`make migrate ENV=lab\` brings it up to date once, ${EACH}`;

describe("a backend that waits for its schema", () => {
  const hint = (change: object = {}, release = "todo-backend-lab", answer = BEHIND) => {
    const stack = { environment: "lab", cluster: { context: "todo-on-minikube" }, database: { migrations: "none" } };
    return schemaHint({ ...stack, ...change }, release, answer);
  };
  const cases: [what: string, found: string | undefined, said: string | undefined][] = [
    ["is told how to get it", hint(), ONCE],
    ["is told what works on another cluster", hint({ cluster: { context: "kind" } }), EACH],
    ["is told nothing where an update migrates it", hint({ database: { migrations: "job" } }), undefined],
    ["is known by what it says", hint({}, "todo-backend-lab", "the database cannot be reached"), undefined],
    ["is the backend", hint({}, "todo-frontend-lab"), undefined],
  ];
  for (const [what, found, said] of cases) it(what, () => assert.equal(found, said));
});
