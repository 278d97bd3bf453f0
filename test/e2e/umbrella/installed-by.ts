// The umbrella chart as somebody installs it who has Helm and nothing else of this project, in a namespace of its own.
import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import * as api from "../api.ts";
import { claim, unclaim } from "../claims.ts";
import { command, until } from "../cluster.ts";
import { Callers } from "../knock.ts";

const namespace = "todo-umbrella-test";
const root = resolve(import.meta.dirname, "../../..");
const kubectl = (...args: string[]) =>
  command("kubectl", "--context", "todo-on-minikube", "--namespace", namespace, ...args);
const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("hex");

/** Calls `use` with the address of a Service on this machine. */
async function forwarded<T>(service: string, use: (url: string) => Promise<T>): Promise<T> {
  const args = [
    "--context",
    "todo-on-minikube",
    "--namespace",
    namespace,
    "port-forward",
    `service/${service}`,
    ":http",
  ];
  const child = spawn("kubectl", args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    const port = await until("kubectl port-forward", async () => said.match(/127\.0\.0\.1:(\d+)/)?.[1]);
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    child.kill();
  }
}

/** Titles of the todos that the page's server answers with. */
const titles = () => forwarded("todo-todo-frontend", (url) => until("the list of todos", () => api.titles(url)));

const addTodo = (title: string) => forwarded("todo-todo-frontend", (url) => api.addTodo(url, title));

