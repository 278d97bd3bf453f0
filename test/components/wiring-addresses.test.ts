// Which addresses of containers are refused, with the exact sentence, and which are left alone.
// Does not prove: that what is left alone answers.
import { strict as assert } from "node:assert";
import {
  type Any,
  anyService,
  app,
  BACKEND,
  env,
  FRONTEND,
  fix,
  type Plant,
  problems,
  service,
  set,
} from "../support/wiring.ts";

const link = (value: string): Plant => ({ config: { "backend.env": { LINK_URL: value } } });

const addresses: [what: string, plant: Plant, says: string][] = [
  [
    "a URL without the environment's suffix",
    link("http://todo-frontend:3000/x"),
    `${env("LINK_URL")}: ${service("todo-frontend-dev")}, found todo-frontend:3000; ${set("LINK_URL")}`,
  ],
  [
    "a misspelt name with the namespace's domain, whose port is the scheme's",
    link("https://todo-bakend-dev.todo-dev.svc.cluster.local"),
    `${env("LINK_URL")}: ${service("todo-backend-dev")}, found todo-bakend-dev.todo-dev.svc.cluster.local:443; ${set("LINK_URL")}`,
  ],
  [
    "a port that the Service does not have",
    { config: { "frontend.env": { LINK: "see http://todo-backend-dev:9000/x, please" } } },
    `${env("LINK", FRONTEND)}: expected a port of Service todo-backend-dev (8000), found todo-backend-dev:9000; ${set("LINK", "frontend")}`,
  ],
  [
    "the port of another scheme",
    link("redis://todo-postgres-dev/0"),
    `${env("LINK_URL")}: expected a port of Service todo-postgres-dev (5432), found todo-postgres-dev:6379; ${set("LINK_URL")}`,
  ],
  [
    "another environment's Service",
    link("http://todo-backend-staging.todo-staging:8000"),
    `${env("LINK_URL")}: expected a Service of this environment's namespace, todo-dev, found todo-backend-staging.todo-staging:8000; ${set("LINK_URL")}`,
  ],
  [
    "one of several in a list",
    link("http://todo-backend-dev:8000,http://mailer:25"),
    `${env("LINK_URL")}: ${anyService}, found mailer:25; ${set("LINK_URL")}`,
  ],
  [
    "host:port, by the variable's name",
    { config: { "backend.env": { CACHE_SERVERS: "cache:6379" } } },
    `${env("CACHE_SERVERS")}: ${anyService}, found cache:6379; ${set("CACHE_SERVERS")}`,
  ],
  [
    "host:port, by its likeness to a Service",
    { config: { "backend.env": { LINK: "todo-fronted-dev:3000" } } },
    `${env("LINK")}: ${service("todo-frontend-dev")}, found todo-fronted-dev:3000; ${set("LINK")}`,
  ],
  [
    "host and port in variables of their own",
    { config: { "backend.env": { CACHE_HOST: "redis", CACHE_PORT: "6379" } } },
    `${env("CACHE_HOST")}: ${anyService}, found redis:6379; ${set("CACHE_HOST")}`,
  ],
  [
    "a URL made of variables",
    {
      objects: (find) => {
        const { env } = app(find("Deployment todo-backend-dev"));
        env.push(
          { name: "A_NAME", value: "todo-backend-dev" },
          { name: "B_LINK", value: "http://$(A_NAME):$(PORT)1/x" },
        );
        env.unshift({ name: "PORT", value: "8000" });
      },
    },
    `${env("B_LINK")}: expected a port of Service todo-backend-dev (8000), found todo-backend-dev:80001; ${fix("backend")}`,
  ],
  [
    "a URL made of a variable that is set after it",
    {
      objects: (find) => {
        const { env } = app(find("Deployment todo-backend-dev"));
        env.push({ name: "A_LINK", value: "http://$(B_NAME):8000" }, { name: "B_NAME", value: "todo-backend-dev" });
      },
    },
    `${env("A_LINK")}: expected a host whose variables are set before it is, found $(B_NAME):8000; ${fix("backend")}`,
  ],
  [
    "a URL that has its own key",
    { config: { "backend.openaiBaseUrl": "http://llm:8080/v1" } },
    `${env("OPENAI_BASE_URL")}: ${anyService}, found llm:8080; change todo:backend.openaiBaseUrl in Pulumi.dev.yaml`,
  ],
  [
    "an argument",
    { objects: (find) => (app(find("Deployment todo-backend-dev")).args = ["serve", "--peer=todo-backend-dve:8000"]) },
    `${BACKEND}, args[1] of container todo-backend: ${service("todo-backend-dev")}, found todo-backend-dve:8000; ${fix("backend")}`,
  ],
  [
    "the URL of a test",
    {
      template: [
        "todo-frontend/templates/tests/test-connection.yaml",
        '- http://{{ include "todo-frontend.serviceName" . }}',
        "- http://todo-frontend",
      ],
    },
    `helm/todo-frontend, Pod todo-frontend-dev-test, command[4] of container test: ${service("todo-frontend-dev")}, found todo-frontend:3000; ${fix("frontend")}`,
  ],
  [
    "a ConfigMap's text",
    {
      objects: (find, all) => {
        all["todo-backend"].objects.push({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "links" },
          data: { A: "ws://chat:80" },
        } as Any);
        app(find("Deployment todo-backend-dev")).envFrom.push({ prefix: "LINK_", configMapRef: { name: "links" } });
      },
    },
    `${env("LINK_A")}: ${anyService}, found chat:80; ${fix("backend")}`,
  ],
];

describe("an address is refused:", () => {
  for (const [what, plant, says] of addresses) {
    it(what, async () => {
      assert.deepEqual(await problems(plant), [says]);
    });
  }

  it("the database's, in the Secret, by each pod that gets it", async () => {
    const says = (where: string, container: string) =>
      `helm/todo-backend, ${where}, env DATABASE_URL of container ${container}: expected a Service of namespace todo-dev (db, todo-backend-dev, todo-frontend-dev), found todo-postgres-dev:5432; fix the Service, or the address that the program puts into the Secret`;
    const found = await problems({ values: { "todo-postgres": { fullnameOverride: "db" } } });
    assert.deepEqual(found, [
      says("Deployment todo-backend-dev", "todo-backend"),
      says("Job todo-backend-dev-migration", "wait-for-database")
        .replace("DATABASE_URL", "PGHOST")
        .replace(/fix .*/, fix("backend")),
      says("Job todo-backend-dev-migration", "migration"),
    ]);
  });
});

describe("an address is left alone:", () => {
  const values = [
    "https://api.openai.com/v1",
    "http://llm.models.svc:8080/v1",
    "http://localhost:9000",
    "http://127.0.0.1:9000/x",
    "http://$$(A):80",
    "http://todo-backend-dev.todo-dev:8000/x?next=1",
    "level:3",
    "12:30",
    "https://%s:%d/x",
    "http://$HOST:8000",
  ];
  for (const value of values) {
    it(value, async () => {
      assert.deepEqual(await problems({ config: { "backend.env": { LINK: value } } }), []);
    });
  }

  it("an origin whose host only browsers know", async () => {
    assert.deepEqual(await problems({ config: { origin: "http://laptop:30300" } }), []);
  });
});
