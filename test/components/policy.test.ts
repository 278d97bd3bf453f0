// The rules that every environment's objects keep to: each planted break is found, in these words, and the environments
// of test/fixtures break none. Does not prove: that a rule is enough, nor that a cluster enforces any of it.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { applyExceptions, type ChartObjects, enforce, findings, findingText } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { exceptionsOf, policyOf, type ReviewedException, readExceptions, rules } from "../../components/policy.ts";
import { renderEnvironment } from "../../components/rendered.ts";
import { ROOT } from "../support/mocks.ts";
import { changedSettings, settingsOf } from "../support/stack-file.ts";

// biome-ignore lint/suspicious/noExplicitAny: a rendered object has no static type.
type Any = any;

/** The charts of a stack, a migration among them, open to changes. */
async function rendered(stack: string): Promise<ChartObjects[]> {
  const settings = settingsOf(stack);
  const database = { ...settings.database, migrations: "job" as const };
  const { charts } = await renderEnvironment({ ...settings, database }, ROOT);
  return charts.map(({ chart, release, namespace, objects }) => {
    return structuredClone({ chart, release, namespace, objects });
  });
}
const policy = (stack: string, exceptions: ReviewedException[] = []) => policyOf(settingsOf(stack), exceptions);

const pod = (object: KubernetesObject) => (object.spec as Any).template.spec;
const container = (object: KubernetesObject) => pod(object).containers[0];

const D = "todo-backend, Deployment todo-backend-prod";
const C = `${D}, container todo-backend`;

