// What holds for every pod of every chart, those of hooks and tests included.
// Not proved here: that the images run like this (read-only, as this user), that a probe's path exists, that a Secret does.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { variablesOf } from "../support/variables.ts";
import {
  type Chart,
  charts,
  type KubernetesObject,
  one,
  type Pod,
  podsOf,
  refusal,
  render,
  serviceCharts,
  type Values,
} from "./render.ts";
import { digest, everything, least } from "./values.ts";

const quantity = { cpu: /^\d+m$/, memory: /^\d+[MG]i$/ };
const workloadOf = (objects: KubernetesObject[]) =>
  objects.find(({ kind }) => kind === "Deployment" || kind === "StatefulSet") as KubernetesObject;
const containerOf = (pod: Pod) => {
  assert.equal(pod.spec.containers.length, 1, pod.name);
  return pod.spec.containers[0];
};
/** The pod's own container, and what runs before it. */
const containersOf = (pod: Pod) => [...(pod.spec.initContainers ?? []), containerOf(pod)];
/** On different nodes, where there are several; the one pod of a database has no others. */
const apart = ({ kind, spec }: KubernetesObject) => {
  if (kind !== "Deployment") return undefined;
  const podAffinityTerm = { topologyKey: "kubernetes.io/hostname", labelSelector: spec.selector };
  return { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] } };
};
const podNames: Record<string, string[]> = {
  "todo-postgres": ["StatefulSet", "Pod"],
  "todo-backend": ["Deployment", "Pod", "Job"],
  "todo-frontend": ["Deployment", "Pod"],
  // It has no port unless it is told one, and so nothing that could be asked.
  service: ["Deployment"],
};

