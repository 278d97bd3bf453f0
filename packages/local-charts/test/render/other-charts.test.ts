// Charts that nobody wrote for this: all that is done with a chart is done with each, and it ends in a result or in a
// sentence that names chart and template.
// Does not prove: that an API server takes, or refuses, the objects.
import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { compare } from "../../src/kubernetes/compare.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { checkCharts } from "../../src/prepare.ts";
import { report } from "../../src/preview/report.ts";
import { previewText } from "../../src/preview/text.ts";
import { renderCharts } from "../../src/render/chart.ts";
import { digest } from "../../src/render/digest.ts";
import { helmTemplate } from "../../src/render/helm-cli.ts";
import { wiringProblems } from "../../src/wiring/check.ts";
import { withCharts } from "../support/chart.ts";

const ENVIRONMENT = { environment: "dev", namespace: "shop" };
const QUOTA = { cpu: "9", memory: "9Gi", storageGiB: 9 };

interface Outcome {
  /** `Kind name` of each object. */
  objects: string[];
  /** What does not fit together. */
  wiring: string[];
  /** What the checks of a whole program end with; undefined where they pass. */
  refused?: string;
}

/** Everything that is done with a chart, by the helm on PATH or by what the provider would answer. */
function all(files: Record<string, string>, answer?: unknown): Promise<Outcome> {
  return withCharts({ other: files }, async (folder) => {
    const answers = Object.assign(async () => answer as KubernetesObject[], { folder });
    const template = answer === undefined ? helmTemplate(folder) : answers;
    const args = { chart: "./charts/other", release: "other", namespace: "shop", values: {} };
    const { other } = await renderCharts({ other: args }, template);
    assert.match(digest(other.objects), /^[0-9a-f]{12}$/);
    const changes = compare([], other.objects, "shop");
    previewText(report("other", "shop", { from: "nothing" }, changes, other.objects));
    assert.deepEqual(compare(other.objects, other.objects, "shop"), []);
    let refused: string | undefined;
    try {
      const policy = { rules: undefined, enforcement: "mandatory" } as const;
      checkCharts([other], { wiring: ENVIRONMENT, policy, quota: { limits: QUOTA } });
    } catch (error) {
      assert.ok(error instanceof pulumi.RunError, String((error as Error).stack));
      refused = error.message;
    }
    const objects = other.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    return { objects, wiring: wiringProblems(ENVIRONMENT, [other]), refused };
  });
}

/** The sentence that rendering ends with. */
async function refusal(files: Record<string, string>, answer?: unknown): Promise<string> {
  try {
    await all(files, answer);
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError, String((error as Error).stack));
    return error.message;
  }
  throw new Error("it was not refused");
}

const head = (apiVersion: string, kind: string, name = "a") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;
const configMap = (name = "a") => `${head("v1", "ConfigMap", name)}data:\n  word: some\n`;
const nothing = { objects: [], wiring: [], refused: undefined };
const workload = (spec: string, kind = "Deployment", apiVersion = "apps/v1") =>
  `${head(apiVersion, kind)}spec:\n  ${spec.trim().replaceAll("\n", "\n  ")}\n`;
const POD = `
template:
  metadata: {labels: {app: a}}
  spec:
    containers: [{name: main, image: "nginx:1.29.1"}]`;

