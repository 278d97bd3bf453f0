import { strict as assert } from "node:assert";
import { helmTemplate } from "../components/helm-template";
import type { TemplateOptions } from "../components/render-chart";
import { generatedValue, type Program, runProgram } from "./support/mocks";
import { changed } from "./support/stack-file";

const DATABASE_URL = "postgresql+asyncpg://todo:canary-in-url@db.example.org:5432/todo?ssl=require";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const SECRET = "kubernetes:core/v1:Secret";

interface Case {
  title: string;
  stack: string;
  secrets: Record<string, string>;
  /** Type and name of each resource, indented below its component. */
  tree: string[];
  /** What each resource is told to wait for; a component and the Release in it say the same. */
  order: string[];
  releases: string[];
  /** Keys of each Secret. */
  secretKeys: Record<string, string[]>;
  /** Of the ResourceQuota. */
  hard: Record<string, string>;
  url: string;
}

const cases: Case[] = [
  {
    title: "dev: database inside",
    stack: "dev",
    secrets: {},
    tree: [
      "pulumi:providers:kubernetes cluster",
      "todo:index:Environment environment",
      "  kubernetes:core/v1:Namespace namespace",
      "  kubernetes:core/v1:ResourceQuota quota",
      "  kubernetes:core/v1:LimitRange defaults",
      "  random:index/randomPassword:RandomPassword postgres-password",
      "  kubernetes:core/v1:Secret todo-postgres-secrets",
      "  random:index/randomPassword:RandomPassword secret-key",
      "  random:index/randomPassword:RandomPassword auth-secret",
      "  kubernetes:core/v1:Secret todo-backend-secrets",
      "todo:index:TodoPostgres todo-postgres",
      "  kubernetes:helm.sh/v3:Release todo-postgres",
      "todo:index:TodoBackend todo-backend",
      "  kubernetes:helm.sh/v3:Release todo-backend",
      "todo:index:TodoFrontend todo-frontend",
      "  kubernetes:helm.sh/v3:Release todo-frontend",
    ],
    order: [
      "quota after namespace",
      "defaults after namespace",
      "todo-postgres-secrets after namespace",
      "todo-backend-secrets after namespace",
      "todo-postgres after environment",
      "todo-postgres after environment",
      "todo-backend after todo-postgres",
      "todo-backend after todo-postgres",
      "todo-frontend after todo-backend",
      "todo-frontend after todo-backend",
    ],
    releases: ["todo-postgres-dev", "todo-backend-dev", "todo-frontend-dev"],
    secretKeys: {
      "todo-postgres-secrets": ["POSTGRES_PASSWORD"],
      "todo-backend-secrets": ["AUTH_SECRET", "DATABASE_URL", "SECRET_KEY"],
    },
    hard: { "requests.cpu": "1", "limits.memory": "4Gi", "requests.storage": "10Gi" },
    url: "http://localhost:30300",
  },
  {
    title: "prod: database external, all secrets given",
    stack: "prod",
    secrets: {
      databaseUrl: DATABASE_URL,
      secretKey: "canary-secret-key-of-32-characters-or-more",
      authSecret: "canary-auth-secret-of-32-characters-or-more",
      openaiApiKey: "canary-openai",
    },
    tree: [
      "pulumi:providers:kubernetes cluster",
      "todo:index:Environment environment",
      "  kubernetes:core/v1:Namespace namespace",
      "  kubernetes:core/v1:ResourceQuota quota",
      "  kubernetes:core/v1:LimitRange defaults",
      "  kubernetes:core/v1:Secret todo-backend-secrets",
      "todo:index:TodoBackend todo-backend",
      "  kubernetes:helm.sh/v3:Release todo-backend",
      "todo:index:TodoFrontend todo-frontend",
      "  kubernetes:helm.sh/v3:Release todo-frontend",
    ],
    order: [
      "quota after namespace",
      "defaults after namespace",
      "todo-backend-secrets after namespace",
      "todo-backend after environment",
      "todo-backend after environment",
      "todo-frontend after todo-backend",
      "todo-frontend after todo-backend",
    ],
    releases: ["todo-backend-prod", "todo-frontend-prod"],
    secretKeys: { "todo-backend-secrets": ["AUTH_SECRET", "DATABASE_URL", "OPENAI_API_KEY", "SECRET_KEY"] },
    hard: { "requests.cpu": "750m", "limits.memory": "4Gi", "requests.storage": "10Gi" },
    url: "http://prod.localhost:8302",
  },
];

