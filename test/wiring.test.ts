// The environments of this repository fit together; one that does not ends the program; what docs/wiring.md shows.
// Does not prove: each single defect (test/wiring-*.test.ts), nor that a cluster lets the connections through (test/e2e).
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkWiring, wiringOf } from "../components/wiring";
import { drawing } from "../components/wiring/drawing";
import { ROOT, runProgram } from "./support/mocks";
import { changed } from "./support/stack-file";
import { anyService, env, environment, problems, service, set } from "./support/wiring";

describe("wiring of this repository", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`fits in ${stack}`, async () => {
      assert.deepEqual(await problems({ stack }), []);
    });
  }
});

describe("wiring that does not fit", () => {
  const broken = { "backend.env": { MAILER_URL: "http://todo-bakend:8000", CACHE_URL: "redis://cache" } };
  const report = [
    "The charts of dev do not fit together in 2 places; nothing was changed.",
    `  ${env("CACHE_URL")}: ${anyService}, found cache:6379; ${set("CACHE_URL")}`,
    `  ${env("MAILER_URL")}: ${service("todo-backend-dev")}, found todo-bakend:8000; ${set("MAILER_URL")}`,
  ].join("\n");

  it("is reported as one error", async () => {
    const { parts, charts } = await environment({ config: broken });
    assert.throws(() => checkWiring(parts, charts), { message: report });
  });

  it("ends the program before it makes anything", async () => {
    for (const preview of [true, false]) {
      const types: string[] = [];
      const registers = (type: string) => types.push(type);
      const run = runProgram({ stack: "dev", preview, config: changed("dev", broken), registers });
      await assert.rejects(run, (error: Error) => error.message.includes(report));
      assert.deepEqual(types, ["pulumi:providers:kubernetes"]);
    }
  });

  it("is what docs/wiring.md shows", async () => {
    const { parts, charts } = await environment({
      config: { "backend.env": { MAILER_URL: "http://todo-bakend:8000" } },
    });
    const example = /^error: (.*\n.*)\n```$/m.exec(readFileSync(join(ROOT, "docs/wiring.md"), "utf8"))?.[1];
    assert.throws(() => checkWiring(parts, charts), { message: example });
  });
});

describe("drawing", () => {
  const KEYS = "AUTH_SECRET<br/>DATABASE_URL<br/>OPENAI_API_KEY, where set<br/>SECRET_KEY";

  it("has the connections that were found, the ways in, and Secrets by their keys", async () => {
    const config = { "backend.openaiBaseUrl": "https://llm.example.org/v1" };
    const { parts, charts } = await environment({ config });
    assert.equal(
      drawing(wiringOf(parts, Object.values(charts))),
      [
        "flowchart LR",
        "  browser([Browser])",
        "  subgraph namespace [namespace todo-dev]",
        '    StatefulSet_todo_postgres_dev["StatefulSet todo-postgres-dev :5432"]',
        '    Deployment_todo_backend_dev["Deployment todo-backend-dev :8000"]',
        '    Deployment_todo_frontend_dev["Deployment todo-frontend-dev :3000"]',
        '    Job_todo_backend_dev_migration["Job todo-backend-dev-migration"]',
        '    secret_todo_postgres_secrets[/"Secret todo-postgres-secrets"/]',
        '    secret_todo_backend_secrets[/"Secret todo-backend-secrets"/]',
        "  end",
        '  outside_llm_example_org(["llm.example.org"])',
        '  browser -- "http://localhost:30300, node port 30300" --> Deployment_todo_frontend_dev',
        '  Deployment_todo_backend_dev -- "DATABASE_URL, port 5432" --> StatefulSet_todo_postgres_dev',
        '  Deployment_todo_backend_dev -- "OPENAI_BASE_URL, port 443" --> outside_llm_example_org',
        '  Deployment_todo_frontend_dev -- "API_URL, port 8000" --> Deployment_todo_backend_dev',
        '  Job_todo_backend_dev_migration -- "DATABASE_URL, port 5432" --> StatefulSet_todo_postgres_dev',
        '  Job_todo_backend_dev_migration -- "OPENAI_BASE_URL, port 443" --> outside_llm_example_org',
        '  secret_todo_postgres_secrets -. "POSTGRES_PASSWORD" .-> StatefulSet_todo_postgres_dev',
        `  secret_todo_backend_secrets -. "${KEYS}" .-> Deployment_todo_backend_dev`,
        `  secret_todo_backend_secrets -. "${KEYS}" .-> Job_todo_backend_dev_migration`,
      ].join("\n"),
    );
  });

  it("is that of each environment in docs/wiring.md", () => {
    const text = readFileSync(join(ROOT, "docs/wiring.md"), "utf8");
    assert.deepEqual(
      [...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]),
      ["dev", "staging", "prod"],
    );
    assert.equal(text.match(/^```mermaid$/gm)?.length, 3);
  });
});
