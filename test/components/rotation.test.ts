// Which pods a rotated secret replaces: their templates, rendered by Helm for the settings before and after.
// Does not prove: that the cluster replaces these pods and no others (test/e2e/secrets.test.ts).
import { strict as assert } from "node:assert";
import { helmTemplate, listOf, renderCharts } from "local-charts";
import { chartsOf, partsOf } from "../../components/parts.ts";
import { parseSettings } from "../../settings.ts";
import { type Change, changed } from "../support/stack-file.ts";

const SECRETS = ["databaseUrl", "secretKey", "authSecret", "openaiApiKey"].map((name) => `todo:${name}`);
const url = (password: string) => `postgresql+asyncpg://todo:${password}@db.example.org:5432/todo`;
const external = { database: { mode: "external" }, databaseUrl: url("one") };

const settings = (change: Change) => {
  const config = changed("dev", change);
  return parseSettings(
    "dev",
    config,
    SECRETS.filter((key) => key in config),
  );
};

/** Of each workload, what its pods are made from. */
async function templates(change: Change): Promise<Record<string, string>> {
  const charts = await renderCharts(chartsOf(partsOf(settings(change))), helmTemplate());
  const objects = listOf(charts).flatMap((chart) => chart.objects);
  const workloads = objects.filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind));
  const entries = workloads.map(({ metadata, spec }) => [metadata.name, (spec as { template: unknown }).template]);
  return Object.fromEntries(entries.map(([name, template]) => [name, JSON.stringify(template)]));
}

const cases: [what: string, before: Change, after: Change, replaced: string[]][] = [
  ["SECRET_KEY, random", {}, { "generations.SECRET_KEY": 2 }, ["todo-backend-dev"]],
  ["AUTH_SECRET, random", {}, { "generations.AUTH_SECRET": 2 }, ["todo-backend-dev"]],
  [
    "POSTGRES_PASSWORD",
    {},
    { "generations.POSTGRES_PASSWORD": 2 },
    // Its URL contains the password.
    ["todo-postgres-dev", "todo-backend-dev"],
  ],
  ["SECRET_KEY, given", { secretKey: "1".repeat(32) }, { secretKey: "2".repeat(32) }, ["todo-backend-dev"]],
  ["SECRET_KEY, random before it is given", {}, { secretKey: "1".repeat(32) }, ["todo-backend-dev"]],
  ["AUTH_SECRET, given", { authSecret: "1".repeat(32) }, { authSecret: "2".repeat(32) }, ["todo-backend-dev"]],
  ["OPENAI_API_KEY", { openaiApiKey: "1" }, { openaiApiKey: "2" }, ["todo-backend-dev"]],
  ["OPENAI_API_KEY, the first", {}, { openaiApiKey: "1" }, ["todo-backend-dev"]],
  ["DATABASE_URL", external, { ...external, databaseUrl: url("two") }, ["todo-backend-dev"]],
  ["nothing: generation 1 is what no generation is", {}, { "generations.SECRET_KEY": 1 }, []],
];

describe("a rotated secret replaces exactly the pods that use it", () => {
  for (const [what, before, after, replaced] of cases) {
    it(what, async () => {
      const [old, present] = await Promise.all([templates(before), templates(after)]);
      assert.deepEqual(Object.keys(old), Object.keys(present));
      assert.deepEqual(
        Object.keys(old).filter((name) => old[name] !== present[name]),
        replaced,
      );
    });
  }
});

describe("the generation of a random secret", () => {
  const { backend, postgres } = partsOf(settings({ "generations.SECRET_KEY": 3 })).environment.secrets;

  it("makes a new value, and shows in the fingerprint", () => {
    assert.deepEqual(backend?.keys.SECRET_KEY, {
      ...{ from: "random", resource: "secret-key", length: 48 },
      ...{ generation: "3", fingerprint: "generated-3", of: "SECRET_KEY" },
    });
  });

  it("is that of one key: the others stay what they were", () => {
    assert.deepEqual(backend?.keys.AUTH_SECRET, {
      ...{ from: "random", resource: "auth-secret", length: 48 },
      ...{ generation: "1", fingerprint: "generated-1", of: "AUTH_SECRET" },
    });
    assert.deepEqual(postgres?.keys.POSTGRES_PASSWORD, {
      ...{ from: "random", resource: "postgres-password", length: 32 },
      ...{ generation: "1", fingerprint: "generated-1", of: "POSTGRES_PASSWORD" },
    });
  });
});
