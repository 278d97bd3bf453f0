// The umbrella chart as somebody installs it who has Helm and nothing else of this project, with Helm 3 and with Helm 4,
// in a namespace of its own. Expects the images that `make up` loads.
// Does not prove: an Ingress, the official postgres image where the cluster's own stands in for it; nor, where the cluster
// enforces no policy (a stock Minikube), that the policies keep anybody out: that test is skipped there and says so.
import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { claim, unclaim } from "./claims";
import { command, until } from "./cluster";
import { Callers } from "./knock";

const namespace = "todo-umbrella-test";
const root = resolve(__dirname, "../..");
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
const titles = () =>
  forwarded("todo-todo-frontend", (url) =>
    until("the list of todos", async () => {
      const response = await fetch(`${url}/api/todos`);
      return response.ok ? ((await response.json()) as { title: string }[]).map(({ title }) => title) : undefined;
    }),
  );

const addTodo = (title: string) =>
  forwarded("todo-todo-frontend", async (url) => {
    const session = await fetch(`${url}/api/session`);
    const { csrf_token } = (await session.json()) as { csrf_token: string };
    const cookie = session.headers.getSetCookie().map((each) => each.split(";")[0]);
    const answer = await fetch(`${url}/api/todos`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": csrf_token, cookie: cookie.join("; ") },
      body: JSON.stringify({ title }),
    });
    assert.equal(answer.status, 201, await answer.text());
  });

for (const binary of ["helm", "helm4"]) {
  describe(`todo-app, installed by ${binary}`, function () {
    this.timeout(300_000);
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
      unclaim(namespace);
      rmSync(folder, { recursive: true });
    });

    it("is ready after one command, under the restricted Pod Security Standard", () => {
      kubectl("create", "namespace", namespace);
      kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
      const literals = [`POSTGRES_PASSWORD=${passwords[0]}`, `SECRET_KEY=${others[0]}`, `AUTH_SECRET=${others[1]}`].map(
        (literal) => `--from-literal=${literal}`,
      );
      kubectl("create", "secret", "generic", "todo-secrets", ...literals);
      const args = ["--dependency-update", "--values", join(folder, "values.yaml"), "--wait", "--timeout", "180s"];
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
