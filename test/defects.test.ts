// The eleven defects of the charts that exist (numbered as the tests of the last block count them), each planted: what settings or a chart's
// schema refuses is refused here, by stack file or by values; ELSEWHERE names the tests of what has nothing to refuse.
// Not proved here: that the words reach a terminal (test/components/checks.test.ts, test/e2e).
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OtherStack } from "../settings/other-stacks.ts";
import { parseSettings } from "../settings.ts";
import { type Chart, refusal, type Values } from "./charts/render.ts";
import { least } from "./charts/values.ts";
import { ROOT } from "./support/mocks.ts";
import { type Change, changed } from "./support/stack-file.ts";

type Plant =
  | { stack: Change; encrypted?: Record<string, string>; others?: OtherStack[] }
  | { chart: Chart; values: Values };

const backend = (values: Values): Plant => ({
  chart: "todo-backend",
  values: { ...least["todo-backend"], ...values },
});
const frontend = (values: Values): Plant => ({
  chart: "todo-frontend",
  values: { ...least["todo-frontend"], ...values },
});
const external = { database: { mode: "external" } };

const defects: [number: number, what: string, plant: Plant, says: string][] = [
  [
    1,
    "a key that nothing reads, in a stack file",
    { stack: { "frontend.apiUrl": "http://todo-backend:8000" } },
    "todo:frontend.apiUrl: no such key; known here: image, port, health, variables, metrics, command, args, replicas, autoscaling, serviceName, service, resources, startSeconds, secretKeys, env, testCommand, writablePaths, externalPorts, connectsTo, ready",
  ],
  [
    1,
    "a key that nothing reads, in a chart's values",
    frontend({ apiUrl: "http://todo-backend:8000" }),
    "additional properties 'apiUrl' not allowed",
  ],
  [
    3,
    "the backend's address by hand, to a Service that does not exist",
    { stack: { "frontend.env": { API_URL: "http://todo-backend:8000" } } },
    "todo:frontend.env.API_URL: expected another name, found one that is set from the backend's Service",
  ],
  [
    3,
    "a cluster's name for the browser",
    { stack: { origin: "http://todo-frontend-dev:3000" } },
    'todo:origin: expected an address that a browser can open, found "http://todo-frontend-dev:3000"; names of Services exist inside the cluster only',
  ],
  [
    4,
    "an origin that no browser sends",
    { stack: { origin: "http://localhost:30300/" } },
    'todo:origin: expected http://localhost:30300, which is all of it that a browser sends as Origin, found "http://localhost:30300/"',
  ],
  [
    4,
    "every origin",
    { stack: { origin: "*" } },
    'todo:origin: expected scheme://host[:port], what the browser\'s address bar shows, found "*"',
  ],
  [
    4,
    "every origin, past the key for it",
    { stack: { "backend.env": { CORS_ORIGINS: "*" } } },
    "todo:backend.env.CORS_ORIGINS: expected another name, found one that is set from todo:origin",
  ],
  ...["latest", "dev"].flatMap((tag): typeof defects => [
    [
      6,
      `the tag ${tag}, in a stack file`,
      { stack: { "backend.image.tag": tag } },
      `todo:backend.image.tag: expected a tag that never moves, with a digit in it and in quotes, such as "4f1c2ab90d3e", found "${tag}"; \`make images\` writes those of the reference application`,
    ],
    [
      6,
      `the tag ${tag}, in a chart's values`,
      backend({ image: { repository: "localhost/todo-backend", tag } }),
      "at '/image/tag': value must be 'a tag with a digit in it (names like latest are moved to other images)'",
    ],
  ]),
  [
    7,
    "one path for both probes",
    { stack: { "backend.ready": "/health" } },
    "todo:backend.ready: expected another path than todo:backend.health, found /health for both; liveness must not ask the database and readiness has to, or all is green on one that is dead; false is for an image that has no path for it",
  ],
  [8, "no security context", backend({ securityContext: null }), "missing property 'securityContext'"],
  [
    8,
    "root",
    backend({ podSecurityContext: { runAsUser: 0 } }),
    "at '/podSecurityContext/runAsUser': minimum: got 0, want 1",
  ],
  [
    8,
    "another ServiceAccount than its own",
    backend({ serviceAccount: { name: "default" } }),
    "at '/serviceAccount': additional properties 'name' not allowed",
  ],
  [
    8,
    "a PodDisruptionBudget that blocks every drain",
    frontend({ replicaCount: 2, podDisruptionBudget: { minAvailable: 2 } }),
    "podDisruptionBudget.minAvailable (2) must be below the guaranteed replicas (2), or no node could ever be drained",
  ],
  [
    9,
    "a secret in plain text",
    { stack: { secretKey: "change-me-change-me-change-me-change-me" } },
    "todo:secretKey: expected an encrypted value, found plain text; `pulumi config set --secret todo:secretKey -s dev` asks for it; the old value is no secret any more",
  ],
  [
    9,
    "a misspelt secret, for which a default would step in",
    { stack: { secretkey: "x" } },
    "todo:secretkey: no such key; did you mean todo:secretKey?",
  ],
  [
    9,
    "a secret among the variables",
    { stack: { "backend.env": { DATABASE_URL: "postgresql://localhost/todo" } } },
    "todo:backend.env.DATABASE_URL: expected a variable that may be seen, found the name of a secret; map it in todo:backend.secretKeys",
  ],
  [
    9,
    "a secret among a chart's variables",
    backend({ env: { DATABASE_URL: "postgresql://localhost/todo" } }),
    "at '/env/DATABASE_URL': value must be 'unset (a value of a secret belongs in a Secret, never in a chart value)'",
  ],
  [
    9,
    "a default secret in a chart's values",
    backend({ secrets: { existingSecret: "todo-backend-secrets", SECRET_KEY: "change-me" } }),
    "at '/secrets': additional properties 'SECRET_KEY' not allowed",
  ],
  [
    9,
    "the URL of another driver",
    { stack: external, encrypted: { databaseUrl: "postgresql://todo:password@db.example.org/todo" } },
    "todo:databaseUrl: expected postgresql+asyncpg://user:password@host:port/database, found postgresql://; the backend's driver is asyncpg, which the scheme has to name, unless todo:database.driver says otherwise",
  ],
  [
    10,
    "one node port in two environments of a cluster",
    { stack: {}, others: [{ file: "Pulumi.staging.yaml", context: "todo-on-minikube", nodePorts: [30300] }] },
    "todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.staging.yaml uses on todo-on-minikube too; 30301 is free",
  ],
  [
    11,
    "a migration whose Secret the chart would have to make",
    backend({ secrets: {} }),
    "at '/secrets/existingSecret': value must be 'the name of a Secret that exists in the namespace of the release'",
  ],
  [
    11,
    "a migration without a database",
    { stack: external },
    "todo:databaseUrl: expected the URL of the external database, found nothing; `pulumi config set --secret todo:databaseUrl -s dev` asks for it",
  ],
];

