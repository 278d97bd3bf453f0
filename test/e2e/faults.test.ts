// Faults from outside, one at a time, and what comes of each: the title says what was promised. `make faults` writes the table.
// Does not prove: two faults at once; a disk that is full on the node itself; causes of pods that do not start (causes.test.ts).
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { command, type Place, until } from "./cluster.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "faulty";
const namespace = `todo-${stack}`;
const [BACKEND, FRONTEND, POSTGRES] = ["backend", "frontend", "postgres"].map((name) => `todo-${name}-${stack}`);
const NODE = "todo-on-minikube";
/** A volume that is soon full. */
const SMALL = "/mnt/todo-faulty";

/** In seconds; what a person waits for an answer. */
const PATIENCE = 15;

/** In the page's pod: lists the todos, or adds one, in a session of its own. */
const CALL = `
const [title] = process.argv.slice(1);
const began = Date.now();
const ask = (path, options = {}) => fetch("http://127.0.0.1:3000/api/" + path, { signal: AbortSignal.timeout(60000), ...options });
const add = async () => {
  const opened = await ask("session");
  if (!opened.ok) return opened;
  const cookie = opened.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ");
  const { csrf_token } = await opened.json();
  const headers = { cookie, "content-type": "application/json", "x-csrf-token": csrf_token };
  return ask("todos", { method: "POST", headers, body: JSON.stringify({ title }) });
};
(title ? add() : ask("todos")).then(async (r) => [r.status, await r.text()], (e) => [0, String(e)]).then(([status, text]) =>
  console.log(JSON.stringify({ status, text, seconds: (Date.now() - began) / 1000 })));
`;