/** @param binary helm, of whatever version */
export function installedBy(binary: string): void {
  describe(`todo-app, installed by ${binary}`, function () {
    this.timeout(600_000);
    const helm = (...args: string[]) =>
      command(binary, "--kube-context", "todo-on-minikube", "--namespace", namespace, ...args);
    const upgrade = (...args: string[]) =>
      helm("upgrade", "todo", chart, "--reset-then-reuse-values", "--wait", "--timeout", "180s", ...args);
    const migrated = (revision: number) =>
      kubectl("wait", "--for=condition=complete", `job/todo-todo-backend-migration-${revision}`, "--timeout=120s");
    const passwords = [random(), random()];
    const others = [random(), random()];
    let folder: string;
    let chart: string;

    before(() => {
      claim(namespace);
      // A copy: what --dependency-update packs stays out of the checkout, and is never what an earlier run has packed.
      folder = mkdtempSync(join(tmpdir(), "todo-app-"));
      cpSync(join(root, "helm"), join(folder, "helm"), { recursive: true });
      chart = join(folder, "helm", "todo-app");
      rmSync(join(chart, "charts"), { recursive: true, force: true });
      const { config } = parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8"));
      const few = { resources: { requests: { cpu: "50m", memory: "128Mi" } } };
      const values = {
        global: { origin: "http://localhost:3000" },
        "todo-backend": { image: config["todo:backend"].image, ...few },
        "todo-frontend": { image: config["todo:frontend"].image, ...few },
      };
      writeFileSync(join(folder, "values.yaml"), stringify(values));
    });

    after(() => {
      if (!folder) return;
      unclaim(namespace);
      rmSync(folder, { recursive: true });
    });

    it("is ready after one command, under the restricted Pod Security Standard", () => {
      kubectl("create", "namespace", namespace);
      kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
      const args = ["--dependency-update", "--values", join(folder, "values.yaml"), "--wait", "--timeout", "180s"];
      // The commands that helm names are run as they stand, but for the values.
      const refused = () => {
        const flags = ["--kube-context", "todo-on-minikube", "--namespace", namespace];
        const { status, stderr } = spawnSync(binary, ["install", "todo", chart, ...args, ...flags], {
          encoding: "utf8",
        });
        assert.equal(status, 1, "it was installed without its Secret");
        const [, found, line] = stderr.match(/, found (.*?); (?:make it|add what is missing) with: kubectl (.*)/) ?? [];
        assert.ok(line, stderr);
        return { found, line };
      };
      const run = (line: string, given: Record<string, string>) => {
        const random = "$(openssl rand -hex 32)";
        const text = Object.entries(given).reduce(
          (all, [key, value]) =>
            all.replace(`${key}=${random}`, `${key}=${value}`).replace(`${key}: '${random}'`, `${key}: '${value}'`),
          line,
        );
        assert.ok(!text.includes("$("), text);
        command("sh", "-c", `kubectl --context todo-on-minikube ${text}`);
      };
      const none = refused();
      assert.equal(none.found, "no such Secret");
      run(none.line, { POSTGRES_PASSWORD: passwords[0], SECRET_KEY: others[0], AUTH_SECRET: others[1] });
      const remove = JSON.stringify([{ op: "remove", path: "/data/SECRET_KEY" }]);
      kubectl("patch", "secret", "todo-secrets", "--type=json", "--patch", remove);
      const one = refused();
      assert.equal(one.found, "it without SECRET_KEY");
      run(one.line, { SECRET_KEY: others[0] });
      assert.equal(helm("list", "--short").trim(), "", "a refused install leaves no release");
      const said = helm("install", "todo", chart, ...args);
      assert.match(said, /STATUS: deployed/);
      assert.doesNotMatch(said, /The pods wait for the Secret/);
      migrated(1);
    });

    it("passes the tests of all three charts", () => {
      const said = helm("test", "todo", "--timeout", "120s");
      assert.equal(said.match(/Phase: +Succeeded/g)?.length, 3, said);
    });

    it("lets in whom the policies name, and nobody else", async function () {
      const frontend = "deployment/todo-todo-frontend";
      const { repository, tag } = parse(readFileSync(join(folder, "values.yaml"), "utf8"))["todo-frontend"].image;
      const callers = new Callers(namespace, `${repository}:${tag}`);
      try {
        callers.add("stranger", {});
        if (!(await callers.enforced("pod/stranger"))) {
          (this.test as Mocha.Test).title += ": this cluster enforces no policy";
          this.skip();
        }
        // A migration by its labels: not the backend's, because its Service would send requests there.
        const labels = { "app.kubernetes.io/name": "todo-backend-migration", "app.kubernetes.io/instance": "todo" };
        callers.add("named", labels);
        const [page, api, database] = [
          ["frontend", 3000] as const,
          ["backend", 8000] as const,
          ["postgres", 5432] as const,
        ];
        const expected = [
          ["pod/stranger", page, "open"],
          ["pod/stranger", api, "closed"],
          ["pod/stranger", database, "closed"],
          ["pod/named", database, "open"],
          ["pod/named", page, "closed"],
          [frontend, api, "open"],
          [frontend, database, "closed"],
        ] as const;
        // A pod that is a moment old may not have been let in yet.
        const named = async () =>
          callers.knock("pod/named", "todo-todo-postgres", 5432) === "open" ? true : undefined;
        await until("the database to let the named pod in", named);
        const found = expected.map(([caller, [service, port]]) => callers.knock(caller, `todo-todo-${service}`, port));
        assert.deepEqual(
          expected.map(([caller, [service]], index) => `${caller} to ${service}: ${found[index]}`),
          expected.map(([caller, [service], state]) => `${caller} to ${service}: ${state}`),
        );
      } finally {
        callers.remove();
      }
    });

    it("keeps a todo over an upgrade, which migrates anew", async () => {
      await addTodo("kept");
      upgrade("--set-string", "todo-backend.env.POOL_SIZE=6");
      migrated(2);
      assert.deepEqual(await titles(), ["kept"]);
      const jobs = kubectl("get", "jobs", "--output", "name").trim();
      assert.equal(jobs, "job.batch/todo-todo-backend-migration-2");
    });

    it("takes over a rotated password, and the database refuses the old one", async () => {
      const patch = JSON.stringify({ stringData: { POSTGRES_PASSWORD: passwords[1] } });
      kubectl("patch", "secret", "todo-secrets", "--type=merge", "--patch", patch);
      upgrade("--set-string", "global.secretChecksum=rotated");
      migrated(3);
      await addTodo("after the rotation");
      assert.deepEqual(await titles(), ["kept", "after the rotation"]);
      const connect = (password: string) => {
        // By the pod's own address: the official image trusts whoever comes from 127.0.0.1.
        const line = 'PGPASSWORD="$0" psql -w -h "$(hostname -i)" -U todo -d todo -Atc "SELECT 1"';
        const args = ["exec", "todo-todo-postgres-0", "--", "sh", "-c", line, password];
        return spawnSync("kubectl", ["--context", "todo-on-minikube", "--namespace", namespace, ...args], {
          encoding: "utf8",
        });
      };
      assert.equal(connect(passwords[1]).stdout, "1\n");
      assert.match(connect(passwords[0]).stderr, /password authentication failed for user "todo"/);
    });

    it("has no secret's value in its record, its objects, its events or its logs", async () => {
      // A pod that is replaced stays in the list until it has stopped, and its logs go with it.
      const pods = await until("the replaced pods to be gone", async () => {
        const { items } = JSON.parse(kubectl("get", "pods", "--output", "json"));
        type Pod = { metadata: { name: string; deletionTimestamp?: string } };
        const leaving = items.some(({ metadata }: Pod) => metadata.deletionTimestamp);
        return leaving ? undefined : items.map(({ metadata }: Pod) => `pod/${metadata.name}`);
      });
      const places = [
        helm("get", "all", "todo"),
        kubectl("get", "pods,deployments,statefulsets,jobs,events", "--output", "yaml"),
        ...pods.map((pod: string) => kubectl("logs", pod, "--all-containers")),
      ];
      for (const secret of [...passwords, ...others]) {
        assert.deepEqual(
          places.filter((text) => text.includes(secret)),
          [],
        );
      }
    });

    it("leaves nothing but the data and the Secret when it is uninstalled", () => {
      // Without it Helm waits for a Deployment to be gone, and not for its pods.
      helm("uninstall", "todo", "--wait", "--cascade", "foreground");
      // The tests' pods are hooks, which Helm leaves where they are.
      const left = kubectl("get", "all,persistentvolumeclaims,secrets,networkpolicies", "--output", "name").trim();
      assert.deepEqual(left.split("\n").sort(), [
        "persistentvolumeclaim/data-todo-todo-postgres-0",
        "pod/todo-todo-backend-test",
        "pod/todo-todo-frontend-test",
        "pod/todo-todo-postgres-test",
        "secret/todo-secrets",
      ]);
    });
  });
}
