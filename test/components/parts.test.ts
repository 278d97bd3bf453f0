// What an environment consists of and how it is wired, from settings to chart values.
// Does not prove: that the charts take these values (test/charts), nor what Pulumi makes of them (test/index.test.ts).
import { strict as assert } from "node:assert";
import { chartName, listOf } from "local-charts";
import { chartsOf, type Parts, partsOf } from "../../components/parts.ts";
import { parseSettings, type Settings } from "../../settings.ts";
import { everyKey, everyKeyOfCertificate, everyOtherKey } from "../support/settings-cases.ts";
import { type Change, changedSettings, settingsOf } from "../support/stack-file.ts";

const parts = (stack: string) => partsOf(settingsOf(stack));
const releases = (all: Parts) => listOf(chartsOf(all)).map(({ release }) => release);

/** Settings of a whole `config:`, whose secrets are encrypted. */
function parsed(config: Record<string, unknown>): Settings {
  const names = ["secretKey", "authSecret", "openaiApiKey", "databaseUrl", "tlsKey", "registryToken"].map(
    (name) => `todo:${name}`,
  );
  const further = Object.keys(config["todo:secrets"] as object).map((name) => `todo:secrets.${name}`);
  return parseSettings("lab", config, [...names, ...further]);
}

function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value === undefined ? [] : [path];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** The same settings with another value at one place, of the same kind. */
function withOther({ secrets, furtherSecrets, ...settings }: Settings, path: string[]): Settings {
  const copy = structuredClone(settings);
  // biome-ignore lint/suspicious/noExplicitAny: any place of the settings.
  const place = path.slice(0, -1).reduce((map: any, name) => map[name], copy);
  const key = path.at(-1) as string;
  const value = place[key];
  if (typeof value === "number") place[key] = value + 1;
  else if (typeof value === "boolean") place[key] = value ? false : "x";
  else if (!Array.isArray(value)) place[key] = `${value}1`;
  else place[key] = typeof value[0] === "string" ? value.slice(1) : [...value, 1234];
  // Another mode of the database wants its URL.
  return { ...copy, secrets: { databaseUrl: { fingerprint: "of a URL" }, ...secrets }, furtherSecrets };
}