for (const chart of charts) {
  for (const [label, values] of [
    ["least", least[chart]],
    ["everything", everything[chart]],
  ] as [string, Values][]) {
    describe(`pods of ${chart}, ${label}`, () => {
      let objects: KubernetesObject[];
      let pods: Pod[];
      before(async () => {
        objects = await render(chart, values);
        pods = podsOf(objects);
      });

      it("are all looked at", () => {
        const more: Record<string, string[]> = { service: ["Pod"], "todo-postgres": ["CronJob"] };
        const names = [...podNames[chart], ...((label === "everything" && more[chart]) || [])];
        assert.deepEqual(pods.map(({ name }) => name.split(" ")[0]).sort(), names.toSorted());
      });

      it("have requests and limits for CPU and memory", () => {
        for (const pod of pods) {
          for (const { resources } of containersOf(pod)) {
            for (const map of [resources?.requests ?? {}, resources?.limits ?? {}]) {
              assert.deepEqual(Object.keys(map).sort(), ["cpu", "memory"], pod.name);
              assert.match(map.cpu, quantity.cpu, pod.name);
              assert.match(map.memory, quantity.memory, pod.name);
            }
          }
        }
      });

      it("keep to the restricted Pod Security Standard and write to no image layer", () => {
        const user = chart === "todo-postgres" ? 999 : 10001;
        const group = chart === "todo-postgres" ? { fsGroup: 999, fsGroupChangePolicy: "OnRootMismatch" } : {};
        for (const pod of pods) {
          const seccompProfile = { type: "RuntimeDefault" };
          assert.deepEqual(
            pod.spec.securityContext,
            { runAsNonRoot: true, runAsUser: user, runAsGroup: user, ...group, seccompProfile },
            pod.name,
          );
          const expected = {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          };
          for (const container of containersOf(pod)) {
            assert.deepEqual(container.securityContext, expected, `${pod.name} ${container.name}`);
          }
          for (const field of ["hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace"]) {
            assert.equal(pod.spec[field], undefined, `${pod.name} ${field}`);
          }
          for (const { name, emptyDir, ...rest } of pod.spec.volumes ?? []) {
            assert.deepEqual(Object.keys(rest), emptyDir ? [] : ["persistentVolumeClaim"], `${pod.name} ${name}`);
            if (emptyDir) assert.match(emptyDir.sizeLimit, /^\d+Mi$/);
          }
          const ports = containersOf(pod).flatMap((container) => container.ports ?? []);
          assert.ok(ports.every((port: { hostPort?: number }) => port.hostPort === undefined));
        }
      });

      it("have their own ServiceAccount, no token and no service links", () => {
        const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
        assert.ok(accounts.every((account) => account.automountServiceAccountToken === false));
        for (const pod of pods) {
          assert.equal(pod.spec.automountServiceAccountToken, false, pod.name);
          assert.equal(pod.spec.enableServiceLinks, false, pod.name);
          assert.ok(
            accounts.some(({ metadata }) => metadata.name === pod.spec.serviceAccountName),
            pod.name,
          );
        }
      });

      it("of hooks that come before the release use an account that comes before it too", () => {
        for (const job of objects.filter(({ kind }) => kind === "Job")) {
          const account = objects.find(
            ({ kind, metadata }) =>
              kind === "ServiceAccount" && metadata.name === job.spec.template.spec.serviceAccountName,
          );
          const weight = (object?: KubernetesObject) => Number(object?.metadata.annotations?.["helm.sh/hook-weight"]);
          assert.equal(account?.metadata.annotations["helm.sh/hook"], job.metadata.annotations["helm.sh/hook"]);
          assert.ok(weight(account) < weight(job));
        }
      });

      it("run one image, at a fixed tag, with its digest where there is one", () => {
        const images = new Set(pods.map((pod) => containerOf(pod).image));
        const tagged = chart === "todo-postgres" ? "docker.io/library/postgres:17" : `localhost/${chart}:0123456789ab`;
        assert.deepEqual([...images], [label === "everything" ? `${tagged}@${digest}` : tagged]);
        assert.ok(pods.every((pod) => containerOf(pod).imagePullPolicy === "IfNotPresent"));
      });

      it("get secrets by secretKeyRef alone, from the Secret that was named, and nothing from a file", () => {
        for (const pod of pods) {
          for (const { name, value, valueFrom } of containersOf(pod).flatMap((each) => variablesOf(objects, each))) {
            if (valueFrom === undefined) {
              assert.equal(typeof value, "string", `${pod.name} ${name}`);
              assert.doesNotMatch(name, /SECRET|PASSWORD|API_KEY|DATABASE_URL/, pod.name);
            } else {
              assert.deepEqual(Object.keys(valueFrom), ["secretKeyRef"]);
              assert.equal(valueFrom.secretKeyRef?.name, `${chart}-secrets`);
            }
          }
        }
        assert.ok(!objects.some(({ kind }) => kind === "Secret"));
      });

      it("are selected by the Service only where they serve", function () {
        if (chart === "service" && label === "least") this.skip();
        const selector = Object.entries(one(objects, "Service").spec.selector);
        const selected = pods.filter(({ metadata }) =>
          selector.every(([label, value]) => metadata.labels[label] === value),
        );
        const workload = workloadOf(objects);
        assert.deepEqual(
          selected.map(({ name }) => name),
          [`${workload.kind} ${workload.metadata.name}`],
        );
        assert.deepEqual(workload.spec.selector.matchLabels, Object.fromEntries(selector));
      });

      it("carry no label that changes with the chart's version", () => {
        const own = label === "everything" ? { team: "todo" } : {};
        const { matchLabels } = workloadOf(objects).spec.selector;
        assert.deepEqual(workloadOf(objects).spec.template.metadata.labels, { ...matchLabels, ...own });
      });

      it("have one port: container, Service and probes agree by its name", function () {
        if (chart === "service" && label === "least") this.skip();
        const [name, number, port = number] = {
          "todo-postgres": ["postgres", 5432],
          "todo-backend": ["http", 8000],
          "todo-frontend": ["http", 3000],
          service: ["http", 9000, 80],
        }[chart];
        const container = workloadOf(objects).spec.template.spec.containers[0];
        const metrics = { name: "metrics", containerPort: 9464, protocol: "TCP" };
        assert.deepEqual(container.ports, [
          { name, containerPort: number, protocol: "TCP" },
          ...(values.metrics ? [metrics] : []),
        ]);
        const ports = one(objects, "Service").spec.ports.map(({ nodePort, ...rest }: { nodePort?: number }) => rest);
        assert.deepEqual(ports, [{ name, port, targetPort: name, protocol: "TCP" }]);
      });

      it("carry the checksum of their secrets where there is one", () => {
        const checksum = label === "everything" ? { "checksum/secrets": "c0ffee" } : {};
        const own = label === "everything" ? { "example.com/scrape": "yes" } : {};
        const { annotations = {} } = workloadOf(objects).spec.template.metadata;
        const others = Object.entries(annotations).filter(([name]) => !name.startsWith("prometheus.io/"));
        assert.deepEqual(Object.fromEntries(others), { ...checksum, ...own });
      });

      it("are scheduled where the values say", () => {
        for (const pod of pods) {
          assert.deepEqual(pod.spec.nodeSelector, values.nodeSelector, pod.name);
          assert.deepEqual(pod.spec.tolerations, values.tolerations, pod.name);
          assert.deepEqual(pod.spec.imagePullSecrets, values.imagePullSecrets, pod.name);
        }
        const { affinity, topologySpreadConstraints } = workloadOf(objects).spec.template.spec;
        assert.deepEqual(
          { affinity, topologySpreadConstraints },
          {
            affinity: values.affinity ?? apart(workloadOf(objects)),
            topologySpreadConstraints: values.topologySpreadConstraints,
          },
        );
      });
    });
  }
}