/** What is done to an object of prod's backend, and all that is said about it. */
const planted: [what: string, kind: string, plant: (object: Any) => void, said: string[]][] = [
  [
    "a tag that moves",
    "Deployment",
    (it) => {
      container(it).image = "localhost/todo-backend:latest";
    },
    [
      `C-003 ${C}: expected an image with a tag that never moves, found "localhost/todo-backend:latest"; a version, a digest or the hash of its content`,
    ],
  ],
  [
    "no tag",
    "Deployment",
    (it) => {
      container(it).image = "localhost/todo-backend";
    },
    [
      `C-003 ${C}: expected an image with a tag that never moves, found "localhost/todo-backend"; a version, a digest or the hash of its content`,
    ],
  ],
  [
    "no startup probe",
    "Deployment",
    (it) => {
      delete container(it).startupProbe;
    },
    [`C-005 ${C}: expected a startupProbe, found nothing; it holds the others back until the start is over`],
  ],
  [
    "a file of configuration",
    "Deployment",
    (it) => {
      pod(it).volumes.push({ name: "config", configMap: { name: "config" } });
    },
    [`C-006 ${D}: expected no file of configuration, found "config"; hand it over as a variable`],
  ],
  [
    "a secret in the clear, in an init container",
    "Deployment",
    (it) => {
      const copy = { ...container(it), name: "first", env: [{ name: "API_TOKEN", value: "canary" }] };
      pod(it).initContainers = [copy];
    },
    [
      `C-007 ${D}, container first: expected a secretKeyRef for API_TOKEN, found its value in the clear; Helm's record and every preview would show it`,
    ],
  ],
  [
    "a password in a URL",
    "Deployment",
    (it) => {
      container(it).env.push({ name: "CACHE", value: "redis://me:canary@cache:6379" });
    },
    [
      `C-007 ${C}: expected a secretKeyRef for CACHE, found its value in the clear; Helm's record and every preview would show it`,
    ],
  ],
  [
    "a password in a URL beside a reference",
    "Deployment",
    (it) => {
      container(it).env.push({ name: "CACHE", value: "redis://me:canary@$(HOST):6379" });
    },
    [
      `C-007 ${C}: expected a secretKeyRef for CACHE, found its value in the clear; Helm's record and every preview would show it`,
    ],
  ],
  [
    "a Secret in the chart",
    "ServiceAccount",
    (it) => {
      it.kind = "Secret";
    },
    [
      "C-007 todo-backend, Secret todo-backend-prod: expected no Secret in a chart, found one; Helm's record would hold its values",
    ],
  ],
  [
    "a DSN in a ConfigMap",
    "ServiceAccount",
    (it) => {
      Object.assign(it, { kind: "ConfigMap", data: { DB: "postgresql://me:canary@db/x" } });
    },
    [
      "C-007 todo-backend, ConfigMap todo-backend-prod: expected nothing secret in a ConfigMap, found DB; it belongs in a Secret",
    ],
  ],
  [
    "a Job without a memory limit",
    "Job",
    (it) => {
      delete container(it).resources.limits.memory;
    },
    [
      "K-005 todo-backend, Job todo-backend-prod-migration, container migration: expected resources.limits.memory, found nothing; without it one pod can starve its neighbours",
    ],
  ],
  [
    "no liveness",
    "Deployment",
    (it) => {
      delete container(it).livenessProbe;
    },
    [`K-006 ${C}: expected a livenessProbe, found nothing; a hung process would never be restarted`],
  ],
  [
    "no readiness",
    "Deployment",
    (it) => {
      delete container(it).readinessProbe;
    },
    [`K-006 ${C}: expected a readinessProbe, found nothing; requests would reach a pod that cannot answer them`],
  ],
  [
    "one path for both",
    "Deployment",
    (it) => {
      container(it).readinessProbe.httpGet.path = "/health";
    },
    [
      `K-006 ${C}: expected a readiness path that asks the database, and a liveness path that does not, found "/health"; name both; with one path all is green on a dead database, or a database away restarts the app`,
    ],
  ],
  [
    "the node's network",
    "Deployment",
    (it) => {
      pod(it).hostNetwork = true;
    },
    [`pod-security ${D}: expected no hostNetwork, found true; the pod would see the node's own`],
  ],
  [
    "a folder of the node",
    "Deployment",
    (it) => {
      pod(it).volumes.push({ name: "host", hostPath: { path: "/" } });
    },
    [`pod-security ${D}: expected no hostPath, found "host"; an emptyDir or a PersistentVolumeClaim`],
  ],
  [
    "root, by the container",
    "Deployment",
    (it) => {
      Object.assign(container(it).securityContext, { runAsUser: 0, runAsNonRoot: false, privileged: true });
    },
    [
      `pod-security ${C}: expected runAsNonRoot: true, found false; set it in securityContext or podSecurityContext`,
      `pod-security ${C}: expected runAsUser above 0, found 0; set it in securityContext or podSecurityContext`,
      `pod-security ${C}: expected privileged: false, found true; set it in securityContext or podSecurityContext`,
    ],
  ],
  [
    "an empty security context",
    "Deployment",
    (it) => {
      container(it).securityContext = {};
      pod(it).securityContext = {};
    },
    [
      `pod-security ${C}: expected runAsNonRoot: true, found nothing; set it in securityContext or podSecurityContext`,
      `pod-security ${C}: expected seccompProfile RuntimeDefault, found nothing; set it in securityContext or podSecurityContext`,
      `pod-security ${C}: expected allowPrivilegeEscalation: false, found nothing; set it in securityContext or podSecurityContext`,
      `pod-security ${C}: expected readOnlyRootFilesystem: true, found nothing; set it in securityContext or podSecurityContext`,
      `pod-security ${C}: expected capabilities.drop: [ALL], found nothing; set it in securityContext or podSecurityContext`,
    ],
  ],
  [
    "a capability",
    "Deployment",
    (it) => {
      container(it).securityContext.capabilities.add = ["NET_ADMIN"];
    },
    [
      `pod-security ${C}: expected no added capabilities, found ["NET_ADMIN"]; set it in securityContext or podSecurityContext`,
    ],
  ],
  [
    "the account of everybody, with a token",
    "Deployment",
    (it) => {
      Object.assign(pod(it), { serviceAccountName: "default", enableServiceLinks: undefined });
      delete pod(it).automountServiceAccountToken;
    },
    [
      `identity ${D}: expected a ServiceAccount of its own, found "default"; rights given to \`default\` are given to every pod of the namespace`,
      `identity ${D}: expected automountServiceAccountToken: false, found nothing; the application never talks to the cluster`,
      `identity ${D}: expected enableServiceLinks: false, found nothing; variables named after other Services could shadow the application's own`,
    ],
  ],
  [
    "an update that waits for nothing",
    "Deployment",
    (it) => {
      it.spec.strategy.rollingUpdate.maxUnavailable = 1;
    },
    [`rollout ${D}: expected maxUnavailable: 0, found 1; Helm would call an update ready with no pod serving`],
  ],
  [
    "no checksum of the secrets",
    "Deployment",
    (it) => {
      delete it.spec.template.metadata.annotations;
    },
    [
      `rollout ${D}: expected a checksum/… annotation on the pod, found nothing; Kubernetes restarts nothing for a changed Secret`,
    ],
  ],
  [
    "a budget that lets no pod go",
    "PodDisruptionBudget",
    (it) => {
      it.spec.minAvailable = 2;
    },
    [
      "drain todo-backend, PodDisruptionBudget todo-backend-prod: expected a minAvailable below the 2 pods there are, found 2; at this one no node could ever be drained",
    ],
  ],
];