describe("a chart of others", () => {
  it("may be empty, or have notes only, or comments only", async () => {
    assert.deepEqual(await all({}), nothing);
    assert.deepEqual(await all({ "templates/NOTES.txt": "Hello {{ .Release.Name }}" }), nothing);
    assert.deepEqual(await all({ "templates/a.yaml": "# nothing\n---\n{{/* nothing */}}\n---\n" }), nothing);
    // What the provider answers where there is no object.
    assert.deepEqual(await all({}, null), nothing);
  });

  it("may have CRDs: those of crds/ are Helm's, and in no record; those of templates are objects", async () => {
    const crd = head("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.example.org");
    const thing = `${head("example.org/v1", "Thing")}spec: 5\n`;
    const { objects, wiring } = await all({ "crds/a.yaml": crd, "templates/a.yaml": `${crd}---\n${thing}` });
    assert.deepEqual(objects, ["CustomResourceDefinition things.example.org", "Thing a"]);
    assert.deepEqual(wiring, []);
  });

  it("may have lists, of which each element is an object", async () => {
    const items = [configMap("a"), workload(POD)]
      .map((text) => `  - ${text.trim().replaceAll("\n", "\n    ")}`)
      .join("\n");
    const { objects, wiring, refused } = await all({
      "templates/all.yaml": `apiVersion: v1\nkind: List\nitems:\n${items}\n`,
    });
    assert.deepEqual(objects, ["ConfigMap a", "Deployment a"]);
    assert.deepEqual(wiring, []);
    assert.match(refused ?? "", /Deployment a, container main: expected a livenessProbe/);
  });

  it("may have charts inside it", async () => {
    const inner = { "charts/inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 1.0.0\n" };
    const files = { ...inner, "charts/inner/templates/b.yaml": configMap("b"), "templates/a.yaml": configMap("a") };
    assert.deepEqual((await all(files)).objects.toSorted(), ["ConfigMap a", "ConfigMap b"]);
  });

  it("is refused where a chart inside it renders differently each time, by template or by values", async () => {
    const inner = { "charts/inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 1.0.0\n" };
    const random = { ...inner, "charts/inner/templates/b.yaml": configMap("{{ randAlpha 9 | lower }}") };
    assert.match(
      await refusal(random),
      /^charts\/other renders differently each time.*: charts\/inner\/templates\/b\.yaml:4 calls randAlpha;/,
    );
    const byValue = {
      ...inner,
      "charts/inner/values.yaml": 'x: "{{ randAlpha 9 | lower }}"\n',
      "charts/inner/templates/b.yaml": configMap("{{ tpl .Values.x . }}"),
    };
    assert.match(await refusal(byValue), /: charts\/inner\/values\.yaml:1 calls randAlpha;/);
  });

  it("is refused where a closed schema does not know a chart inside it, with that as the reason", async () => {
    const schema = JSON.stringify({ type: "object", additionalProperties: false, properties: {} });
    const inner = {
      "charts/inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 1.0.0\n",
      "charts/inner/templates/b.yaml": configMap("b"),
      "values.schema.json": schema,
    };
    const why = (name: string) =>
      `charts/other does not render for other: values don't meet the specifications of the schema(s) in the following chart(s): other: at '': additional properties '${name}' not allowed; ${name} in charts/ gets its values below its name: let charts/other/values.schema.json have a property of that name`;
    assert.equal(await refusal(inner), why("inner"));
    const alias =
      "apiVersion: v2\nname: other\nversion: 0.1.0\ndependencies: [{name: inner, version: 1.0.0, alias: own}]\n";
    assert.equal(await refusal({ ...inner, "Chart.yaml": alias }), why("own"));
    const open = { "values.schema.json": schema.replace("{}", '{"inner":{}}') };
    assert.deepEqual((await all({ ...inner, ...open })).objects, ["ConfigMap b"]);
  });

  it("may say null where it has nothing to say", async () => {
    const spec = `
replicas:
strategy:
template:
  metadata: {labels: {app: a}, annotations: }
  spec:
    volumes:
    initContainers:
    serviceAccountName:
    securityContext:
    imagePullSecrets:
    containers:
      - {name: main, image: "nginx:1.29.1", env: , envFrom: , ports: , args: , command: , volumeMounts: , resources: , livenessProbe: , lifecycle: , securityContext: }`;
    const nulls = `${head("v1", "Service")}spec: {selector: {app: a}, ports: }\n---\n${configMap("b").replace("word: some", "")}`;
    const text = `${workload(spec).replace("metadata:\n", "metadata:\n  labels:\n  annotations:\n  namespace:\n")}---\n${nulls}`;
    const { objects, wiring } = await all({ "templates/all.yaml": text });
    assert.deepEqual(objects, ["ConfigMap b", "Service a", "Deployment a"]);
    assert.deepEqual(wiring, []);
  });

  it("may have percentages, no strategy, and amounts of every form", async () => {
    const rolling = (maxSurge: string) =>
      `replicas: 3\nstrategy: {rollingUpdate: {maxSurge: ${maxSurge}, maxUnavailable: 0%}}${POD}`;
    const limits = "image: x:1, resources: {requests: {cpu: 1}, limits: {memory: 1e8}}";
    const sized = (text: string) => text.replace('image: "nginx:1.29.1"', limits);
    const refused = async (spec: string) => (await all({ "templates/a.yaml": sized(workload(spec)) })).refused ?? "";
    // 3 that serve, and beside them the surge and 2 that are ending.
    for (const surge of ["34%", "2", "50%", "100%"]) {
      assert.doesNotMatch(await refused(rolling(surge)), /maxUnavailable|quota/);
    }
    assert.match(await refused(POD.trim()), /expected maxUnavailable: 0, found nothing/);
    const budget = (text: string) =>
      `${workload(`replicas: 3${POD}`)}---\n${head("policy/v1", "PodDisruptionBudget")}spec: {selector: {matchLabels: {app: a}}, ${text}}\n`;
    const drain = async (text: string) =>
      /no node could ever be drained/.test((await all({ "templates/a.yaml": budget(text) })).refused ?? "");
    assert.deepEqual(
      await Promise.all(
        ["minAvailable: 66%", "minAvailable: 67%", "maxUnavailable: 0%", "maxUnavailable: 1%"].map(drain),
      ),
      [false, true, true, false],
    );
  });

  it("may have pods without a namespace or an owner, and kinds that only share their names", async () => {
    const pod = `${head("v1", "Pod")}spec:\n  containers: [{name: main, image: "nginx:1.29.1"}]\n`;
    const foreign = [
      `${head("serving.knative.dev/v1", "Service", "b")}spec: {template: {spec: {containers: 5}}, ports: 7, selector: x}`,
      `${head("networking.internal.knative.dev/v1alpha1", "Ingress", "b")}spec: {rules: [{http: {paths: [{splits: []}]}}], tls: 5}`,
      `${head("crd.projectcalico.org/v1", "NetworkPolicy", "b")}spec: {podSelector: app, ingress: [{from: all}]}`,
      `${head("example.org/v1", "PodDisruptionBudget", "b")}spec: {selector: {matchLabels: {app: none}}}`,
      `${head("autoscaling/v2", "HorizontalPodAutoscaler", "b")}spec: {maxReplicas: 3, scaleTargetRef: {kind: Rollout, name: c}}`,
      `${head("argoproj.io/v1alpha1", "Rollout", "c")}spec: {template: {spec: {containers: [{name: main, image: x, env: [{name: A, value: 5}]}]}}}`,
    ];
    const { objects, wiring } = await all({ "templates/a.yaml": [pod, ...foreign].join("\n---\n") });
    assert.equal(objects.length, 7);
    assert.deepEqual(wiring, []);
  });

  it("may leave the names of hooks to the API server", async () => {
    const hook =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: a-\n  annotations: {helm.sh/hook: "pre-install"}\n';
    assert.deepEqual((await all({ "templates/a.yaml": hook })).objects, ["ConfigMap a-*"]);
  });

  it("may mount what Kubernetes puts into each namespace", async () => {
    const volume =
      "    volumes: [{name: ca, configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}}]";
    assert.deepEqual((await all({ "templates/a.yaml": workload(`${POD.trim()}\n${volume}`) })).wiring, []);
  });
});