describe("probes", () => {
  const http = (path: string) => ({ httpGet: { path, port: "http" } });
  const times = (periodSeconds: number, timeoutSeconds: number, failureThreshold: number) => ({
    initialDelaySeconds: 0,
    periodSeconds,
    timeoutSeconds,
    failureThreshold,
  });

  it("of the backend: liveness never asks the database, readiness does", async () => {
    const { startupProbe, livenessProbe, readinessProbe } = one(
      await render("todo-backend", least["todo-backend"]),
      "Deployment",
    ).spec.template.spec.containers[0];
    assert.deepEqual(startupProbe, { ...http("/health"), ...times(1, 5, 120) });
    assert.deepEqual(livenessProbe, { ...http("/health"), ...times(30, 10, 3) });
    assert.deepEqual(readinessProbe, { ...http("/ready"), ...times(10, 10, 3) });
  });

  it("of the frontend: the page", async () => {
    const { startupProbe, livenessProbe, readinessProbe } = one(
      await render("todo-frontend", least["todo-frontend"]),
      "Deployment",
    ).spec.template.spec.containers[0];
    assert.deepEqual(startupProbe, { ...http("/"), ...times(1, 5, 120) });
    assert.deepEqual(livenessProbe, { ...http("/"), ...times(30, 5, 3) });
    assert.deepEqual(readinessProbe, { ...http("/"), ...times(10, 5, 3) });
  });

  it("of PostgreSQL: over TCP, and readiness is a query", async () => {
    const { startupProbe, livenessProbe, readinessProbe } = one(
      await render("todo-postgres", least["todo-postgres"]),
      "StatefulSet",
    ).spec.template.spec.containers[0];
    const shell = (line: string) => ({ exec: { command: ["sh", "-c", line] } });
    const isReady = 'pg_isready -q -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"';
    // How the password gets to the server is proved in a cluster: test/e2e/umbrella.test.ts.
    const sync = [
      `${isReady} || exit 1`,
      `printf '%s\\n%s\\n' "$POSTGRES_PASSWORD" "$POSTGRES_PASSWORD" |`,
      `  psql -qX --no-password -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c '\\password' 2>&1`,
      "",
    ].join("\n");
    assert.deepEqual(startupProbe, { ...shell(sync), ...times(1, 5, 300) });
    assert.deepEqual(livenessProbe, { ...shell(`${isReady}; test $? -le 1`), ...times(30, 5, 3) });
    const query =
      'PGPASSWORD="$POSTGRES_PASSWORD" psql -qAt -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "SELECT 1"';
    assert.deepEqual(readinessProbe, { ...shell(query), ...times(10, 5, 3) });
    const left = await render("todo-postgres", { auth: { existingSecret: "s", syncPassword: false } });
    assert.deepEqual(
      one(left, "StatefulSet").spec.template.spec.containers[0].startupProbe.exec.command.at(-1),
      `exec ${isReady}`,
    );
  });

  it("have paths and times from the values", async () => {
    const probe = {
      path: "/api/health",
      initialDelaySeconds: 1,
      periodSeconds: 2,
      timeoutSeconds: 3,
      failureThreshold: 4,
    };
    const objects = await render("todo-backend", {
      ...least["todo-backend"],
      probes: { startup: probe, liveness: probe, readiness: probe },
    });
    const container = one(objects, "Deployment").spec.template.spec.containers[0];
    const { path, ...rest } = probe;
    for (const name of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      assert.deepEqual(container[name], { ...http(path), ...rest });
    }
    assert.equal(one(objects, "Pod").spec.containers[0].command.at(-1), "http://todo-backend-test:8000/api/health");
  });
});

