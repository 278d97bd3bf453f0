// Which objects each chart renders, and that it does so every time the same way.
// Not proved here: that a cluster accepts and runs them, that hooks run in this order, that an image exists.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import {
  type Chart,
  charts,
  chartsFolder,
  helm,
  lint,
  namespace,
  notes,
  one,
  releaseOf,
  render,
  renderText,
  type Values,
} from "./render.ts";
import { everything, least } from "./values.ts";

const hookOf = (annotations: Record<string, string> = {}) => {
  const hook = ["hook", "hook-weight", "hook-delete-policy"]
    .map((name) => annotations[`helm.sh/${name}`] ?? "-")
    .join(" ");
  return hook === "- - -" ? "" : `: ${hook}`;
};
const inventory = async (chart: Chart, values: Values) =>
  (await render(chart, values))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}${hookOf(metadata.annotations)}`)
    .sort();

const test = (name: string) => `Pod ${name}-test: test - before-hook-creation`;
const migration = (name: string) => [
  `Job ${name}-migration: pre-install,pre-upgrade 0 before-hook-creation,hook-succeeded`,
  `ServiceAccount ${name}-migration: pre-install,pre-upgrade -5 before-hook-creation,hook-succeeded`,
];

/** The name that a ConfigMap has because of what it holds. */
const config = (env: unknown) =>
  `app-config-${createHash("sha256").update(JSON.stringify(env)).digest("hex").slice(0, 10)}`;
/** The policy that a migration brings along as a hook. */
const earlyPolicy = (name: string) =>
  `NetworkPolicy ${name}-migration: pre-install,pre-upgrade -5 before-hook-creation,hook-succeeded`;
const full = (chart: Chart) => [
  `ConfigMap ${config(everything[chart].env)}`,
  `ConfigMap ${config(everything[chart].env)}: pre-rollback - before-hook-creation,hook-succeeded`,
  "Deployment app",
  "HTTPRoute app",
  "HorizontalPodAutoscaler app",
  "Ingress app",
  "NetworkPolicy app",
  test("app"),
  "PodDisruptionBudget app",
  "PodMonitor app",
  "PrometheusRule app",
  "Service stable",
  "ServiceAccount app",
];

describe("objects", () => {
  const cases: [string, Chart, Values, string[]][] = [
    [
      "least",
      "todo-postgres",
      least["todo-postgres"],
      [
        test("todo-postgres-test"),
        "Service todo-postgres-test",
        "ServiceAccount todo-postgres-test",
        "StatefulSet todo-postgres-test",
      ],
    ],
    [
      "least",
      "todo-backend",
      least["todo-backend"],
      [
        "Deployment todo-backend-test",
        test("todo-backend-test"),
        "Service todo-backend-test",
        "ServiceAccount todo-backend-test",
        ...migration("todo-backend-test"),
      ],
    ],
    [
      "migration together with the pods",
      "todo-backend",
      { ...least["todo-backend"], migration: { mode: "job" } },
      [
        "Deployment todo-backend-test",
        "Job todo-backend-test-migration-1",
        test("todo-backend-test"),
        "Service todo-backend-test",
        "ServiceAccount todo-backend-test",
      ],
    ],
    [
      "no migration",
      "todo-backend",
      { ...least["todo-backend"], migration: { enabled: false } },
      [
        "Deployment todo-backend-test",
        test("todo-backend-test"),
        "Service todo-backend-test",
        "ServiceAccount todo-backend-test",
      ],
    ],
    [
      "neither migration nor test",
      "todo-backend",
      { ...least["todo-backend"], migration: { enabled: false }, test: { enabled: false } },
      ["Deployment todo-backend-test", "Service todo-backend-test", "ServiceAccount todo-backend-test"],
    ],
    [
      "no test",
      "todo-frontend",
      { ...least["todo-frontend"], test: { enabled: false } },
      ["Deployment todo-frontend-test", "Service todo-frontend-test", "ServiceAccount todo-frontend-test"],
    ],
    [
      "least",
      "todo-frontend",
      least["todo-frontend"],
      [
        "Deployment todo-frontend-test",
        test("todo-frontend-test"),
        "Service todo-frontend-test",
        "ServiceAccount todo-frontend-test",
      ],
    ],
    ["least", "service", least.service, ["Deployment service-test", "ServiceAccount service-test"]],
    [
      "with a port",
      "service",
      { ...least.service, containerPort: 9000 },
      ["Deployment service-test", test("service-test"), "Service service-test", "ServiceAccount service-test"],
    ],
    [
      "everything",
      "todo-postgres",
      everything["todo-postgres"],
      [
        "CronJob app-backup",
        "NetworkPolicy app",
        "NetworkPolicy app-backup",
        "PersistentVolumeClaim app-backup",
        test("app"),
        "Service app",
        "ServiceAccount app",
        "StatefulSet app",
      ],
    ],
    [
      "everything",
      "todo-backend",
      everything["todo-backend"],
      [...full("todo-backend"), ...migration("app"), earlyPolicy("app")],
    ],
    ["everything", "todo-frontend", everything["todo-frontend"], full("todo-frontend")],
    ["everything", "service", everything.service, full("service")],
  ];
  for (const [label, chart, values, expected] of cases) {
    it(`${chart}, ${label}: exactly these`, async () => {
      assert.deepEqual(await inventory(chart, values), [...expected].sort());
    });
  }

  for (const chart of charts) {
    it(`${chart} is named after its release, which may be as long as Helm allows, or a StatefulSet`, async () => {
      const longest = chart === "todo-postgres" ? 52 : 53;
      const values = chart === "todo-postgres" ? least[chart] : { ...least[chart], env: { A: "a" } };
      const objects = await render(chart, values, `${chart}-${"x".repeat(longest - 1 - chart.length)}`);
      for (const { kind, metadata } of objects) {
        assert.ok(metadata.name.length <= (kind === "ConfigMap" ? 253 : 63), `${kind} ${metadata.name}`);
        assert.ok(metadata.name.startsWith(`${chart}-xxx`), metadata.name);
      }
      const elsewhere = await render(chart, least[chart], "demo");
      assert.ok(elsewhere.every(({ metadata }) => metadata.name.startsWith(`demo-${chart}`)));
    });

    it(`${chart} passes helm lint --strict`, async () => {
      for (const values of [least[chart], everything[chart]]) {
        const outcome = await lint(chart, values);
        assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
      }
    });

    it(`${chart} renders the same twice`, async () => {
      const first = await renderText(chart, everything[chart]);
      // --debug changes nothing in the objects; it makes this another call, which the cache does not answer.
      const args = [
        "template",
        releaseOf(chart),
        join(chartsFolder, chart),
        `--namespace=${namespace}`,
        "--kube-version=1.35.1",
        "--debug",
        "--values=-",
      ];
      assert.equal((await helm(args, everything[chart])).stdout, first);
    });

    it(`${chart}: version is SemVer, Kubernetes 1.30 or newer, no dependency`, () => {
      const { apiVersion, name, version, appVersion, kubeVersion, dependencies } = parse(
        readFileSync(join(chartsFolder, chart, "Chart.yaml"), "utf8"),
      );
      assert.deepEqual(
        { apiVersion, name, kubeVersion, dependencies },
        { apiVersion: "v2", name: chart, kubeVersion: ">=1.30.0-0", dependencies: undefined },
      );
      assert.match(version, /^\d+\.\d+\.\d+$/);
      // Of the application; a chart for any has none.
      assert.equal(typeof appVersion, chart === "service" ? "undefined" : "string");
    });

    it(`${chart} refuses Kubernetes 1.29`, async () => {
      const { status, stderr } = await helm(
        ["template", "x", join(chartsFolder, chart), "--kube-version=1.29.0", "--values=-"],
        least[chart],
      );
      assert.equal(status, 1);
      assert.match(stderr, /chart requires kubeVersion: >=1\.30\.0-0 which is incompatible with Kubernetes v1\.29\.0/);
    });

    it(`${chart} knows no environment, no cluster and no controller`, () => {
      const forbidden = /\b(dev|staging|prod|minikube|pulumi|bitnami|nginx)\b/i;
      const files = readdirSync(join(chartsFolder, chart), { recursive: true, withFileTypes: true }).filter(
        (file) => file.isFile() && !file.parentPath.endsWith("/values"),
      );
      assert.ok(files.length > 8);
      for (const file of files) {
        const found = readFileSync(join(file.parentPath, file.name), "utf8")
          .replaceAll("/dev/null", "")
          .match(forbidden)?.[0];
        assert.equal(found, undefined, `${chart}/${file.name}: ${found}`);
      }
    });
  }

  it("todo-postgres refuses a name that a StatefulSet's pods cannot carry", async () => {
    const { stderr } = await helm(
      ["template", "x".repeat(39), join(chartsFolder, "todo-postgres"), "--kube-version=1.35.1", "--values=-"],
      least["todo-postgres"],
    );
    const said = `the name ${"x".repeat(39)}-todo-postgres is too long: a label of a StatefulSet's pods holds it and a hash, which leaves it 52 characters; use a shorter release name or fullnameOverride`;
    assert.ok(stderr.includes(said), stderr);
  });

  it("the migration's Job has a name of its own in each mode, however long the release's is", async () => {
    for (const [mode, suffix] of [
      ["hook", "migration"],
      ["job", "migration-1"],
    ]) {
      const values = { ...least["todo-backend"], fullnameOverride: "x".repeat(52), migration: { mode } };
      const name = one(await render("todo-backend", values), "Job").metadata.name as string;
      assert.ok(name.length <= 63 && name.startsWith("xxx") && name.endsWith(`-${suffix}`), name);
    }
  });

  const reach: [string, Chart, Values, string[]][] = [
    [
      "ClusterIP",
      "todo-frontend",
      least["todo-frontend"],
      ["kubectl port-forward --namespace todo-test service/todo-frontend-test 3000:3000", "open http://localhost:3000"],
    ],
    [
      "NodePort",
      "todo-frontend",
      { ...least["todo-frontend"], service: { type: "NodePort", nodePort: 30300 } },
      [
        "kubectl get service --namespace todo-test todo-frontend-test -o jsonpath='{.spec.ports[0].nodePort}'",
        "http://localhost:30300",
      ],
    ],
    [
      "Ingress and Gateway",
      "todo-frontend",
      everything["todo-frontend"],
      [
        "Through the Ingress:  https://todo.example.com/app  https://todo.example.com/files\n",
        "Through the Gateway gateway:\n  http://todo.example.com/app  (https where the listener ends TLS)\n  http://todo.example.com/files  (",
        "service/stable 3000:3000",
      ],
    ],
    [
      "no port",
      "service",
      least.service,
      ["It listens on no port.", "kubectl logs --namespace todo-test deployment/service-test --follow"],
    ],
    [
      "a port",
      "service",
      { ...everything.service, nameOverride: "worker" },
      [
        "worker is installed as app in namespace todo-test.",
        "Inside the cluster:  stable.todo-test:80\n",
        "kubectl get service --namespace todo-test stable -o",
        "kubectl port-forward --namespace todo-test service/stable 80:80",
        "Through the Ingress:  https://todo.example.com/app",
      ],
    ],
    [
      "secrets",
      "todo-frontend",
      { ...least["todo-frontend"], secrets: { existingSecret: "mine", keys: { AUTH_SECRET: "auth" } } },
      [
        "The pods wait for the Secret mine. Make it, unless it is there:\n  kubectl create secret generic mine --namespace todo-test --from-literal=auth=…\n",
      ],
    ],
    [
      "ClusterIP",
      "todo-backend",
      least["todo-backend"],
      [
        "http://todo-backend-test.todo-test:8000",
        "kubectl port-forward --namespace todo-test service/todo-backend-test 8000:8000",
        "curl http://127.0.0.1:8000/ready",
        "helm test --namespace todo-test todo-backend-test",
      ],
    ],
    [
      "always",
      "todo-postgres",
      least["todo-postgres"],
      [
        "kubectl port-forward --namespace todo-test service/todo-postgres-test 5432:5432",
        "go-template='{{index .data \"POSTGRES_PASSWORD\" | base64decode}}'",
        "kubectl delete persistentvolumeclaim --namespace todo-test data-todo-postgres-test-0",
      ],
    ],
    [
      "backups",
      "todo-postgres",
      { ...least["todo-postgres"], backup: { enabled: true, schedule: "0 4 * * *" } },
      [
        "Backups are made at 0 4 * * * (UTC)",
        "kubectl create job --namespace todo-test --from=cronjob/todo-postgres-test-backup todo-postgres-test-backup-now",
        "kubectl delete persistentvolumeclaim --namespace todo-test todo-postgres-test-backup",
      ],
    ],
  ];
  for (const [label, chart, values, expected] of reach) {
    it(`NOTES of ${chart} say how to reach it: ${label}`, async () => {
      const text = await notes(chart, values);
      for (const line of expected) {
        assert.ok(text.includes(line), `${JSON.stringify(line)} is not in\n${text}`);
      }
    });
  }

  it("NOTES of todo-frontend say of a variable that Next.js fixed where it has an effect", async () => {
    const env = { API_URL: "http://a", NEXT_PUBLIC_API_URL: "http://b" };
    const text = await notes("todo-frontend", { ...least["todo-frontend"], env });
    const lines = text.split("\n").filter((line) => line.includes("has an effect"));
    assert.deepEqual(lines, [
      "NEXT_PUBLIC_API_URL has an effect where the server reads it at run time; what browsers get was put into the image when that was built.",
    ]);
  });

  for (const chart of ["todo-backend", "todo-frontend"] as const) {
    it(`NOTES of ${chart} name no test where there is none`, async () => {
      assert.match(await notes(chart, least[chart]), /\n\nCheck it: {2}helm test --namespace todo-test /);
      assert.doesNotMatch(await notes(chart, { ...least[chart], test: { enabled: false } }), /helm test|\n\n$/);
    });
  }
});