describe("what no API server takes is refused with chart, object, field and template", () => {
  const deployment = (container: string) => workload(POD.replace('{name: main, image: "nginx:1.29.1"}', container));
  const field = "charts/other, Deployment a, spec.template.spec.containers[0]";
  const cases: [title: string, file: string, sentence: string][] = [
    [
      "a number as a variable",
      deployment("{name: main, env: [{name: PORT, value: 8080}]}"),
      `${field}.env[0].value: expected a text, found 8080; write it in quotes in templates/a.yaml`,
    ],
    [
      "a number as a secret variable, which is not shown",
      deployment("{name: main, env: [{name: DB_PASSWORD, value: 80801234}]}"),
      `${field}.env[0].value: expected a text, found [redacted]; write it in quotes in templates/a.yaml`,
    ],
    [
      "variables as a map",
      deployment("{name: main, env: {PORT: x}}"),
      `${field}.env: expected a list, found a map; fix templates/a.yaml`,
    ],
    ["a container that is none", deployment("~"), `${field}: expected a map, found null; fix templates/a.yaml`],
    [
      "containers as a text",
      workload("template: {spec: {containers: main}}"),
      `charts/other, Deployment a, spec.template.spec.containers: expected a list, found "main"; fix templates/a.yaml`,
    ],
    [
      "an object without spec",
      head("apps/v1", "Deployment"),
      "charts/other, Deployment a, spec: expected a map, found nothing; fix templates/a.yaml",
    ],
    [
      "an annotation that is a truth",
      head("v1", "ConfigMap").replace("metadata:", "metadata:\n  annotations: {on: yes}"),
      "charts/other, ConfigMap a, metadata.annotations.true: expected a text, found true; write it in quotes in templates/a.yaml",
    ],
    [
      "an object without metadata",
      "apiVersion: v1\nkind: ConfigMap\ndata: {}\n",
      "charts/other, a ConfigMap without a name, metadata: expected a map, found nothing; fix templates/a.yaml",
    ],
    [
      "an object without a name",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n",
      "charts/other, a ConfigMap without a name, metadata.name: expected a text, found nothing; fix templates/a.yaml",
    ],
    [
      "an element of a list that is wrong",
      `apiVersion: v1\nkind: List\nitems:\n  - ${head("v1", "Service").trim().replaceAll("\n", "\n    ")}\n    spec: {ports: 80}\n`,
      "charts/other, Service a, spec.ports: expected a list, found 80; fix templates/a.yaml",
    ],
    [
      "a number of pods that is a text",
      workload(`replicas: "2"${POD}`),
      'charts/other, Deployment a, spec.replicas: expected a number, found "2"; fix templates/a.yaml',
    ],
    ...(["requests: {cpu: [1]}", "limits: {memory: lots}"] as const).map((part, index): [string, string, string] => [
      `an amount that is none: ${part}`,
      deployment(`{name: main, resources: {${part}}}`),
      `${field}.resources.${["requests.cpu", "limits.memory"][index]}: expected a quantity such as 250m or 1Gi, found ${["a list", '"lots"'][index]}; fix templates/a.yaml`,
    ]),
    [
      "an object that stands twice",
      `${head("v1", "ConfigMap")}---\n${head("v1", "ConfigMap")}`,
      "charts/other, ConfigMap a: expected one object of this kind and name, found another; rename or remove one",
    ],
    [
      "a key that stands twice with a value that is wrong, once",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, name: y}\n",
      "charts/other, ConfigMap true, metadata.name: expected a text, found true; write it in quotes in templates/a.yaml",
    ],
    [
      "a name in upper case",
      configMap("Web"),
      'charts/other, ConfigMap Web, metadata.name: expected lower-case letters, digits, - and ., with a letter or digit at both ends, found "Web"; fix templates/a.yaml',
    ],
    [
      "a label with a space",
      configMap().replace("metadata:", "metadata:\n  labels: {team: our team}"),
      'charts/other, ConfigMap a, metadata.labels.team: expected at most 63 letters, digits, -, _ and ., with a letter or digit at both ends, found "our team"; fix templates/a.yaml',
    ],
    [
      "a truth in a ConfigMap",
      configMap().replace("some", "true"),
      "charts/other, ConfigMap a, data.word: expected a text, found true; write it in quotes in templates/a.yaml",
    ],
    [
      "a Secret's content that is no base64, and is not shown",
      `${head("v1", "Secret")}data:\n  word: hunter2!\n`,
      "charts/other, Secret a, data.word: expected base64, or stringData in the place of data, found [redacted]; fix templates/a.yaml",
    ],
    ...(["a text", "a number", "a list"] as const).map((found, index): [string, string, string] => [
      `${found} for an object`,
      ["hello\n", "5\n", "- a\n"][index],
      `charts/other does not render for other: YAML parse error on other/templates/a.yaml: expected a map, found ${found}; fix the chart, or the value that it gets`,
    ]),
    [
      "a text for metadata",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: a\n",
      "charts/other does not render for other: YAML parse error on other/templates/a.yaml: expected a map for metadata, found a text; fix the chart, or the value that it gets",
    ],
    [
      "a document without a kind",
      "apiVersion: v1\nmetadata: {name: a}\n",
      "charts/other does not render for other: other/templates/a.yaml: expected documents with apiVersion and kind, found one without kind; fix the chart, or the value that it gets",
    ],
  ];
  for (const [title, file, sentence] of cases) {
    it(title, async () => assert.equal(await refusal({ "templates/a.yaml": file }), sentence));
  }

  it("several at once, and of templates whose kind is computed", async () => {
    const text = deployment("{image: 5}").replace("kind: Deployment", 'kind: {{ "Deployment" }}');
    assert.deepEqual((await refusal({ "templates/a.yaml": text })).split("\n"), [
      `${field}.name: expected a text, found nothing; fix the template of it`,
      `${field}.image: expected a text, found 5; write it in quotes in the template of it`,
    ]);
  });

  it("what the provider answers, too", async () => {
    const answer = [
      { apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "Pod", metadata: {}, spec: {} }] },
    ];
    assert.deepEqual((await refusal({}, answer)).split("\n"), [
      "charts/other, a Pod without a name, metadata.name: expected a text, found nothing; fix the template of it",
      "charts/other, a Pod without a name, spec.containers: expected a list, found nothing; fix the template of it",
    ]);
  });
});