for (const { title, stack, secrets, tree, order, releases, secretKeys, hard, url } of cases) {
  for (const preview of [true, false]) {
    describe(`program, ${title}, ${preview ? "preview" : "up"}`, () => {
      let program: Program;
      const ofType = (type: string) => program.resources.filter((resource) => resource.type === type);
      before(async () => {
        program = await runProgram({ stack, secrets, preview });
      });

      it("has these resources and no others", () => {
        const lines = program.resources.map(({ type, name, parent }) => {
          const depth = parent === undefined ? 0 : 1;
          return `${"  ".repeat(depth)}${type} ${name}`;
        });
        assert.deepEqual(lines, tree);
      });

      it("has each resource wait for what it needs", () => {
        const edges = program.resources.flatMap(({ name, dependsOn }) => dependsOn.map((on) => `${name} after ${on}`));
        assert.deepEqual(edges, order);
      });

      it("gives everything in the cluster to the provider with the stack's context", () => {
        const inCluster = program.resources.filter(({ type }) => type.startsWith("kubernetes:"));
        assert.deepEqual([...new Set(inCluster.map(({ provider }) => provider))], ["cluster"]);
        const [{ inputs }] = ofType("pulumi:providers:kubernetes");
        assert.equal(inputs.context, "todo-on-minikube");
        assert.equal(inputs.clusterIdentifier, "todo-on-minikube");
      });

      it("makes the namespace with restricted Pod Security", () => {
        const [{ inputs }] = ofType("kubernetes:core/v1:Namespace");
        assert.deepEqual(inputs.metadata, {
          name: `todo-${stack}`,
          labels: {
            "app.kubernetes.io/part-of": "todo",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
          },
        });
      });

      it("limits what the namespace may take to the quota of the settings", () => {
        const [quota] = ofType("kubernetes:core/v1:ResourceQuota");
        assert.deepEqual(quota.inputs.spec, { hard });
        assert.deepEqual(quota.inputs.metadata, { name: "environment", namespace: `todo-${stack}` });
      });

      it("makes the Secrets with exactly their keys, their values encrypted", () => {
        const found = ofType(SECRET).map(({ inputs }) => {
          const { name, namespace } = inputs.metadata as { name: string; namespace: string };
          assert.equal(namespace, `todo-${stack}`);
          const envelope = inputs.stringData as { value: Record<string, string> };
          // A map with a secret in it reaches a mock as one secret.
          assert.deepEqual(Object.keys(envelope).sort(), [SECRET_SIGNATURE, "value"].sort());
          return [name, Object.keys(envelope.value).sort()];
        });
        assert.deepEqual(Object.fromEntries(found), secretKeys);
      });

      it("installs each chart as a release named after service and environment", () => {
        const found = ofType(RELEASE).map(({ inputs }) => {
          const { values, description, ...rest } = inputs;
          assert.match(String(description), /^objects [0-9a-f]{12}$/);
          return rest;
        });
        const common = { compat: "true", maxHistory: 10, namespace: `todo-${stack}` };
        const expected = releases.map((name) => ({
          ...common,
          chart: `./helm/${name.slice(0, -stack.length - 1)}`,
          name,
          resetValues: true,
          timeout: 120,
          waitForJobs: true,
        }));
        assert.deepEqual(found, expected);
      });

      it("renders each chart with the values that it installs", () => {
        const installed = ofType(RELEASE).map(({ inputs }) => [inputs.name, inputs.values]);
        const rendered = Object.entries(program.rendered).map(([name, { values }]) => [name, values]);
        assert.deepEqual(Object.fromEntries(rendered), Object.fromEntries(installed));
      });

      it("passes charts plain values only, and no value of a secret", () => {
        const text = JSON.stringify(ofType(RELEASE));
        const generated = ["postgres-password", "secret-key", "auth-secret"].map(generatedValue);
        const leaked = [...Object.values(secrets), ...generated, "canary", SECRET_SIGNATURE, UNKNOWN];
        assert.deepEqual(
          leaked.filter((value) => text.includes(value)),
          [],
        );
      });

      it("says where the application is and what to type next", () => {
        const { namespace, next } = program.outputs as { namespace: string; next: Record<string, string> };
        assert.equal(program.outputs.url, url);
        assert.equal(namespace, `todo-${stack}`);
        assert.equal(next.status, `kubectl --context todo-on-minikube -n todo-${stack} get pods`);
      });
    });
  }
}

describe("program, dev with autoscaling and network policies", () => {
  let program: Program;
  before(async () => {
    const config = changed("dev", {
      networkPolicies: "wired",
      "backend.autoscaling": { enabled: true, minReplicas: 2 },
      "frontend.autoscaling": { enabled: true, maxReplicas: 2 },
    });
    program = await runProgram({ stack: "dev", config, preview: false });
  });

  it("installs the same releases, with charts that render to autoscalers and policies", async () => {
    assert.deepEqual(
      program.resources.map(({ type, name }) => `${type} ${name}`),
      cases[0].tree.map((line) => line.trim()),
    );
    const all = await Promise.all(
      Object.values(program.rendered).map((each) => helmTemplate(each as unknown as TemplateOptions)),
    );
    const objects = all.flat().filter(({ kind }) => /Deployment|Autoscaler|Disruption|NetworkPolicy/.test(kind));
    const found = objects.map(({ kind, metadata, spec }) => {
      const { replicas, minReplicas, maxReplicas } = spec as Record<string, unknown>;
      const numbers = [replicas, minReplicas, maxReplicas].filter((number) => number !== undefined);
      return [kind, metadata.name, ...numbers].join(" ");
    });
    assert.deepEqual(found.sort(), [
      "Deployment todo-backend-dev",
      "Deployment todo-frontend-dev",
      "HorizontalPodAutoscaler todo-backend-dev 2 3",
      "HorizontalPodAutoscaler todo-frontend-dev 1 2",
      "NetworkPolicy todo-backend-dev",
      "NetworkPolicy todo-frontend-dev",
      "NetworkPolicy todo-postgres-dev",
      "PodDisruptionBudget todo-backend-dev",
    ]);
  });
});

/** Marks of Pulumi's wire format: a secret, and a value that is not known at preview. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
