// The program under Pulumi's mocks: what it makes, in which order, with which options; its charts are really rendered.
// Does not prove: what the provider, Helm and a cluster make of the resources (test/e2e).
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helmTemplate, type TemplateOptions } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { KUBERNETES_VERSION } from "../settings/kubernetes-version.ts";
import { FIXTURES, generatedValue, type Program, type ProgramArgs, ROOT, runProgram } from "./support/mocks.ts";
import { changed } from "./support/stack-file.ts";

const DATABASE_URL = "postgresql+asyncpg://todo:canary-in-url@db.example.org:5432/todo?ssl=require";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const SECRET = "kubernetes:core/v1:Secret";
const API = (kind: string) => ({ apiVersion: "v1", kind });

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
  /** Length of each random value; what it is made anew for is the generation of the settings. */
  random: Record<string, number>;
  /** What Pulumi refuses to delete. */
  protected: string[];
  url: string;
}

const stacks: Case[] = [
  {
    title: "dev: database inside",
    stack: "dev",
    secrets: {},
    tree: [
      "pulumi:providers:kubernetes cluster",
      "pulumi:providers:kubernetes contents",
      "todo:index:Environment environment",
      "  kubernetes:core/v1:Namespace namespace",
      "  kubernetes:core/v1:ResourceQuota quota",
      "  kubernetes:core/v1:LimitRange defaults",
      "  random:index/randomPassword:RandomPassword postgres-password",
      "  random:index/randomPassword:RandomPassword secret-key",
      "  random:index/randomPassword:RandomPassword auth-secret",
      "  kubernetes:core/v1:Secret todo-postgres-secrets",
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
    hard: { "requests.cpu": "2", "limits.memory": "8Gi", "requests.storage": "10Gi" },
    random: { "postgres-password": 32, "secret-key": 48, "auth-secret": 48 },
    protected: [],
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
      "pulumi:providers:kubernetes contents",
      "todo:index:Environment environment",
      "  kubernetes:core/v1:Namespace namespace",
      "  kubernetes:core/v1:ResourceQuota quota",
      "  kubernetes:core/v1:LimitRange defaults",
      "  random:index/randomPassword:RandomPassword postgres-password",
      "  random:index/randomPassword:RandomPassword secret-key",
      "  random:index/randomPassword:RandomPassword auth-secret",
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
    hard: { "requests.cpu": "1500m", "limits.memory": "7Gi", "requests.storage": "10Gi" },
    random: { "postgres-password": 32, "secret-key": 48, "auth-secret": 48 },
    protected: [
      ...["environment", "namespace", "quota", "defaults"],
      ...["todo-backend", "todo-backend", "todo-frontend", "todo-frontend"],
    ],
    url: "http://prod.localhost:8302",
  },
];

for (const each of stacks) {
  const { title, stack, secrets, tree, order, releases, secretKeys, hard, url } = each;
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
        for (const { type, provider } of inCluster) assert.equal(provider, type === SECRET ? "contents" : "cluster");
        const [{ inputs }, { inputs: ofContents }] = ofType("pulumi:providers:kubernetes");
        // Not the path of this machine's kubeconfig: index.ts says why.
        const place = { context: "todo-on-minikube", clusterIdentifier: "todo-on-minikube", kubeconfig: "" };
        const cluster = { ...place, enablePatchForce: "true", upsertExistingObjects: "true" };
        assert.deepEqual(inputs, cluster);
        assert.deepEqual(ofContents, cluster);
      });

      it("makes random values that need no quoting in URLs and shells", () => {
        const found = ofType("random:index/randomPassword:RandomPassword").map(({ name, inputs }) => [name, inputs]);
        const expected = Object.entries(each.random).map(([name, length]) => [
          name,
          { length, special: false, keepers: { generation: "1" } },
        ]);
        assert.deepEqual(found, expected);
      });

      it("protects what it says, and nothing else", () => {
        const found = program.resources.filter(({ protect }) => protect).map(({ name }) => name);
        assert.deepEqual(found, each.protected);
      });

      it("gives pods that state nothing amounts that the quota takes", () => {
        const [{ inputs }] = ofType("kubernetes:core/v1:LimitRange");
        assert.deepEqual(inputs, {
          metadata: { name: "environment", namespace: `todo-${stack}` },
          spec: {
            limits: [
              {
                type: "Container",
                defaultRequest: { cpu: "50m", memory: "64Mi" },
                default: { cpu: "500m", memory: "256Mi" },
              },
            ],
          },
          ...API("LimitRange"),
        });
      });

      it("makes the namespace with restricted Pod Security", () => {
        const [{ inputs }] = ofType("kubernetes:core/v1:Namespace");
        assert.deepEqual(inputs.metadata, {
          name: `todo-${stack}`,
          labels: {
            "app.kubernetes.io/part-of": "todo",
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "v1.35",
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
          assert.deepEqual([inputs.immutable, String(inputs.type ?? "Opaque")], [true, "Opaque"]);
          return [name.replace(/-[0-9a-f]{12}$/, ""), Object.keys(envelope.value).sort()];
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
          // prod has two pods, one after the other; PostgreSQL's time is the engine's own.
          timeout: stack === "prod" ? 220 : 120,
          replace: true,
          skipAwait: true,
        }));
        assert.deepEqual(found, expected);
      });

      it("renders each chart with the values that it installs, for the cluster's version", () => {
        const installed = ofType(RELEASE).map(({ inputs }) => [inputs.name, inputs.values]);
        const rendered = Object.entries(program.rendered).map(([name, { values }]) => [name, values]);
        assert.deepEqual(Object.fromEntries(rendered), Object.fromEntries(installed));
        const versions = Object.values(program.rendered).map((options) => options.kube_version);
        assert.deepEqual([...new Set(versions)], [KUBERNETES_VERSION]);
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
      stacks[0].tree.map((line) => line.trim()),
    );
    const all = await Promise.all(
      Object.values(program.rendered).map((each) => helmTemplate(ROOT)(each as unknown as TemplateOptions)),
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
      "NetworkPolicy todo-backend-dev-migration",
      "NetworkPolicy todo-frontend-dev",
      "NetworkPolicy todo-postgres-dev",
      "PodDisruptionBudget todo-backend-dev",
    ]);
  });
});