describe("waiting for the database", () => {
  const job = { migration: { mode: "job" } };
  const on = { waitForDatabase: { enabled: true, host: "{{ .Release.Name }}-db" } };
  const initOf = async (values: Values) => {
    const objects = await render("todo-backend", { ...least["todo-backend"], ...values });
    return Object.fromEntries(
      podsOf(objects).map(({ name, spec }) => [name.split(" ")[0], spec.initContainers as Values[] | undefined]),
    );
  };

  it("is off by default", async () => {
    assert.deepEqual(await initOf(job), { Deployment: undefined, Pod: undefined, Job: undefined });
  });

  it("holds back the pods and the migration, or the migration alone", async () => {
    const [first, ...more] = (await initOf({ ...on, ...job })).Deployment ?? [];
    assert.deepEqual(more, []);
    const { command, ...rest } = first;
    assert.deepEqual(rest, {
      name: "wait-for-database",
      image: "docker.io/library/postgres:17",
      imagePullPolicy: "IfNotPresent",
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      env: [
        { name: "PGHOST", value: "todo-backend-test-db" },
        { name: "PGPORT", value: "5432" },
        { name: "PATIENCE", value: "300" },
      ],
      resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "250m", memory: "64Mi" } },
    });
    assert.deepEqual((command as string[]).slice(0, 2), ["sh", "-c"]);
    assert.deepEqual(await initOf({ ...on, ...job }), { Deployment: [first], Pod: undefined, Job: [first] });
    assert.deepEqual(await initOf(on), { Deployment: [first], Pod: undefined, Job: [first] });
    const alone = { waitForDatabase: { ...on.waitForDatabase, pods: "migration" } };
    assert.deepEqual(await initOf(alone), { Deployment: undefined, Pod: undefined, Job: [first] });
  });

  it("uses the image that todo-postgres runs", async () => {
    const { image } = one(await render("todo-postgres", least["todo-postgres"]), "StatefulSet").spec.template.spec
      .containers[0];
    assert.equal((await initOf(on)).Deployment?.[0].image, image);
  });

  /** Runs the script with a pg_isready that refuses `refusals` times. */
  const waits = async (refusals: number, patience: number, signal?: NodeJS.Signals) => {
    const folder = mkdtempSync(join(tmpdir(), "pg-"));
    try {
      const [sh, ...args] = one(await render("todo-backend", { ...least["todo-backend"], ...on }), "Deployment").spec
        .template.spec.initContainers[0].command;
      const stub = [
        "#!/bin/sh",
        `echo x >>"${folder}/asked"`,
        `if [ "$(wc -l <"${folder}/asked")" -gt ${refusals} ]; then echo "$PGHOST:$PGPORT - accepting connections"; exit; fi`,
        'echo "$PGHOST:$PGPORT - no response"',
        "exit 2",
      ];
      writeFileSync(join(folder, "pg_isready"), `${stub.join("\n")}\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}`, PGHOST: "db", PGPORT: "5432", PATIENCE: String(patience) };
      const child = spawn(sh, args, { env, stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk;
        if (signal) child.kill(signal);
      });
      const code = await new Promise((done) => child.on("close", done));
      return { code, said };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it("ends as soon as connections are accepted", async () => {
    const first = await waits(0, 9);
    assert.equal(first.code, 0);
    assert.match(first.said, /^db:5432 - accepting connections after \d s\n$/);
    const { code, said } = await waits(2, 9);
    assert.equal(code, 0);
    assert.match(
      said,
      /^waiting for the database, 0 of 9 s: db:5432 - no response\ndb:5432 - accepting connections after \d s\n$/,
    );
  });

  it("gives up with a sentence when its patience is over", async () => {
    const { code, said } = await waits(99, 1);
    assert.equal(code, 1);
    const last = "db:5432 - no response; see whether the database runs and lets this pod in\n";
    assert.match(said, new RegExp(`no response\ngave up after \\d s: ${last}$`));
  });

  it("ends at once when its pod is deleted", async () => {
    assert.deepEqual((await waits(99, 60, "SIGTERM")).code, 143);
  });

  it("is refused without a host", async () => {
    const text = await refusal("todo-backend", { ...least["todo-backend"], waitForDatabase: { enabled: true } });
    const expected = "at '/waitForDatabase/host': value must be 'a host name when waitForDatabase.enabled'";
    assert.ok(text?.includes(expected), text);
  });
});