/**
 * What is right by construction is proved where it is made, by the tests of these names. Not proved yet at all:
 * of 7, that an image's ready path really asks the database; of 4, that an image of one's own does not widen to *.
 */
const ELSEWHERE: [number: number, file: string, test: string][] = [
  [2, "test/components/wiring.test.ts", "warns of a frontend's variable that Next.js fixed, in preview and update"],
  [3, "test/components/todo-frontend.test.ts", "maps the settings of the reference application"],
  [3, "test/components/wiring.test.ts", "ends the program before it makes anything"],
  [2, "test/components/wiring.test.ts", "warns of a frontend's variable that Next.js fixed, in preview and update"],
  [
    2,
    "test/charts/objects.test.ts",
    "NOTES of todo-frontend say of a variable that Next.js fixed where it has an effect",
  ],
  [4, "test/components/todo-backend.test.ts", "sets exactly the variables that the settings refuse in env"],
  [5, "test/charts/pods.test.ts", "carry the checksum of their secrets where there is one"],
  [5, "test/components/todo-backend.test.ts", "has another checksum when a secret changes or is added, and only then"],
  [7, "test/charts/pods.test.ts", "of the backend: liveness never asks the database, readiness does"],
  [8, "test/charts/pods.test.ts", "keep to the restricted Pod Security Standard and write to no image layer"],
  [8, "test/charts/pods.test.ts", "have their own ServiceAccount, no token and no service links"],
  [
    9,
    "test/charts/pods.test.ts",
    "get secrets by secretKeyRef alone, from the Secret that was named, and nothing from a file",
  ],
  [11, "test/index.test.ts", "has each resource wait for what it needs"],
  [11, "test/charts/pods.test.ts", "of hooks that come before the release use an account that comes before it too"],
];

async function told(plant: Plant): Promise<string> {
  if ("chart" in plant) return (await refusal(plant.chart, plant.values)) ?? "nothing: it was accepted";
  const { stack, encrypted = {}, others = [] } = plant;
  const config = changed("dev", { ...stack, ...encrypted });
  try {
    parseSettings(
      "dev",
      config,
      Object.keys(encrypted).map((name) => `todo:${name}`),
      { others },
    );
    return "nothing: it was accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a defect is refused:", () => {
  for (const [number, what, plant, says] of defects) {
    it(`${number}, ${what}`, async () => {
      const text = await told(plant);
      if ("chart" in plant) assert.ok(text.includes(says), text);
      else assert.equal(text, `Pulumi.dev.yaml has 1 problem; nothing was changed.\n  ${says}`);
    });
  }

  it("or is proved impossible elsewhere, all eleven of them", () => {
    for (const [number, file, test] of ELSEWHERE) {
      assert.ok(readFileSync(join(ROOT, file), "utf8").includes(`it("${test}"`), `${number}: ${file} has no "${test}"`);
    }
    const numbers = new Set([...defects, ...ELSEWHERE].map(([number]) => number));
    assert.deepEqual(
      [...numbers].sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
  });
});