describe("the rules", () => {
  let prod: ChartObjects;
  before(async () => {
    prod = (await rendered("prod")).find(({ release }) => release === "todo-backend-prod") as ChartObjects;
  });

  for (const [what, kind, plant, said] of planted) {
    it(`find ${what}`, () => {
      const chart = structuredClone(prod);
      plant(chart.objects.find((object) => object.kind === kind));
      assert.deepEqual(findings([chart], policy("prod")).map(findingText), said);
    });
  }

  it("count the pods that an autoscaler guarantees, and take a reference for no value", () => {
    const chart = structuredClone(prod);
    const deployment = chart.objects.find(({ kind }) => kind === "Deployment") as KubernetesObject;
    delete (deployment.spec as Any).replicas;
    container(deployment).env.push({ name: "LINK", value: "redis://me:$(SECRET_KEY)@cache:6379" });
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name };
    const scaler = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "x" } };
    chart.objects.push({ ...scaler, spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 3 } });
    assert.deepEqual(findings([chart], policy("prod")), []);
  });

  it("each have a planted break", () => {
    const broken = new Set(planted.flatMap(([, , , said]) => said.map((text) => text.split(" ")[0])));
    assert.deepEqual([...broken].sort(), rules.map(({ id }) => id).sort());
  });

  for (const stack of ["dev", "staging", "prod"]) {
    it(`are broken by nothing in ${stack}`, async () => {
      const { open, stale } = applyExceptions(findings(await rendered(stack), policy(stack)), []);
      assert.deepEqual({ open: open.map(findingText), stale }, { open: [], stale: [] });
    });
  }
});

describe("a service", () => {
  const worker = { image: { repository: "localhost/worker", tag: "1" } };
  const said = async (service: object, change: (container: Any) => void) => {
    const settings = changedSettings("dev", { services: { worker: { ...worker, ...service } } });
    const charts = structuredClone((await renderEnvironment(settings, ROOT)).charts);
    const objects = charts.flatMap(({ objects }) => objects);
    const found = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "worker-dev");
    change(container(found as KubernetesObject));
    return findings(charts, policyOf(settings, [])).map(({ rule, text }) => `${rule} ${text.split(",")[0]}`);
  };

  it("that says one path answers both questions is still asked them", async () => {
    const asked = { port: 9000, health: "/health", ready: false };
    assert.deepEqual(await said(asked, () => {}), []);
    assert.deepEqual(await said(asked, (it) => delete it.livenessProbe), ["K-006 expected a livenessProbe"]);
    assert.deepEqual(await said(asked, (it) => delete it.readinessProbe), ["K-006 expected a readinessProbe"]);
  });

  it("that listens on no port has nothing to be asked", async () => {
    assert.deepEqual(await said({}, (it) => assert.equal(it.livenessProbe, undefined)), []);
  });
});

describe("backups", () => {
  it("break no rule", async () => {
    const settings = changedSettings("dev", { "database.backup": {}, networkPolicies: "wired" });
    const { charts } = await renderEnvironment(settings, ROOT);
    const made = charts.flatMap(({ objects }) => objects.map(({ kind }) => kind));
    assert.ok(made.includes("CronJob"));
    const found = findings(charts, policyOf(settings, []));
    assert.deepEqual(
      found.filter(({ where }) => where.includes("backup")),
      [],
    );
  });
});