it("the two services ask for what their contract says", async () => {
  const amounts = { "todo-backend": ["250m/256Mi", "500m/1Gi"], "todo-frontend": ["100m/128Mi", "250m/512Mi"] };
  for (const [chart, expected] of Object.entries(amounts) as [Chart, string[]][]) {
    const { requests, limits } = one(await render(chart, least[chart]), "Deployment").spec.template.spec.containers[0]
      .resources;
    assert.deepEqual(
      [requests, limits].map(({ cpu, memory }) => `${cpu}/${memory}`),
      expected,
      chart,
    );
  }
});

describe("the test's pod", () => {
  for (const [chart, tool, port, path] of [
    ["todo-backend", "python", 8000, "/ready"],
    ["todo-frontend", "node", 3000, "/"],
    ["service", "sh", 9000, "/"],
  ] as const) {
    it(`of ${chart} runs the chart's script or a command of the image's own, with the address behind it`, async () => {
      const commandWith = async (test: Values) =>
        one(await render(chart, { ...least[chart], containerPort: port, test }), "Pod").spec.containers[0].command;
      const address = `http://${chart}-test:${port}${path}`;
      const [program, ...rest] = await commandWith({ command: [] });
      assert.equal(program, tool);
      assert.equal(rest.at(-1), address);
      assert.deepEqual(await commandWith({ command: ["sh", "-c", 'curl "$0"'] }), ["sh", "-c", 'curl "$0"', address]);
    });
  }
});

describe("environment of the backend", () => {
  const secret = (key: string, optional = {}) => ({
    valueFrom: { secretKeyRef: { name: "todo-backend-secrets", key, ...optional } },
  });
  const backend = least["todo-backend"];

  it("is the secrets, then the map, which may refer to them, inline in the hook; only OPENAI_API_KEY may be missing", async () => {
    const objects = await render("todo-backend", { ...backend, env: { POOL_SIZE: "2", BACKEND_ENV: "test" } });
    const secrets = [
      { name: "AUTH_SECRET", ...secret("AUTH_SECRET") },
      { name: "DATABASE_URL", ...secret("DATABASE_URL") },
      { name: "OPENAI_API_KEY", ...secret("OPENAI_API_KEY", { optional: true }) },
      { name: "SECRET_KEY", ...secret("SECRET_KEY") },
    ];
    const others = [
      { name: "BACKEND_ENV", value: "test" },
      { name: "POOL_SIZE", value: "2" },
    ];
    const [application] = one(objects, "Deployment").spec.template.spec.containers;
    assert.deepEqual(application.env, secrets);
    assert.deepEqual(variablesOf(objects, application), [...others, ...secrets]);
    const [hook] = one(objects, "Job").spec.template.spec.containers;
    assert.deepEqual([hook.env, hook.envFrom], [[...secrets, ...others], undefined]);
    assert.equal(one(objects, "Pod").spec.containers[0].env, undefined, "the test pod needs no secret");
  });

  it("can be another image's: other names, other keys, defaults dropped with null or an empty text", async () => {
    const keys = { DATABASE_URL: null, SECRET_KEY: null, AUTH_SECRET: "", OPENAI_API_KEY: "", DB_DSN: "dsn" };
    const objects = await render("todo-backend", {
      ...backend,
      secrets: { existingSecret: "todo-backend-secrets", keys, optional: [] },
    });
    for (const kind of ["Deployment", "Job"]) {
      assert.deepEqual(one(objects, kind).spec.template.spec.containers[0].env, [{ name: "DB_DSN", ...secret("dsn") }]);
    }
  });

  it("may hold a password that Kubernetes puts in: the variable it names comes first", async () => {
    const DATABASE_URL = "postgresql+asyncpg://todo:$(POSTGRES_PASSWORD)@db:5432/todo";
    const keys = {
      DATABASE_URL: null,
      SECRET_KEY: null,
      AUTH_SECRET: null,
      OPENAI_API_KEY: null,
      POSTGRES_PASSWORD: "pw",
    };
    const values = { ...backend, env: { DATABASE_URL }, secrets: { existingSecret: "todo-backend-secrets", keys } };
    const objects = await render("todo-backend", values);
    for (const kind of ["Deployment", "Job"]) {
      assert.deepEqual(one(objects, kind).spec.template.spec.containers[0].env, [
        { name: "POSTGRES_PASSWORD", ...secret("pw") },
        { name: "DATABASE_URL", value: DATABASE_URL },
      ]);
    }
  });

  it("refuses a $(NAME) that Kubernetes would leave as it stands", async () => {
    const expected =
      "env.DB: $(PGPASSWORD) names no variable of secrets.keys; for the text itself write $$(PGPASSWORD)";
    const text = await refusal("todo-backend", { ...backend, env: { DB: "postgresql://u:$(PGPASSWORD)@h/d" } });
    assert.ok(text?.includes(expected), text);
    const env = { A: "a", B: "$(A) $(SECRET_KEY) $$(PGPASSWORD) $(a b) $C" };
    assert.equal(await refusal("todo-backend", { ...backend, env }), undefined);
  });
});

