// What an environment consists of and how it is wired, from settings to chart values.
// Does not prove: that the charts take these values (test/charts), nor what Pulumi makes of them (test/program.test.ts).
import { strict as assert } from "node:assert";
import { chartsOf, partsOf } from "../components/parts";
import { readSettings } from "../settings";
import { ROOT } from "./support/mocks";

const parts = (stack: string) => partsOf(readSettings(ROOT, stack, { assumeSecrets: true }));

describe("partsOf", () => {
  it("puts the database inside dev, before the backend, and has the backend's URL contain its password", () => {
    const dev = parts("dev");
    assert.deepEqual(
      chartsOf(dev).map(({ chart, environment, namespace }) => [chart, environment, namespace]),
      ["todo-postgres", "todo-backend", "todo-frontend"].map((chart) => [chart, "dev", "todo-dev"]),
    );
    const { backend, postgres } = dev.environment.secrets;
    assert.equal(postgres?.keys.POSTGRES_PASSWORD.from, "random");
    const url = backend.keys.DATABASE_URL;
    assert.equal(url.from === "password" && url.text("x"), "postgresql+asyncpg://todo:x@todo-postgres-dev:5432/todo");
    assert.equal(url.fingerprint, "postgresql+asyncpg://todo:generated-1@todo-postgres-dev:5432/todo");
  });

  it("has nothing of PostgreSQL where the database is external", () => {
    for (const stack of ["staging", "prod"]) {
      const { environment, ...rest } = parts(stack);
      assert.equal(environment.secrets.postgres, undefined);
      assert.deepEqual(
        chartsOf({ environment, ...rest }).map(({ chart }) => chart),
        ["todo-backend", "todo-frontend"],
      );
    }
  });

  it("wires the frontend to the backend's Service, and the backend to the browser's origin", () => {
    const { backend, frontend } = parts("staging");
    assert.equal(frontend.apiUrl, "http://todo-backend-staging:8000");
    assert.deepEqual(backend.corsOrigins, [frontend.origin]);
  });

  it("makes the secrets that are not given, and takes those that are", () => {
    const { keys } = parts("prod").environment.secrets.backend;
    const from = Object.entries(keys).map(([key, source]) => `${key} ${source.from}`);
    assert.deepEqual(from, ["DATABASE_URL config", "SECRET_KEY random", "AUTH_SECRET random", "OPENAI_API_KEY config"]);
  });
});