describe("enforcement", () => {
  const exception: ReviewedException = {
    rule: "C-003",
    chart: "todo-backend",
    object: "Deployment todo-backend",
    reason: "the vendor publishes this image under one name only",
  };
  const broken = async () => {
    const charts = await rendered("prod");
    const backend = charts.find(({ release }) => release === "todo-backend-prod") as ChartObjects;
    const deployment = backend.objects.find(({ kind }) => kind === "Deployment") as KubernetesObject;
    container(deployment).image = "localhost/todo-backend:latest";
    return charts;
  };
  const line = planted[0][3][0];

  it("ends a deployment where policy is mandatory", async () => {
    const charts = await broken();
    assert.throws(() => enforce("prod", policy("prod"), charts), {
      message: `1 rule is broken by what prod would get; nothing was changed; fix it, or add an entry with a reason to policy-exceptions.yaml.\n  ${line}`,
    });
  });

  it("lets through what an exception covers, in the environments it names, and nothing beside it", async () => {
    const found = findings(await broken(), policy("prod"));
    const applied = (one: ReviewedException) => applyExceptions(found, exceptionsOf("prod", [one]));
    assert.deepEqual(applied(exception), { open: [], stale: [] });
    assert.deepEqual(applied({ ...exception, environments: ["dev"] }), { open: found, stale: [] });
    assert.deepEqual(applied({ ...exception, environments: ["dev", "prod"] }), { open: [], stale: [] });
    const other = { ...exception, container: "sidecar" };
    const object = "Deployment todo-backend-prod";
    assert.deepEqual(applied(other), { open: found, stale: [{ ...other, object }] });
  });

  it("refuses an exception that covers nothing any more", async () => {
    const charts = await rendered("prod");
    const advisory = { ...policy("prod", [exception]), enforcement: "advisory" } as const;
    assert.throws(() => enforce("prod", advisory, charts), {
      message:
        "policy-exceptions.yaml is out of date; nothing was changed.\n  C-003 todo-backend, Deployment todo-backend-prod: covers nothing in prod; remove it",
    });
  });

  it("lets one path answer for both questions where a stack says that its image has no other", async () => {
    const charts = await rendered("prod");
    const deployment = charts
      .flatMap(({ objects }) => objects)
      .find(({ metadata, kind }) => metadata.name === "todo-backend-prod" && kind === "Deployment");
    const { livenessProbe, readinessProbe } = container(deployment as KubernetesObject);
    readinessProbe.httpGet.path = livenessProbe.httpGet.path;
    const { backend } = settingsOf("prod");
    assert.ok(backend);
    const held = (ready: string | false) => () =>
      enforce(
        "prod",
        policyOf({ environment: "prod", policy: "mandatory", backend: { ...backend, ready } }, []),
        charts,
      );
    assert.throws(held("/health"), { message: /K-006/ });
    held(false)();
    container(deployment as KubernetesObject).image = "localhost/todo-backend:latest";
    assert.throws(held(false), { message: /C-003/ });
  });
});

describe("the list of exceptions", () => {
  const entry = "rule: C-003, chart: todo-backend, object: Deployment todo-backend";
  const reason = "reason: the vendor publishes this image under one name only";
  const known = rules.map(({ id }) => id).join(", ");
  const HEAD = "policy-exceptions.yaml is not a list of exceptions; nothing was changed.\n  ";
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-exceptions-"));
    for (const stack of ["dev", "prod"]) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    writeFileSync(join(folder, "policy-exceptions.yaml"), text);
    return readExceptions(folder);
  };

  for (const [what, text, said] of [
    [
      "no reason worth the name",
      `- { ${entry}, reason: broken }`,
      `${HEAD}entry 1, reason: expected a reason of 20 or more characters, for whoever reviews the list, found "broken"`,
    ],
    [
      "no reason",
      `- { ${entry} }`,
      `${HEAD}entry 1, reason: expected a reason of 20 or more characters, for whoever reviews the list, found nothing`,
    ],
    [
      "an unknown rule",
      `- { ${entry.replace("C-003", "C-999")}, ${reason} }`,
      `${HEAD}entry 1, rule: expected the id of a rule (${known}), found "C-999"`,
    ],
    [
      "a misspelt key",
      `- { ${entry}, ${reason}, container: web }\n- { ${entry}, ${reason}, enviroments: [dev] }`,
      `${HEAD}entry 2, enviroments: no such key; did you mean environments?`,
    ],
    [
      "an environment that there is not",
      `- { ${entry}, environments: [dev, production], ${reason} }`,
      `${HEAD}entry 1, environments: expected stacks that have a file (dev, prod), found "production"; correct or remove it`,
    ],
    [
      "an environment for a list",
      `- { ${entry}, environments: prod, ${reason} }`,
      `${HEAD}entry 1, environments: expected a list of stacks, found "prod"`,
    ],
    ["nothing for an entry", "-\n", `${HEAD}entry 1: expected a map of keys, found nothing`],
    ["a map", "rule: C-003\n", `${HEAD}the file: expected a list of exceptions, found {"rule":"C-003"}`],
    [
      "broken YAML",
      "- rule: [",
      "policy-exceptions.yaml: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 10; nothing was changed, correct it there",
    ],
    [
      "a key twice",
      "- { rule: C-003, rule: C-005 }",
      "policy-exceptions.yaml: not valid YAML: Map keys must be unique at line 1, column 18; nothing was changed, correct it there",
    ],
  ]) {
    it(`is refused for ${what}`, () => {
      assert.throws(
        () => read(text),
        (error: Error) => {
          assert.equal(error.message, said);
          return RunError.isInstance(error);
        },
      );
    });
  }

  it("may be empty, and may be about some environments", () => {
    for (const text of ["", "# none yet\n", "[]\n"]) assert.deepEqual(read(text), []);
    assert.equal(read(`- { ${entry}, environments: [prod], ${reason} }`).length, 1);
  });
});