describe("when", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let place: Place;
  const up = () => own.up();
  const isWell = () => own.isWell();

  /** A browser's call of the page's own API, and how long it took; status 0 where nothing answered. */
  const call = (title?: string): { status: number; text: string; seconds: number } => {
    const said = place.kubectl("exec", `deployment/${FRONTEND}`, "--", "node", "-e", CALL, title ?? "");
    return JSON.parse(said);
  };
  const answers = (status: number, title?: string) =>
    until(`the page's API to answer ${status}`, async () => call(title).status === status || undefined);
  const inNode = (script: string) => command("docker", "exec", NODE, "sh", "-c", script);

  before(async () => {
    own = new OwnEnvironment(stack, (config) =>
      config.setIn(["config", "todo:cluster", "storageClass"], "todo-faulty"),
    );
    ({ place } = own);
    // What a run has left that was killed.
    const gone = ["persistentvolume", "todo-faulty", "--ignore-not-found"];
    place.run("", "kubectl", "--context", NODE, "delete", ...gone);
    inNode(
      `umount -l ${SMALL} 2>/dev/null; mkdir -p ${SMALL} && mount -t tmpfs -o size=160m,mode=0777 todo-faulty ${SMALL}`,
    );
    const volume = [
      {
        ...{ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "todo-faulty" } },
        ...{ provisioner: "kubernetes.io/no-provisioner", volumeBindingMode: "WaitForFirstConsumer" },
      },
      {
        ...{ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "todo-faulty" } },
        spec: {
          ...{ capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "todo-faulty" },
          ...{ hostPath: { path: SMALL }, persistentVolumeReclaimPolicy: "Retain" },
        },
      },
    ];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: volume });
    place.run(list, "kubectl", "--context", NODE, "apply", "-f", "-");
    up();
    await answers(201, "kept");
  });
  after(() => {
    if (!own) return;
    own.end();
    for (const kind of ["persistentvolume", "storageclass"])
      command("kubectl", "--context", NODE, "delete", kind, "todo-faulty", "--ignore-not-found");
    inNode(`umount -l ${SMALL}; rmdir ${SMALL}`);
  });

  it("the API server restarts while an update waits: the update goes on, and ends well", async () => {
    own.set("backend.env.E2E", "restart");
    const update = spawn("pulumi", ["up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive"], {
      ...{ cwd: place.folder, env: { ...process.env, ...place.env }, stdio: ["ignore", "pipe", "pipe"] },
    });
    let said = "";
    for (const stream of [update.stdout, update.stderr]) stream.on("data", (text) => (said += text));
    const ended = new Promise<number | null>((done) => update.on("exit", done));
    await until(
      "the update to wait for the backend",
      async () => /todo-backend.*ready|pods ready/.test(said) || undefined,
    );
    inNode("crictl stop --timeout 0 $(crictl ps --name kube-apiserver --quiet)");
    assert.equal(await ended, 0, said);
    isWell();
    own.restore();
    up();
  });

  it("the database's pod is killed: calls end with an error within seconds, and work again by themselves, every row there", async () => {
    place.kubectl("delete", "pod", `${POSTGRES}-0`, "--grace-period=0", "--force");
    const { status, seconds } = call();
    assert.ok(status === 200 || status >= 500, `${status}`);
    assert.ok(seconds < PATIENCE, `took ${seconds} s`);
    await answers(200);
    assert.match(call().text, /kept/);
  });

  it("the database's volume is full: a row that finds no room is refused, what is there is read, and it works again with room", async () => {
    inNode(`dd if=/dev/zero of=${SMALL}/filler bs=1M 2>/dev/null; sync; true`);
    const sql = "INSERT INTO todos (title) SELECT 'x' FROM generate_series(1, 400000)";
    const filled = own.checkout.try([
      ...["kubectl", "--context", NODE, "-n", namespace, "exec", `${POSTGRES}-0`, "--"],
      ...["sh", "-c", `psql -U todo -d todo -c "${sql}"`],
    ]);
    assert.notEqual(filled.status, 0, filled.said);
    const { status, seconds } = call("no room");
    assert.ok(seconds < PATIENCE, `took ${seconds} s`);
    assert.ok(status === 201 || status >= 500, `${status}`);
    inNode(`rm ${SMALL}/filler`);
    await answers(201, "room again");
    const { text } = call();
    for (const title of ["kept", "room again"]) assert.match(text, new RegExp(title));
  });

  it("the network between page and backend is cut: calls end with an error within seconds, and work again when it is back", async () => {
    const policy = {
      ...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "cut" } },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/instance": BACKEND } },
        policyTypes: ["Ingress"],
        ingress: [],
      },
    };
    place.run(JSON.stringify(policy), "kubectl", "--context", NODE, "-n", namespace, "create", "-f", "-");
    try {
      const cut = await until("the calls to fail", async () => {
        const answer = call();
        return answer.status >= 500 ? answer : undefined;
      });
      assert.ok(cut.seconds < PATIENCE, `took ${cut.seconds} s`);
    } finally {
      place.kubectl("delete", "networkpolicy", "cut");
    }
    await answers(200);
  });

  it("the passphrase is another: nothing is changed, and that is said", () => {
    for (const command of ["preview", "up"]) {
      const args = command === "up" ? ["up", "--yes", "--skip-preview"] : ["preview"];
      const { status, said } = own.tried(args, { PULUMI_CONFIG_PASSPHRASE: "another" });
      assert.notEqual(status, 0);
      assert.match(said, /incorrect passphrase/);
      assert.doesNotMatch(said, /\n\s+at .*\.ts:\d+/, "a stack trace");
    }
  });

  it("the state file is cut off: make recover takes the last copy that is whole, and an update goes on from there", () => {
    own.set("backend.env.E2E", "whole");
    up();
    const backend = new URL(process.env.PULUMI_BACKEND_URL ?? "").pathname;
    const state = join(backend, ".pulumi", "stacks", "todo", `${stack}.json`);
    writeFileSync(state, readFileSync(state, "utf8").slice(0, 5000));
    const recover = own.make("recover");
    assert.equal(recover.status, 0, recover.said);
    assert.match(recover.said, /its state is no JSON any more; taking the copy/);
    // A copy from before the last update: the first update sees that, and the next brings all to what the charts say.
    if (own.tried(["up", "--yes", "--skip-preview"]).status !== 0) up();
    isWell();
    own.restore();
    up();
  });

  it("a chart is too large for Helm's record: that is said with the sizes, before anything is changed", () => {
    const large = join(place.folder, "helm/todo-backend/templates/large.yaml");
    writeFileSync(large, `{{/* ${randomBytes(800_000).toString("base64")} */}}`);
    try {
      for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { status, said } = own.tried(args);
        assert.notEqual(status, 0);
        assert.match(said, /expected a record of at most 1024 KiB, .* found \d{4} KiB/);
      }
    } finally {
      rmSync(large);
    }
    isWell();
  });

  it("a stack file has a value of 1 MiB: Pulumi cannot start the program, and nothing is changed", () => {
    const config = parseDocument(own.plain);
    config.setIn(["config", "todo:backend", "env"], { LARGE: randomBytes(800_000).toString("base64") });
    writeFileSync(own.file, config.toString({ lineWidth: 0 }));
    try {
      const { status, said } = own.tried(["up", "--yes", "--skip-preview"]);
      assert.notEqual(status, 0);
      assert.match(said, /argument list too long/);
    } finally {
      own.restore();
    }
    isWell();
  });

  it("the cluster is gone: an update says so within seconds, and the state can be made to forget it", () => {
    const kubeconfig = join(own.checkout.folder, "gone.json");
    const config = JSON.parse(
      place.run("", "kubectl", "config", "view", "--raw", "--minify", "--flatten", "--context", NODE, "-o", "json"),
    );
    config.clusters[0].cluster.server = "https://127.0.0.1:9";
    writeFileSync(kubeconfig, JSON.stringify(config));
    const state = place.pulumi("stack", "export");
    try {
      const began = Date.now();
      const { status, said } = own.tried(["up", "--yes", "--skip-preview"], { KUBECONFIG: kubeconfig });
      assert.notEqual(status, 0, said);
      assert.match(said, /could not be asked|unreachable|connection refused/);
      assert.ok(Date.now() - began < 60_000, `took ${(Date.now() - began) / 1000} s`);
      const gone = own.checkout.try(["pulumi", "stack", "rm", stack, "--force", "--preserve-config", "--yes"]);
      assert.equal(gone.status, 0, gone.said);
      assert.equal(readFileSync(own.file, "utf8"), own.plain);
      place.run("", "pulumi", "stack", "init", stack);
    } finally {
      place.run(state, "pulumi", "stack", "import", "--stack", stack, "--force");
    }
    isWell();
  });
});
