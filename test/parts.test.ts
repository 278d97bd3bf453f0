// What an environment consists of and how it is wired, from settings to chart values.
// Does not prove: that the charts take these values (test/charts), nor what Pulumi makes of them (test/program.test.ts).
import { strict as assert } from "node:assert";
import { chartsOf, partsOf } from "../components/parts";
import { parseSettings, readSettings } from "../settings";
import { ROOT } from "./support/mocks";
import { type Change, changed } from "./support/stack-file";

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

  for (const stack of ["dev", "staging", "prod"]) {
    const withDatabase = (database: object) => {
      const config = changed(stack, { database, "backend.pool.overflow": 5 });
      return partsOf(parseSettings(stack, config, [], { assumeSecrets: true }));
    };

    it(`has the database of ${stack} inside where its mode says so: a chart, a Secret, a migration`, () => {
      const inside = withDatabase({ mode: "inside" });
      const charts = chartsOf(inside).map(({ chart }) => chart);
      assert.deepEqual(charts, ["todo-postgres", "todo-backend", "todo-frontend"]);
      assert.deepEqual(Object.keys(inside.environment.secrets.postgres?.keys ?? {}), ["POSTGRES_PASSWORD"]);
      assert.equal(inside.backend.migrate, true);
    });

    it(`has nothing of PostgreSQL in ${stack} where its mode is external, and migrates unless told not to`, () => {
      const external = withDatabase({ mode: "external" });
      assert.deepEqual(Object.keys(external), ["environment", "backend", "frontend"]);
      assert.deepEqual(
        chartsOf(external).map(({ chart }) => chart),
        ["todo-backend", "todo-frontend"],
      );
      assert.deepEqual(Object.keys(external.environment.secrets), ["backend"]);
      assert.equal(external.environment.secrets.backend.keys.DATABASE_URL.from, "config");
      assert.equal(external.backend.migrate, true);
      assert.equal(withDatabase({ mode: "external", migrations: "none" }).backend.migrate, false);
    });
  }

  it("wires the frontend to the backend's Service, and the backend to the browser's origin", () => {
    const { backend, frontend } = parts("staging");
    assert.equal(frontend.apiUrl, "http://todo-backend-staging:8000");
    assert.deepEqual(backend.corsOrigins, [frontend.origin]);
  });

  describe("with network policies", () => {
    const pods = (chart: string, part = "") => ({
      "app.kubernetes.io/name": `${chart}${part}`,
      "app.kubernetes.io/instance": `${chart}-dev`,
    });
    const policies = (change: Change) => {
      const config = changed("dev", { networkPolicies: "wired", ...change });
      const charts = chartsOf(partsOf(parseSettings("dev", config, [], { assumeSecrets: true })));
      return Object.fromEntries(charts.map(({ chart, values }) => [chart, values.networkPolicy]));
    };
    const postgres = { enabled: true, allowFrom: [pods("todo-backend"), pods("todo-backend", "-migration")] };
    const backend = {
      enabled: true,
      allowFrom: [pods("todo-frontend")],
      allowTo: [{ matchLabels: pods("todo-postgres"), port: 5432 }],
      allowExternalPorts: [443],
    };
    const frontend = {
      enabled: true,
      allowTo: [{ matchLabels: pods("todo-backend"), port: 8000 }],
      allowExternalPorts: [],
    };
    const [all, external] = [
      { "todo-postgres": postgres, "todo-backend": backend, "todo-frontend": frontend },
      "external",
    ];
    const cases: [what: string, change: Change, expected: object][] = [
      [
        "none",
        { networkPolicies: "none" },
        { "todo-postgres": undefined, "todo-backend": undefined, "todo-frontend": undefined },
      ],
      ["the connections of dev", {}, all],
      [
        "no migration",
        { "database.migrations": "none" },
        { ...all, "todo-postgres": { ...postgres, allowFrom: [pods("todo-backend")] } },
      ],
      [
        "a database and a model elsewhere, and further ports",
        {
          ...{ database: { mode: external }, "backend.openaiBaseUrl": "http://llm.example.org:8080/v1" },
          ...{ "backend.externalPorts": [6543, 5432], "frontend.externalPorts": [443], "backend.port": 9000 },
        },
        {
          "todo-backend": { ...backend, allowTo: [], allowExternalPorts: [8080, 5432, 6543] },
          "todo-frontend": {
            ...frontend,
            allowTo: [{ matchLabels: pods("todo-backend"), port: 9000 }],
            allowExternalPorts: [443],
          },
        },
      ],
      [
        "a model behind port 80",
        { "backend.openaiBaseUrl": "http://llm.example.org/v1" },
        { ...all, "todo-backend": { ...backend, allowExternalPorts: [80] } },
      ],
      [
        "images that call nobody",
        { "backend.secretKeys": { KEY: "SECRET_KEY" }, "frontend.variables.apiUrl": false },
        {
          "todo-postgres": { ...postgres, allowFrom: [] },
          "todo-backend": { ...backend, allowFrom: [], allowTo: [] },
          "todo-frontend": { ...frontend, allowTo: [] },
        },
      ],
    ];
    for (const [what, change, expected] of cases) {
      it(`allows what is wired: ${what}`, () => assert.deepEqual(policies(change), expected));
    }
  });

  it("makes the secrets that are not given, and takes those that are", () => {
    const { keys } = parts("prod").environment.secrets.backend;
    const from = Object.entries(keys).map(([key, source]) => `${key} ${source.from}`);
    assert.deepEqual(from, ["DATABASE_URL config", "SECRET_KEY random", "AUTH_SECRET random", "OPENAI_API_KEY config"]);
  });
});
