// Another team's frontend and backend, deployed by a stack file alone: the commands of docs/your-images.md are run, on a
// copy of the tree, for an image pair that shares nothing with the application's (test/e2e/other-images).
// Does not prove: images from a registry, nor an external database (test/settings.test.ts holds its URL to the driver).
import { strict as assert } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { chartTest } from "./chart-test.ts";
import { claim, claimNodePort, unclaim } from "./claims.ts";
import { command, placeOf, until } from "./cluster.ts";
import { loadImage } from "./load-images.ts";

const root = resolve(import.meta.dirname, "../..");
const namespace = "todo-acme";
const url = "http://localhost:30301";
const stripeKey = "canary-of-another-team";

describe("another team's images", function () {
  this.timeout(600_000);
  let folder: string;
  const environment = { ...process.env, PULUMI_CONFIG_PASSPHRASE: "acme" };
  /** What a command says; one that fails throws with all that it said: Pulumi explains itself on standard output. */
  const shell = (line: string, input = "") => {
    const options = { cwd: folder, env: environment, input, encoding: "utf8", maxBuffer: 64 * 2 ** 20 } as const;
    const { status, stdout, stderr } = spawnSync("bash", ["-ec", line], options);
    if (status !== 0) throw new Error(`${line}\n${stdout}\n${stderr}`);
    return stdout;
  };
  const pulumi = (line: string) => shell(`pulumi --non-interactive --stack acme ${line}`);
  const kubectl = (...args: string[]) =>
    command("kubectl", "--context", "todo-on-minikube", "--namespace", namespace, ...args);
  const page = async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return response.ok ? await response.text() : undefined;
  };
  const visit = (text: string) => Number(/Visit (\d+)/.exec(text)?.[1]);

  before(() => {
    claim(namespace);
    claimNodePort(Number(new URL(url).port));
    folder = mkdtempSync(join(tmpdir(), "todo-other-images-"));
    const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
    // Not the test's own stack, nor others that a person has beside it.
    for (const file of files.filter(Boolean)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(root, file), join(folder, file));
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    shell("pulumi stack init acme --non-interactive");
  });

  after(() => {
    // Refused: the stack of this name is somebody else's.
    if (!folder) return;
    try {
      pulumi("destroy --yes --skip-preview");
    } finally {
      unclaim(namespace);
      rmSync(folder, { recursive: true });
    }
  });

  it("are described by the commands of docs/your-images.md", async () => {
    const tags: Record<string, string> = {};
    for (const [service, base] of [["backend", "node"] as const, ["frontend", "python"] as const]) {
      const folder = join(import.meta.dirname, "other-images", service);
      tags[service] = await loadImage(`localhost/acme-${service}`, { folder, base });
    }
    const block = readFileSync(join(root, "docs/your-images.md"), "utf8")
      .split("```")
      .find((each) => each.includes("pulumi config set -s acme --path todo:cluster.context")) as string;
    const lines = block.split("\n").filter((line) => line.startsWith("pulumi config set"));
    assert.equal(lines.length, 24);
    for (const line of lines) {
      const service = /todo:(backend|frontend)\.image\.tag (\S+)/.exec(line);
      const own = service ? line.replace(service[2], tags[service[1]]) : line;
      shell(own, own.includes("--secret") ? stripeKey : "");
    }
  });

  it("come up, and the page answers through both with data of the database and a signature by their own secret", async () => {
    pulumi("up --yes --skip-preview");
    const first = await until("the page", page);
    assert.match(first, new RegExp(`Proof ${createHmac("sha256", stripeKey).update("acme").digest("hex")}`));
    const second = await until("the page again", page);
    assert.equal(visit(second), visit(first) + 1);
  });

  it("get the variables and secrets that they read, and no secret besides", () => {
    const container = ".spec.template.spec.containers[0]";
    const read = (...what: string[]) => kubectl("get", ...what.slice(0, 2), "--output", `jsonpath=${what[2]}`).trim();
    const env = `{range ${container}.env[*]}{.name}={.valueFrom.secretKeyRef.key} {end}`;
    assert.deepEqual(read("deployment", "todo-backend-acme", env).split(" "), [
      ...["DB_DSN=DATABASE_URL", "JWT_KEY=AUTH_SECRET", "STRIPE_KEY=STRIPE_KEY"],
    ]);
    const configMap = read("deployment", "todo-backend-acme", `{${container}.envFrom[0].configMapRef.name}`);
    const visible = JSON.parse(read("configmap", configMap, "{.data}"));
    assert.deepEqual([visible.LISTEN_PORT, visible.ALLOWED_ORIGINS, visible.POOL_SIZE], ["9090", url, undefined]);
    assert.ok(!pulumi("preview --diff --show-sames").includes(stripeKey), "the preview shows the secret");
    assert.ok(!pulumi("stack export").includes(stripeKey), "the state holds the secret");
  });

  it("notice a wrong URL of the database", () => {
    // The migration's command fails on it, so the release fails and the old pods stay.
    pulumi("config set --path todo:backend.secretKeys.DB_DSN SECRET_KEY");
    assert.throws(() => pulumi("up --yes --skip-preview"), /todo-backend-acme/);
    pulumi("config set --path todo:backend.secretKeys.DB_DSN DATABASE_URL");
    pulumi("up --yes --skip-preview");
  });

  it("are tested by `helm test` with what they can run", () => {
    // The backend more than once: the network lets a new pod in a moment after its start.
    const asking = "const ask = () => fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1))";
    const again = "setTimeout(ask, 1000)";
    const commands = {
      backend: ["node", "-e", `${asking}.catch(() => ${again}); ask(); setTimeout(() => process.exit(1), 60000)`],
      frontend: ["python3", "-c", "import sys, urllib.request; urllib.request.urlopen(sys.argv[1])"],
    };
    for (const [service, words] of Object.entries(commands)) {
      for (const [index, word] of words.entries()) {
        pulumi(`config set --path 'todo:${service}.testCommand[${index}]' -- '${word}'`);
      }
    }
    pulumi("up --yes --skip-preview");
    for (const service of Object.keys(commands)) {
      chartTest(`todo-${service}-acme`, placeOf("acme", folder, environment));
    }
  });

  it("scale by `pulumi config set`", async () => {
    pulumi("config set --path todo:backend.replicas 2");
    pulumi("up --yes --skip-preview");
    const ready = kubectl("get", "deployment", "todo-backend-acme", "--output", "jsonpath={.status.readyReplicas}");
    assert.equal(ready, "2");
    assert.ok(visit(await until("the page", page)) > 0);
  });
});
