// The charts' values: each key is read by a template, everything else is refused, and the schema belongs to values.yaml.
// Not proved here: that a value has the wanted effect in a cluster.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "local-charts/objects";
import { parse } from "yaml";
import { chartSchemas } from "../../ops/generate/chart-schemas.ts";
import { outOfDate } from "../../ops/generate/files.ts";
import {
  type Chart,
  charts,
  chartsFolder,
  one,
  refusal,
  render,
  renderMany,
  serviceCharts,
  type Values,
} from "./render.ts";
import { digest, everything, least, merge } from "./values.ts";

type Path = (string | number)[];

/** Paths of all leaves; an empty list or map is a leaf too. */
function leaves(value: unknown, path: Path = []): Path[] {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isMap(value)
      ? Object.entries(value)
      : [];
  return entries.length === 0 ? [path] : entries.flatMap(([key, child]) => leaves(child, [...path, key]));
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce((node, key) => (node as Values | undefined)?.[key], value);

function withValue(values: unknown, path: Path, value: unknown): Values {
  const copy = structuredClone(values) as Values;
  (at(copy, path.slice(0, -1)) as Values)[path.at(-1) as string] = value;
  return copy;
}

/** Other values of the same type; at least one is valid wherever another one can be. */
function others(value: unknown): unknown[] {
  if (typeof value === "boolean") {
    return [!value];
  }
  if (typeof value === "number") {
    return [value + 1, value - 1];
  }
  const enums = [
    "Always",
    "ClusterIP",
    "Exists",
    "NoSchedule",
    "DoNotSchedule",
    "job",
    "namespace",
    "anywhere",
    "migration",
  ];
  if (String(value).startsWith("sha256:")) return [`sha256:${"f".repeat(64)}`];
  return [`1${value}`, `${value}x`, ...enums.filter((each) => each !== value)];
}

describe("every value is read by a template", () => {
  // These say what the restricted Pod Security Standard asks for: the schema lets nothing else pass.
  const fixed = [
    "podSecurityContext.runAsNonRoot",
    "podSecurityContext.seccompProfile.type",
    "securityContext.allowPrivilegeEscalation",
    "securityContext.capabilities.drop.0",
  ];
  // Read only where helm asks a cluster: test/charts/secret.test.ts.
  const asking = ["secrets.lookup", "auth.lookup"];

  for (const chart of charts) {
    const defaults = parse(readFileSync(join(chartsFolder, chart, "values.yaml"), "utf8"));
    const full = merge(defaults, everything[chart]) as Values;
    // What does not count where the rest is switched on: the number of replicas beside an autoscaler, a type beside its
    // nodePort, a path beside a command.
    const asked = { startup: { exec: [] }, liveness: { exec: [] }, readiness: { exec: [] } };
    const plain = merge(
      full,
      chart === "todo-postgres"
        ? {}
        : { autoscaling: { enabled: false }, service: { nodePort: null }, image: { digest: "" }, probes: asked },
    ) as Values;

    it(`${chart}: the values used here leave nothing of values.yaml empty`, () => {
      const empty = leaves(full).filter(
        (path) => ["", null].includes(at(full, path) as string) || typeof at(full, path) === "object",
      );
      assert.deepEqual(empty, []);
      assert.deepEqual(
        leaves(defaults).filter((path) => at(full, path) === undefined),
        [],
      );
    });

    it(`${chart}: another value is another rendering, or is refused`, async () => {
      const verdicts = new Map<string, "read" | "unread" | "refused">(
        leaves(full).map((path) => [path.join("."), "refused"]),
      );
      for (const base of [full, plain]) {
        for (let attempt = 0; attempt < others("").length; attempt += 1) {
          const open = leaves(full).filter(
            (path) => verdicts.get(path.join(".")) !== "read" && attempt < others(at(full, path)).length,
          );
          const changed = open.map((path) => withValue(base, path, others(at(full, path))[attempt]));
          const [unchanged, ...renderings] = await renderMany(chart, [base, ...changed]);
          for (const [index, { text }] of renderings.entries()) {
            if (text !== undefined) {
              verdicts.set((open[index] as Path).join("."), text === unchanged?.text ? "unread" : "read");
            }
          }
        }
      }
      const having = (wanted: string) =>
        [...verdicts].filter(([, verdict]) => verdict === wanted).map(([path]) => path);
      assert.deepEqual(
        having("unread"),
        asking.filter((path) => at(full, path.split(".")) !== undefined),
      );
      assert.deepEqual(having("refused").sort(), fixed);
    }).timeout(300_000);
  }
});

describe("the schema refuses", () => {
  const backend = least["todo-backend"];
  const frontend = least["todo-frontend"];
  const image = (tag: unknown, repository: unknown = "localhost/x") => ({ ...frontend, image: { repository, tag } });
  const limits = (cpu: unknown, memory: unknown) => ({ ...frontend, resources: { limits: { cpu, memory } } });
  const cases: [string, Chart, Values, string][] = [
    ["a misspelt key", "todo-backend", { ...backend, repliccas: 2 }, "additional properties 'repliccas' not allowed"],
    [
      "a misspelt key further down",
      "todo-backend",
      { ...backend, service: { tpye: "NodePort" } },
      "at '/service': additional properties 'tpye' not allowed",
    ],
    [
      "no repository",
      "todo-frontend",
      image("1", ""),
      "at '/image/repository': value must be 'the name of an image, without a tag'",
    ],
    [
      "a tag in the repository",
      "todo-frontend",
      image("1", "localhost/x:1"),
      "at '/image/repository': value must be 'the name of an image, without a tag'",
    ],
    ["no tag", "todo-frontend", image(""), "at '/image/tag': value must be 'a tag with a digit in it"],
    [
      "the tag latest",
      "todo-frontend",
      image("latest"),
      "at '/image/tag': value must be 'a tag with a digit in it (names like latest are moved to other images)'",
    ],
    [
      "the tag latest of PostgreSQL",
      "todo-postgres",
      { ...least["todo-postgres"], image: { tag: "latest" } },
      "at '/image/tag': value must be 'a tag with a digit in it",
    ],
    [
      "another name that moves",
      "todo-frontend",
      image("main"),
      "at '/image/tag': value must be 'a tag with a digit in it",
    ],
    ["a number as tag", "todo-frontend", image(17), "at '/image/tag': got number, want string"],
    ["a tag unset", "todo-frontend", image(null), "at '/image': missing property 'tag'"],
    [
      "a pull policy that is none",
      "todo-frontend",
      { image: { repository: "x", tag: "1", pullPolicy: "Sometimes" } },
      "at '/image/pullPolicy': value must be one of 'IfNotPresent', 'Always', 'Never'",
    ],
    [
      "no Secret",
      "todo-backend",
      { ...backend, secrets: {} },
      "at '/secrets/existingSecret': value must be 'the name of a Secret that exists in the namespace of the release'",
    ],
    [
      "no Secret of PostgreSQL",
      "todo-postgres",
      {},
      "at '/auth/existingSecret': value must be 'the name of a Secret that exists in the namespace of the release'",
    ],
    [
      "a secret's value for its key",
      "todo-backend",
      { ...backend, secrets: { existingSecret: "s", keys: { DATABASE_URL: "postgresql+asyncpg://u:p@h/d" } } },
      "at '/secrets/keys/DATABASE_URL': 'postgresql+asyncpg://u:p@h/d' does not match pattern",
    ],
    [
      "a node port below the range",
      "todo-frontend",
      { ...frontend, service: { type: "NodePort", nodePort: 8080 } },
      "at '/service/nodePort': minimum: got 8,080, want 30,000",
    ],
    [
      "a node port above the range",
      "todo-frontend",
      { ...frontend, service: { type: "NodePort", nodePort: 32768 } },
      "at '/service/nodePort': maximum: got 32,768, want 32,767",
    ],
    [
      "a node port of a ClusterIP",
      "todo-frontend",
      { ...frontend, service: { nodePort: 30300 } },
      "at '/service/nodePort': value must be 'unset unless service.type is NodePort'",
    ],
    [
      "a Service that never gets ready here",
      "todo-frontend",
      { ...frontend, service: { type: "LoadBalancer" } },
      "at '/service/type': value must be one of 'ClusterIP', 'NodePort'",
    ],
    ...["DATABASE_URL", "SECRET_KEY", "AUTH_SECRET", "OPENAI_API_KEY", "POSTGRES_PASSWORD"].flatMap(
      (name): [string, Chart, Values, string][] =>
        serviceCharts.map((chart) => [
          `${name} in the clear`,
          chart,
          { ...least[chart], env: { [name]: "x" } },
          `at '/env/${name}': value must be 'unset (a value of a secret belongs in a Secret, never in a chart value)'`,
        ]),
    ),
    [
      "a password in a URL",
      "todo-backend",
      { ...backend, env: { DB: "postgresql://u:p@h/d" } },
      "at '/env/DB': value must be 'a URL without a password (that belongs in a Secret), or with one like $(A_VARIABLE) of secrets.keys'",
    ],
    [
      "a password in the frontend's URL",
      "todo-frontend",
      { ...frontend, env: { DB: "postgresql://u:p@h/d" } },
      "at '/env/DB': value must be 'a URL without a password (that belongs in a Secret), or with one like $(A_VARIABLE) of secrets.keys'",
    ],
    [
      "a DATABASE_URL of a service with its password",
      "service",
      { ...least.service, env: { DATABASE_URL: "postgresql://u:p@h/d" } },
      "at '/env/DATABASE_URL': value must be 'unset (a value of a secret belongs in a Secret, never in a chart value)'",
    ],
    [
      "DATABASE_URL with the wrong driver",
      "todo-backend",
      { ...backend, env: { DATABASE_URL: "postgresql://u:$(SECRET_KEY)@h/d" } },
      "at '/env/DATABASE_URL': value must be 'unset (a value of a secret belongs in a Secret, never in a chart value)'",
    ],
    [
      "a migration of a third kind",
      "todo-backend",
      { ...backend, migration: { mode: "Job" } },
      "at '/migration/mode': value must be one of 'hook', 'job'",
    ],
    [
      "a number as variable",
      "todo-backend",
      { ...backend, env: { POOL_SIZE: 2 } },
      "at '/env/POOL_SIZE': got number, want string",
    ],
    [
      "a variable that is no name",
      "todo-backend",
      { ...backend, env: { "pool-size": "2" } },
      "invalid propertyName 'pool-size'",
    ],
    [
      "a CPU quantity that is none",
      "todo-frontend",
      limits("a lot", "1Gi"),
      "at '/resources/limits/cpu': 'a lot' does not match pattern",
    ],
    [
      "no CPU at all",
      "todo-frontend",
      limits("0.0", "1Gi"),
      "at '/resources/limits/cpu': '0.0' does not match pattern",
    ],
    [
      "a memory quantity without unit",
      "todo-frontend",
      limits("1", "512"),
      "at '/resources/limits/memory': '512' does not match pattern",
    ],
    [
      "memory in thousandths of bytes",
      "todo-frontend",
      limits("1", "512m"),
      "at '/resources/limits/memory': '512m' does not match pattern",
    ],
    [
      "a container without a limit",
      "todo-frontend",
      limits(null, "1Gi"),
      "at '/resources/limits': missing property 'cpu'",
    ],
    [
      "a migration without a limit",
      "todo-backend",
      { ...backend, migration: { resources: { limits: { memory: null } } } },
      "at '/migration/resources/limits': missing property 'memory'",
    ],
    [
      "a probe of what is no path",
      "todo-backend",
      { ...backend, probes: { liveness: { path: "health" } } },
      "at '/probes/liveness/path': 'health' does not match pattern",
    ],
    [
      "no readiness probe",
      "todo-backend",
      { ...backend, probes: { readiness: null } },
      "at '/probes': missing property 'readiness'",
    ],
    [
      "root",
      "todo-backend",
      { ...backend, podSecurityContext: { runAsUser: 0 } },
      "at '/podSecurityContext/runAsUser': minimum: got 0, want 1",
    ],
    [
      "a container that may be root",
      "todo-backend",
      { ...backend, podSecurityContext: { runAsNonRoot: false } },
      "at '/podSecurityContext/runAsNonRoot': value must be true",
    ],
    [
      "privileges",
      "todo-backend",
      { ...backend, securityContext: { privileged: true } },
      "at '/securityContext': additional properties 'privileged' not allowed",
    ],
    [
      "no security context",
      "todo-postgres",
      { ...least["todo-postgres"], securityContext: null },
      "missing property 'securityContext'",
    ],
    [
      "a label the chart selects by",
      "todo-backend",
      { ...backend, podLabels: { "app.kubernetes.io/name": "x" } },
      "at '/podLabels/app.kubernetes.io~1name': value must be 'unset (the chart selects its pods by this label)'",
    ],
    [
      "a peer without labels: it would be everybody",
      "todo-backend",
      { ...backend, networkPolicy: { allowFrom: [{}] } },
      "at '/networkPolicy/allowFrom/0': minProperties: got 0, want 1",
    ],
    [
      "an Ingress without a host",
      "todo-frontend",
      { ...frontend, ingress: { enabled: true } },
      "at '/ingress/host': value must be 'a host name when ingress.enabled'",
    ],
    [
      "an HTTPRoute without a Gateway",
      "todo-frontend",
      { ...frontend, httpRoute: { enabled: true } },
      "at '/httpRoute/parentRefs': minItems: got 0, want 1",
    ],
    [
      "a volume without a unit",
      "todo-postgres",
      { ...least["todo-postgres"], persistence: { size: "1" } },
      "at '/persistence/size': '1' does not match pattern",
    ],
    [
      "the name of no Secret",
      "todo-frontend",
      { ...frontend, secrets: { existingSecret: "My Secret" } },
      "at '/secrets/existingSecret': value must be 'the name of a Secret that exists in the namespace of the release'",
    ],
    ...(["Team/API", "localhost/Api", "ghcr.io/acme/API"] as const).map((name): [string, Chart, Values, string] => [
      `a capital in an image's name: ${name}`,
      "service",
      { ...least.service, image: { repository: name, tag: "1" } },
      "at '/image/repository': value must be 'a name in lower case (no registry has an image with a capital in its name)'",
    ]),
    ...(["/api", "acme/api/", "acme//api", "acme/api@sha256", "https://ghcr.io/acme/api", "acme/-api"] as const).map(
      (name): [string, Chart, Values, string] => [
        `what is no image's name: ${name}`,
        "todo-frontend",
        image("1", name),
        "at '/image/repository': value must be 'the name of an image, without a tag'",
      ],
    ),
    [
      "a digest that is none",
      "todo-backend",
      { ...backend, image: { repository: "x", digest: "sha256:0123" } },
      "at '/image/digest': value must be 'sha256: and 64 hexadecimal digits in lower case, or nothing'",
    ],
    [
      "a digest given twice",
      "todo-backend",
      { ...backend, image: { repository: "x", tag: `1@${digest}`, digest } },
      "at '/image/tag': value must be 'a tag, or nothing; the digest is that of image.digest'",
    ],
    [
      "a command that is no list",
      "todo-frontend",
      { ...frontend, command: "npm start" },
      "at '/command': got string, want array",
    ],
    ["a number among arguments", "service", { ...least.service, args: [1] }, "at '/args/0': got number, want string"],
    [
      "a Service's name that is none",
      "todo-backend",
      { ...backend, service: { name: "todo_backend" } },
      "at '/service/name': 'todo_backend' does not match pattern",
    ],
    [
      "a path that does not begin with /",
      "todo-backend",
      { ...backend, ingress: { enabled: true, host: "a.example", paths: ["api"] } },
      "at '/ingress/paths/0': 'api' does not match pattern",
    ],
    [
      "a route without a path",
      "todo-backend",
      { ...backend, httpRoute: { paths: [] } },
      "at '/httpRoute/paths': minItems: got 0, want 1",
    ],
    [
      "a third scope",
      "todo-backend",
      { ...backend, networkPolicy: { allowFromScope: "world" } },
      "at '/networkPolicy/allowFromScope': value must be one of 'namespace', 'anywhere'",
    ],
    [
      "a port that is none",
      "service",
      { ...least.service, containerPort: 0 },
      "at '/containerPort': minimum: got 0, want 1",
    ],
    ...["GITHUB_TOKEN", "SMTP_PASSWORD", "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"].map(
      (name): [string, Chart, Values, string] => [
        `${name} in the clear, half of it`,
        "service",
        { ...least.service, env: { [name]: "x$(A)" } },
        `at '/env/${name}': value must be 'unset (a value of a secret belongs in a Secret, never in a chart value)'`,
      ],
    ),
  ];
  const refusals = new Map<Chart, Promise<{ refusal?: string }[]>>();
  const casesOf = (chart: Chart) => cases.filter((each) => each[1] === chart);
  before(() => {
    for (const chart of charts) {
      refusals.set(
        chart,
        renderMany(
          chart,
          casesOf(chart).map(([, , values]) => values),
        ),
      );
    }
  });
  for (const chart of charts) {
    for (const [index, [label, , , expected]] of casesOf(chart).entries()) {
      it(`${label} (${chart})`, async () => {
        const text = (await refusals.get(chart))?.[index]?.refusal ?? "nothing: it was accepted";
        assert.ok(text.includes(expected), `expected ${JSON.stringify(expected)}, helm said: ${text}`);
      });
    }
  }

  it("nothing that may be a tag", async () => {
    const tags = [
      "0123456789ab",
      "abcdefabcdef",
      "v1.2.3",
      "17",
      "17-bookworm",
      "stable-2026.11",
      `17@sha256:${"0".repeat(64)}`,
      `bookworm@sha256:${"0".repeat(64)}`,
    ];
    const renderings = await renderMany(
      "todo-frontend",
      tags.map((tag) => image(tag)),
    );
    assert.deepEqual(
      renderings.map((each) => each.refusal),
      tags.map(() => undefined),
    );
  });

  it("nothing that may be an image", async () => {
    const repositories = [
      "todo",
      "localhost/todo",
      "registry.example.com:5000/team/todo_app",
      "docker.io/library/postgres",
      "GHCR.io/acme/api",
      "10.0.0.1:5000/a__b/c---d.e",
    ];
    const renderings = await renderMany(
      "todo-frontend",
      repositories.map((repository) => image("1", repository)),
    );
    assert.deepEqual(
      renderings.map((each) => each.refusal),
      repositories.map(() => undefined),
    );
  });
});

describe("an image", () => {
  for (const chart of charts) {
    it(`of ${chart} is named by tag, digest, or both`, async () => {
      const references: [Values, string][] = [
        [{ tag: "1.2", digest: "" }, "x:1.2"],
        [{ tag: "", digest }, `x@${digest}`],
        [{ tag: "latest", digest }, `x:latest@${digest}`],
      ];
      for (const [image, expected] of references) {
        const values = { ...least[chart], image: { repository: "x", ...image } };
        const workload = one(await render(chart, values), chart === "todo-postgres" ? "StatefulSet" : "Deployment");
        assert.equal(workload.spec.template.spec.containers[0].image, expected);
      }
    });
  }
});

describe("a secret variable", () => {
  for (const chart of serviceCharts) {
    it(`of ${chart} without a Secret is refused, unless it is dropped`, async () => {
      const existingSecret = chart === "todo-backend" ? "{{ .Values.global.none }}" : "";
      const secrets = { existingSecret, keys: { A: "a-key" } };
      const expected =
        chart === "todo-backend"
          ? "secrets.existingSecret: its template gives an empty text"
          : "secrets.existingSecret: expected the name of the Secret that holds a-key, because secrets.keys.A asks for that, found none; name the Secret, or remove the key";
      const text = await refusal(chart, { ...least[chart], secrets, global: { none: "" } });
      assert.ok(text?.includes(expected), text);
      if (chart !== "todo-backend") {
        assert.equal(await refusal(chart, { ...least[chart], secrets: { keys: { A: "" } } }), undefined);
      }
    });

    it(`of ${chart} may have the key of another, and another may be missing`, async () => {
      const own = { DATABASE_URL: "", SECRET_KEY: "", AUTH_SECRET: "", OPENAI_API_KEY: "" };
      const keys = { ...(chart === "todo-backend" && own), A: "one", B: "one", C: "two" };
      const secrets = { existingSecret: "mine", keys, optional: ["C"] };
      const [container] = one(await render(chart, { ...least[chart], secrets }), "Deployment").spec.template.spec
        .containers;
      const from = (name: string, key: string, rest = {}) => ({
        name,
        valueFrom: { secretKeyRef: { name: "mine", key, ...rest } },
      });
      assert.deepEqual(container.env, [from("A", "one"), from("B", "one"), from("C", "two", { optional: true })]);
    });
  }
});

it("a variable is refused that is both in env and in secrets.keys", async () => {
  const values = {
    ...least["todo-backend"],
    env: { DB_DSN: "x" },
    secrets: { existingSecret: "s", keys: { DB_DSN: "dsn" } },
  };
  assert.match(
    (await refusal("todo-backend", values)) ?? "",
    /env\.DB_DSN is also in secrets\.keys; keep it in one of the two/,
  );
});

it("a password that only the template of a variable puts into a URL is refused", async () => {
  const env = { DB: "postgresql://u:{{ .Values.global.password }}@h/d" };
  const text = await refusal("todo-backend", { ...least["todo-backend"], env, global: { password: "canary" } });
  const expected =
    "env.DB: expected a URL without a password, or with one that is $(A_VARIABLE) of secrets.keys, found another after its template was filled in";
  assert.ok(text?.includes(expected) && !text.includes("canary"), text);
});

it("values.schema.json is up to date and says that it is generated", () => {
  const root = join(chartsFolder, "..");
  assert.deepEqual(outOfDate(root, chartSchemas(root)), []);
  for (const chart of charts) {
    const [first] = Object.entries(JSON.parse(readFileSync(join(chartsFolder, chart, "values.schema.json"), "utf8")));
    assert.deepEqual(first, [
      "$comment",
      "Generated by ops/generate/chart-schemas.ts from values.yaml and helm/definitions.yaml. Do not edit.",
    ]);
  }
});
