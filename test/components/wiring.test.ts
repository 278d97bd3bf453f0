// Environments fit together; one that does not ends the program; what docs/wiring.md shows.
// Does not prove: each single defect (test/components/wiring-*.test.ts), nor that a cluster lets the connections through (test/e2e).
import { strict as assert } from "node:assert";
import { checkWiring, drawing, wiringOf } from "local-charts";
import { wiring } from "../../ops/generate/wiring.ts";
import { FIXTURES, runProgram } from "../support/mocks.ts";
import { changed } from "../support/stack-file.ts";
import { anyService, env, environment, type Plant, problems, service, set, withoutContent } from "../support/wiring.ts";

describe("wiring of this repository", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`fits in ${stack}`, async () => {
      assert.deepEqual(await problems({ stack }), []);
    });
  }
});

it("a certificate that somebody else puts into the namespace is no Secret that is missing", async () => {
  const cluster = { "cluster.ingressClass": "traefik", "cluster.tlsSecret": "todo-tls" };
  assert.deepEqual(await problems({ config: { ...cluster, origin: "https://todo.example.org" } }), []);
});

it("an origin among a frontend's variables, or as JSON, is no connection that a policy has to let out", async () => {
  const config = {
    ...{ networkPolicies: "wired", origin: "https://todo.example.org", "backend.corsFormat": "json" },
    ...{ "frontend.service": undefined, "frontend.variables": { origin: "SITE_URL" } },
  };
  assert.deepEqual(await problems({ stack: "dev", config }), []);
  // Any other variable of the same text is one, and is let out.
  const own = { ...config, "frontend.variables": {}, "frontend.env": { SITE_URL: "https://todo.example.org" } };
  const closed: Plant["objects"] = (find) => find("NetworkPolicy todo-frontend-dev").spec.egress.pop();
  assert.deepEqual(await problems({ stack: "dev", config: own }), []);
  const [refused] = await problems({ stack: "dev", config: own, objects: closed });
  assert.match(refused, /expected a rule for port 443 outside, which Deployment todo-frontend-dev calls \(SITE_URL\)/);
});

describe("wiring that does not fit", () => {
  const broken = { "backend.env": { MAILER_URL: "http://todo-bakend:8000", CACHE_URL: "redis://cache" } };
  const report = [
    "The charts of dev do not fit together in 2 places; nothing was changed.",
    `  ${env("CACHE_URL")}: ${anyService}, found cache:6379; ${set("CACHE_URL")}`,
    `  ${env("MAILER_URL")}: ${service("todo-backend-dev")}, found todo-bakend:8000; ${set("MAILER_URL")}`,
  ].join("\n");

  it("is reported as one error", async () => {
    const { facts, charts } = await environment({ config: broken });
    assert.throws(() => checkWiring(facts, charts), { message: report });
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

  it("warns of a frontend's variable that Next.js fixed, in preview and update", async () => {
    const config = changed("dev", { "frontend.env": { NEXT_PUBLIC_API_URL: "http://todo-backend-dev:8000" } });
    for (const preview of [true, false]) {
      const { told } = await runProgram({ stack: "dev", preview, config });
      const warnings = told[""].split("\n").filter((line) => line.includes("NEXT_PUBLIC_"));
      const place = "todo:frontend.env.NEXT_PUBLIC_API_URL in Pulumi.dev.yaml";
      assert.deepEqual(warnings, [
        `${place}: Next.js puts what begins with NEXT_PUBLIC_ into the code for browsers when the image is built, where this has no effect; it has one where the server reads it at run time`,
        `${place}: expected an address that a browser can open, such as http://localhost:30300, which is todo:origin, found http://todo-backend-dev:8000; names of Services exist inside the cluster only`,
      ]);
    }
  });

  it("is what docs/wiring.md shows", async () => {
    const { facts, charts } = await environment({
      config: { "backend.env": { MAILER_URL: "http://todo-bakend:8000" } },
    });
    const page = (await wiring(FIXTURES, [])).get("docs/wiring.md") ?? "";
    const example = /^error: (.*\n.*)\n```$/m.exec(page)?.[1];
    assert.throws(() => checkWiring(facts, charts), { message: example });
  });
});

describe("drawing", () => {
  const KEYS = "AUTH_SECRET<br/>DATABASE_URL<br/>OPENAI_API_KEY, where set<br/>SECRET_KEY";

  it("has the connections that were found, the ways in, and Secrets by their keys", async () => {
    const config = { "backend.openaiBaseUrl": "https://llm.example.org/v1" };
    const { facts, charts } = await environment({ config });
    assert.equal(
      withoutContent(drawing(wiringOf(facts, charts))),
      [
        "flowchart LR",
        "  browser([Browser])",
        "  subgraph namespace [namespace todo-dev]",
        '    StatefulSet_todo_postgres_dev["StatefulSet todo-postgres-dev :5432"]',
        '    Deployment_todo_backend_dev["Deployment todo-backend-dev :8000 :9464"]',
        '    Deployment_todo_frontend_dev["Deployment todo-frontend-dev :3000 :9464"]',
        '    Job_todo_backend_dev_migration["Job todo-backend-dev-migration"]',
        '    secret_todo_postgres_secrets[/"Secret todo-postgres-secrets"/]',
        '    secret_todo_backend_secrets[/"Secret todo-backend-secrets"/]',
        "  end",
        '  outside_llm_example_org(["llm.example.org"])',
        '  browser -- "http://localhost:30300, node port 30300" --> Deployment_todo_frontend_dev',
        '  Deployment_todo_backend_dev -- "OPENAI_BASE_URL, port 443" --> outside_llm_example_org',
        '  Deployment_todo_backend_dev -- "DATABASE_URL, port 5432" --> StatefulSet_todo_postgres_dev',
        '  Deployment_todo_frontend_dev -- "API_URL, port 8000" --> Deployment_todo_backend_dev',
        '  Job_todo_backend_dev_migration -- "PGHOST, port 5432<br/>DATABASE_URL, port 5432" --> StatefulSet_todo_postgres_dev',
        '  Job_todo_backend_dev_migration -- "OPENAI_BASE_URL, port 443" --> outside_llm_example_org',
        '  secret_todo_postgres_secrets -. "POSTGRES_PASSWORD" .-> StatefulSet_todo_postgres_dev',
        `  secret_todo_backend_secrets -. "${KEYS}" .-> Deployment_todo_backend_dev`,
        `  secret_todo_backend_secrets -. "${KEYS}" .-> Job_todo_backend_dev_migration`,
      ].join("\n"),
    );
  });

  it("is that of each environment in docs/wiring.md", async () => {
    const text = (await wiring(FIXTURES, ["dev", "prod", "staging"])).get("docs/wiring.md") ?? "";
    assert.deepEqual(
      [...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]),
      ["dev", "prod", "staging"],
    );
    assert.equal(text.match(/^```mermaid$/gm)?.length, 3);
  });
});