const textsOf = (objects: KubernetesObject[]) =>
  variablesOf(objects, one(objects, "Deployment").spec.template.spec.containers[0]).map(
    ({ name, value }) => [name, value] as const,
  );

/** What whoever passes on a text that is no template has to do with it: `{{` is all that a template begins with. */
const escaped = (text: string) => text.replaceAll("{{", '{{ "{{" }}');

for (const chart of serviceCharts) {
  const rendered = async (env: Values, global = {}) =>
    Object.fromEntries(textsOf(await render(chart, { ...least[chart], env, global })).filter(([name]) => name in env));

  describe(`values of ${chart} that are templates`, () => {
    it("refer to the release and to what charts share", async () => {
      const env = {
        A: "http://{{ .Release.Name }}-x.{{ .Release.Namespace }}",
        B: "{{ .Values.global.origin | quote }}",
      };
      assert.deepEqual(await rendered(env, { origin: "http://a" }), {
        A: `http://${chart}-test-x.todo-test`,
        B: '"http://a"',
      });
    });

    it("leave text alone, and escaped braces arrive as they were", async () => {
      const plain = { A: "true", B: "0x10", C: 'a "quoted": }} {word}\nline', D: "", E: " {%}\t\\ " };
      assert.deepEqual(await rendered(plain), plain);
      const texts = [
        "{{",
        "{{{",
        "{{{{{",
        "{{}}",
        "{{ word }}",
        "a {{- /* b */ -}} c",
        '{{ "{{" }}',
        "{ {{`x`}} }\n{{",
      ];
      const env = Object.fromEntries(texts.map((text, index) => [`T${index}`, text]));
      const passedOn = Object.fromEntries(Object.entries(env).map(([name, text]) => [name, escaped(text)]));
      assert.deepEqual(await rendered(passedOn), env);
    });

    const mistakes: [string, string, string][] = [
      ["not closed", "http://{{ .Release.Name", 'cannot parse template "{{/* env.API */}}http://{{ .Release.Name": '],
      ["no such function", "{{ word }}", 'function "word" not defined'],
      ["too deep", "{{ .Values.gobal.origin }}", 'for "{{/* env.API */}}{{ .Values.gobal.origin }}": '],
      [
        "empty",
        "{{ .Values.global.orign }}",
        "env.API: its template gives an empty text; a key it refers to may be misspelt",
      ],
    ];
    for (const [label, API, expected] of mistakes) {
      it(`are refused, with the value's key: ${label}`, async () => {
        const text = await refusal(chart, { ...least[chart], env: { API }, global: { origin: "http://a" } });
        assert.ok(text?.includes(expected), text);
      });
    }
  });
}