describe("program, dev protected", () => {
  it("keeps all but what is random, which a rotation replaces", async () => {
    const config = changed("dev", { protected: "true" });
    const { resources } = await runProgram({ stack: "dev", config, preview: false });
    const left = resources.filter(({ protect }) => !protect).map(({ name }) => name);
    // Of a Secret, another content is another object, and the old one stays in the cluster.
    const replaced = [
      "postgres-password",
      "secret-key",
      "auth-secret",
      "todo-postgres-secrets",
      "todo-backend-secrets",
    ];
    assert.deepEqual(left, ["cluster", "contents", ...replaced]);
  });
});

describe("program, staging", () => {
  const secrets = { databaseUrl: DATABASE_URL };

  it("says in an update that nothing protects it", async () => {
    const { told } = await runProgram({ stack: "staging", secrets, preview: false });
    assert.deepEqual(told, {
      "": "stack staging is not protected: its database is external, and `pulumi destroy` would not ask twice; `pulumi config set todo:protected true -s staging` protects it",
    });
  });

  it("says nothing of it in a preview, nor once it is protected", async () => {
    const preview = await runProgram({ stack: "staging", secrets, preview: true });
    assert.doesNotMatch(preview.told[""] ?? "", /not protected/);
    const config = changed("staging", { protected: true });
    const { told } = await runProgram({ stack: "staging", secrets, config, preview: false });
    assert.deepEqual(told, {});
  });
});

/** Each of these ends the program, in preview and update alike, with the provider as all that it has registered. */
describe("the program makes nothing", () => {
  const image = (objects: KubernetesObject[]) =>
    objects.map((object) =>
      JSON.parse(JSON.stringify(object).replace(/localhost\/todo-backend:\w+/g, "localhost/todo-backend:latest")),
    );
  const outOfDate = "policy-exceptions.yaml is out of date; nothing was changed.";
  let stale: string;
  before(() => {
    stale = mkdtempSync(join(tmpdir(), "stacks-"));
    cpSync(FIXTURES, stale, { recursive: true });
    writeFileSync(
      join(stale, "policy-exceptions.yaml"),
      "- {rule: C-003, chart: todo-backend, object: Deployment todo-backend, reason: there is no newer image of it}\n",
    );
  });
  after(() => rmSync(stale, { recursive: true }));

  const cases: [what: string, args: () => Partial<ProgramArgs>, says: string | RegExp][] = [
    [
      "where addresses do not fit",
      () => ({ config: changed("prod", { "backend.env": { MAILER_URL: "http://mailer:25" } }) }),
      "The charts of prod do not fit together in 1 place; nothing was changed.",
    ],
    [
      "where a rule is broken",
      () => ({ renders: image }),
      /2 rules are broken by what prod would get; nothing was changed; .*policy-exceptions\.yaml\.\n {2}C-003 todo-backend,/,
    ],
    ["where an exception covers nothing any more", () => ({ folder: stale }), outOfDate],
    [
      "where the quota has no room",
      () => ({ config: changed("prod", { "quota.cpu": "100m" }) }),
      "Pulumi.prod.yaml has 1 problem; nothing was changed.\n  todo:quota.cpu: expected at least 1450m,",
    ],
    [
      "where a chart does not render, and says which key it is",
      () => ({
        renders: (objects, release) => {
          if (release === "todo-backend-prod") throw new Error("at '/replicaCount': got string, want integer");
          return objects;
        },
      }),
      "helm/todo-backend does not render for prod: at '/replicaCount': got string, want integer; replicaCount is todo:backend.replicas of Pulumi.prod.yaml",
    ],
  ];
  for (const [what, args, says] of cases) {
    it(what, async () => {
      for (const preview of [true, false]) {
        const types: string[] = [];
        const registers = (type: string) => types.push(type);
        const run = runProgram({ stack: "prod", secrets: stacks[1].secrets, preview, registers, ...args() });
        await assert.rejects(run, ({ message }: Error) => {
          assert.ok(typeof says === "string" ? message.includes(says) : says.test(message), message);
          return true;
        });
        assert.deepEqual(types, ["pulumi:providers:kubernetes"]);
      }
    });
  }

  it("but a warning of a broken rule where the policy is advisory", async () => {
    const { told, resources } = await runProgram({ stack: "dev", preview: false, renders: image });
    assert.match(
      told[""],
      /^3 rules are broken by what dev would get; where todo:policy is mandatory this ends here\.\n {2}C-003 /,
    );
    assert.equal(resources.length, stacks[0].tree.length);
  });
});

/** Marks of Pulumi's wire format: a secret, and a value that is not known at preview. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