describe("partsOf", () => {
  it("puts the database inside dev, before the backend, and has the backend's URL contain its password", () => {
    const dev = parts("dev");
    assert.deepEqual(
      listOf(chartsOf(dev)).map(({ chart, release, namespace }) => [chart, release, namespace]),
      ["todo-postgres", "todo-backend", "todo-frontend"].map((name) => [`./helm/${name}`, `${name}-dev`, "todo-dev"]),
    );
    const { backend, postgres } = dev.environment.secrets;
    assert.equal(postgres?.keys.POSTGRES_PASSWORD.from, "random");
    const url = backend?.keys.DATABASE_URL;
    assert.equal(url?.from === "password" && url.text("x"), "postgresql+asyncpg://todo:x@todo-postgres-dev:5432/todo");
    assert.equal(url?.fingerprint, "postgresql+asyncpg://todo:generated-1@todo-postgres-dev:5432/todo");
  });

  for (const stack of ["dev", "staging", "prod"]) {
    const withDatabase = (database: object) =>
      partsOf(changedSettings(stack, { database, "backend.pool.overflow": 5 }));

    it(`has the database of ${stack} inside where its mode says so: a chart, a Secret, a migration`, () => {
      const inside = withDatabase({ mode: "inside" });
      assert.deepEqual(releases(inside), [`todo-postgres-${stack}`, `todo-backend-${stack}`, `todo-frontend-${stack}`]);
      assert.deepEqual(Object.keys(inside.environment.secrets.postgres?.keys ?? {}), ["POSTGRES_PASSWORD"]);
      assert.equal(inside.backend?.migrate, true);
    });

    it(`has nothing of PostgreSQL in ${stack} where its mode is external, and migrates only when told to`, () => {
      const external = withDatabase({ mode: "external" });
      assert.deepEqual(Object.keys(external), ["environment", "backend", "frontend", "services", "entrances"]);
      assert.deepEqual(releases(external), [`todo-backend-${stack}`, `todo-frontend-${stack}`]);
      assert.deepEqual(Object.keys(external.environment.secrets), ["backend"]);
      assert.equal(external.environment.secrets.backend?.keys.DATABASE_URL.from, "config");
      assert.equal(external.backend?.migrate, false);
      assert.equal(withDatabase({ mode: "external", migrations: "job" }).backend?.migrate, true);
    });
  }

  it("wires the frontend to the backend's Service, and the backend to the browser's origin", () => {
    const { backend, frontend } = parts("staging");
    assert.equal(frontend?.apiUrl, "http://todo-backend-staging:8000");
    assert.deepEqual(backend?.corsOrigins, [frontend?.origin]);
  });

  describe("with network policies", () => {
    const pods = (chart: string, part = "") => ({
      "app.kubernetes.io/name": `${chart}${part}`,
      "app.kubernetes.io/instance": `${chart}-dev`,
    });
    const policies = (change: Change) => {
      const charts = chartsOf(partsOf(changedSettings("dev", { networkPolicies: "wired", ...change })));
      return Object.fromEntries(listOf(charts).map((chart) => [chartName(chart), chart.values.networkPolicy]));
    };
    const postgres = { enabled: true, allowFrom: [pods("todo-backend"), pods("todo-backend", "-migration")] };
    const backend = {
      enabled: true,
      allowFrom: [pods("todo-frontend")],
      allowTo: [{ matchLabels: pods("todo-postgres"), port: 5432 }],
      allowExternalPorts: [443],
      allowMetricsFrom: "todo-monitoring",
    };
    const frontend = {
      enabled: true,
      allowTo: [{ matchLabels: pods("todo-backend"), port: 8000 }],
      allowExternalPorts: [],
      allowMetricsFrom: "todo-monitoring",
    };
    const withoutScraper = ({ allowMetricsFrom: _, ...others }: typeof frontend) => others;
    const [all, external] = [
      { "todo-postgres": postgres, "todo-backend": backend, "todo-frontend": frontend },
      "external",
    ];
    const cases: [what: string, change: Change, expected: object][] = [
      [
        "a scraper elsewhere",
        { "metrics.namespace": "monitoring", "frontend.metrics.port": "none" },
        {
          ...all,
          "todo-backend": { ...backend, allowMetricsFrom: "monitoring" },
          "todo-frontend": withoutScraper(frontend),
        },
      ],
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

  it("drops no setting on the way: another value makes other charts, or another namespace, quota or Secret", () => {
    const made = (settings: Settings) => {
      const all = partsOf(settings);
      return JSON.stringify([chartsOf(all), all.environment]);
    };
    const known = new Set<string>();
    const counts = new Set<string>();
    for (const settings of [
      parsed(everyKey),
      parsed(everyOtherKey),
      parsed(everyKeyOfCertificate),
      settingsOf("dev"),
    ]) {
      const { environment: _, secrets: __, furtherSecrets: ___, ...sections } = settings;
      const before = made(settings);
      for (const path of leavesOf(sections)) {
        known.add(path.join("."));
        if (made(withOther(settings, path)) !== before) counts.add(path.join("."));
      }
    }
    assert.deepEqual(
      [...known].filter((key) => !counts.has(key)),
      // The provider's and the checks' own; the key that the chat needs; what the checks know of a variable's host; what all
      // resources have as an option.
      ["cluster.context", "backend.chatRequired", "neighbours.mail.host", "protected", "policy"],
    );
  });

  it("makes the secrets that are not given, and takes those that are", () => {
    const { backend } = parts("prod").environment.secrets;
    const from = Object.entries(backend?.keys ?? {}).map(([key, source]) => `${key} ${source.from}`);
    assert.deepEqual(from, ["DATABASE_URL config", "SECRET_KEY random", "AUTH_SECRET random", "OPENAI_API_KEY config"]);
  });
});