it("a template may name the Secret, its checksum, the peers of a NetworkPolicy and the Ingress's host", async () => {
  const global = { secret: "shared", checksum: "c1", host: "todo.example.com" };
  const existingSecret = "{{ .Values.global.secret }}";
  const checksum = "{{ .Values.global.checksum }}";
  const peer = { app: "{{ .Release.Name }}-x" };
  const networkPolicy = { enabled: true, allowFrom: [peer] };
  const [postgres, backend, frontend] = await Promise.all([
    render("todo-postgres", { global, auth: { existingSecret, checksum }, networkPolicy }),
    render("todo-backend", {
      ...least["todo-backend"],
      global,
      secrets: { existingSecret, checksum },
      networkPolicy: { ...networkPolicy, allowTo: [{ matchLabels: peer, port: 5432 }] },
    }),
    render("todo-frontend", {
      ...least["todo-frontend"],
      global,
      networkPolicy: { ...networkPolicy, allowTo: [{ matchLabels: peer, port: 8000 }] },
      ingress: { enabled: true, host: "{{ .Values.global.host }}", tls: { secretName: "tls" } },
    }),
  ]);
  for (const objects of [postgres, backend]) {
    assert.deepEqual(workloadOf(objects).spec.template.metadata.annotations, { "checksum/secrets": "c1" });
    const references = podsOf(objects).flatMap((pod) => containerOf(pod).env ?? []);
    const named = references.flatMap(({ valueFrom }: { valueFrom?: { secretKeyRef: { name: string } } }) =>
      valueFrom ? [valueFrom.secretKeyRef.name] : [],
    );
    assert.deepEqual([...new Set(named)], ["shared"]);
  }
  for (const [name, objects] of Object.entries({ postgres, backend, frontend })) {
    const { ingress, egress = [] } = one(objects, "NetworkPolicy").spec;
    assert.deepEqual(ingress[0].from[1].podSelector.matchLabels, { app: `todo-${name}-test-x` });
    const to = egress.flatMap((rule: { to?: unknown[] }) => rule.to ?? []);
    assert.deepEqual(to, name === "postgres" ? [] : [{ podSelector: { matchLabels: { app: `todo-${name}-test-x` } } }]);
  }
  const { rules, tls } = one(frontend, "Ingress").spec;
  assert.deepEqual([rules[0].host, tls[0].hosts], [global.host, [global.host]]);
});

it("the migration can start together with the pods, with their ServiceAccount, and is tried again", async () => {
  const migration = { mode: "job", backoffLimit: 6, activeDeadlineSeconds: 600 };
  const objects = await render("todo-backend", { ...least["todo-backend"], migration });
  const { metadata, spec } = one(objects, "Job");
  assert.equal(metadata.annotations, undefined, "not a hook");
  assert.equal(spec.template.spec.serviceAccountName, one(objects, "ServiceAccount").metadata.name);
  assert.deepEqual([spec.backoffLimit, spec.activeDeadlineSeconds], [6, 600]);
  assert.equal(spec.ttlSecondsAfterFinished, undefined, "Helm may be waiting for it");
  const names = (of: KubernetesObject) =>
    variablesOf(objects, of.spec.template.spec.containers[0]).map(({ name }) => name);
  assert.deepEqual(names(one(objects, "Job")).sort(), names(one(objects, "Deployment")).sort());
});

it("the migration runs what the values say, fails for good and before Helm's own timeout", async () => {
  const { spec } = one(await render("todo-backend", least["todo-backend"]), "Job");
  assert.deepEqual(spec.template.spec.containers[0].command, ["python", "-m", "todo_backend.migrate"]);
  assert.equal(spec.template.spec.restartPolicy, "Never");
  assert.equal(spec.backoffLimit, 1);
  assert.ok(spec.activeDeadlineSeconds + spec.template.spec.terminationGracePeriodSeconds < 300);
  assert.equal(spec.ttlSecondsAfterFinished, undefined, "a failed Job stays as evidence");
});

it("PostgreSQL: one replica, its data on a claim, a fast shutdown", async () => {
  const objects = await render("todo-postgres", least["todo-postgres"]);
  const { replicas, serviceName, podManagementPolicy, volumeClaimTemplates, template } = one(
    objects,
    "StatefulSet",
  ).spec;
  assert.deepEqual(
    { replicas, serviceName, podManagementPolicy },
    { replicas: 1, serviceName: "todo-postgres-test", podManagementPolicy: "Parallel" },
  );
  const labels = one(objects, "Service").spec.selector;
  assert.deepEqual(volumeClaimTemplates, [
    {
      metadata: { name: "data", labels },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    },
  ]);
  const [container] = template.spec.containers;
  assert.deepEqual(container.volumeMounts, [
    { name: "data", mountPath: "/var/lib/postgresql/data" },
    { name: "run", mountPath: "/var/run/postgresql" },
    { name: "tmp", mountPath: "/tmp" },
  ]);
  assert.equal(
    container.env.find(({ name }: { name: string }) => name === "PGDATA").value,
    "/var/lib/postgresql/data/pgdata",
  );
  assert.deepEqual(container.lifecycle, { preStop: { exec: { command: ["sh", "-c", "kill -INT 1"] } } });
  assert.equal(template.spec.terminationGracePeriodSeconds, 120);
});
