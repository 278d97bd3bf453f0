// `make rotate` from its arguments to its last line: the stack file is edited by the real Pulumi; the cluster answers, and
// `pulumi up` ends, as each test says.
// Does not prove: that a deployment replaces pods (test/e2e/secrets.test.ts), nor what is asked at a terminal.
import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { after, before, beforeEach, describe, it } from "mocha";
import { verb } from "../support/verb.ts";

const STACK_FILE = `# Why this environment is what it is.
config:
  todo:cluster:
    context: todo-on-minikube # the laptop
  todo:origin: http://dev.localhost:8300
  todo:database:
    mode: inside
  todo:backend:
    image: { repository: example.org/api, tag: "1.0" }
  todo:frontend:
    image: { repository: example.org/page, tag: "1.0" }
`;
/** The page that `make up` waits for. */
const page = createServer((_, answer) => answer.end());
let port: number;
const folder = mkdtempSync(join(tmpdir(), "todo-rotate-"));
const at = (...path: string[]) => join(folder, ...path);
const env = {
  TODO_ROOT: folder,
  TODO_BIN: at("bin"),
  TODO_CACHE: at("cache"),
  XDG_STATE_HOME: at("state"),
  PULUMI_BACKEND_URL: `file://${at("state")}`,
  PULUMI_CONFIG_PASSPHRASE: "test",
  PATH: `${at("bin")}:${process.env.PATH}`,
};
const stackFile = () => readFileSync(at("Pulumi.dev.yaml"), "utf8");
const pulumi = (input: string, ...args: string[]) =>
  execa("pulumi", [...args, "--stack", "dev"], { cwd: folder, env, input });
const rotate = (key: string, input = "", stack = "dev") => verb("rotate", [stack, key], { cwd: folder, env, input });

/** What the cluster answers: pods of the backend and the frontend, by their uids, the frontend's with keys if it has any. */
function cluster(when: "before" | "after", backend: string, frontend = "f1111111", ...keys: string[]): void {
  const reference = (key: string) => ({
    valueFrom: { secretKeyRef: { name: "todo-backend-secrets-0123456789ab", key } },
  });
  const pod = (release: string, uid: string, ...keys: string[]) => ({
    metadata: {
      name: `${release}-${uid[1]}`,
      uid,
      labels: { "app.kubernetes.io/instance": release, "pod-template-hash": "x" },
    },
    spec: { containers: [{ env: keys.map(reference) }] },
  });
  const pods = [
    pod("todo-backend-dev", backend, "SECRET_KEY", "OPENAI_API_KEY"),
    pod("todo-frontend-dev", frontend, ...keys),
  ];
  mkdirSync(at(when), { recursive: true });
  writeFileSync(at(when, "pods.json"), JSON.stringify({ items: pods }));
}

function script(name: string, text: string): void {
  writeFileSync(at("bin", name), `#!/bin/sh\n${text}\n`);
  chmodSync(at("bin", name), 0o755);
}

/** How `pulumi up` ends; from then on the cluster is as `after` says. Its outputs are those of a page that answers. */
const deployment = (status: number) =>
  script(
    "pulumi",
    `case "$1 $2" in
  "up "*) touch '${at("deployed")}'; exit ${status} ;;
  "stack output") echo '{"url":"http://127.0.0.1:${port}","namespace":"todo-dev","next":{}}' ;;
  *) exec '${real("pulumi")}' "$@" ;;
esac`,
  );
const real = (name: string) => execaSync("sh", ["-c", `command -v ${name}`]).stdout;

/** What `make up` ends with, which comes first. */
const notDeployed =
  'error: stack dev: pulumi up ended with 1; its reason is above; fix it (`eval "$(make env ENV=dev)"` makes pulumi known to a shell) and run `make up ENV=dev` again\n';

describe("make rotate", function () {
  this.timeout(60_000);

  beforeEach(async () => {
    rmSync(folder, { recursive: true });
    for (const name of ["bin", "helm", "docs", "state/todo-on-minikube"]) mkdirSync(at(name), { recursive: true });
    writeFileSync(at("Pulumi.yaml"), "name: todo\nruntime: nodejs\n");
    writeFileSync(at("Pulumi.dev.yaml"), STACK_FILE);
    writeFileSync(
      at("state/todo-on-minikube/cluster.json"),
      '{"engine":"present","images":"pulled","uid":"cluster-1"}',
    );
    writeFileSync(at("bin", "found.json"), JSON.stringify({ path: env.PATH, found: {} }));
    const repoTags = ["example.org/api:1.0", "example.org/page:1.0", "docker.io/library/postgres:17"];
    const images = JSON.stringify({ images: [{ repoTags }] });
    script(
      "docker",
      `case "$*" in *crictl*) echo '${images}' ;; "container ls"*) echo todo-on-minikube ;; *) echo true ;; esac`,
    );
    script("helm", `exec '${real("helm")}' "$@"`);
    script(
      "kubectl",
      `when=before; [ -f '${at("deployed")}' ] && when=after
case "$*" in
  *kube-system*) echo cluster-1 ;;
  *network-policies-enforced*) echo yes ;;
  *"get pods"*) cat '${folder}'/$when/pods.json ;;
  *"get deployments"* | *"get secrets"*) echo '{"items":[]}' ;;
esac`,
    );
    await pulumi("", "stack", "init");
  });
  before((listening) => {
    page.listen(0, "127.0.0.1", () => {
      port = (page.address() as { port: number }).port;
      listening();
    });
  });
  after(() => {
    page.close();
    rmSync(folder, { recursive: true });
  });

  it("raises the generation of a random secret, deploys, and shows which pods were replaced", async () => {
    cluster("before", "b1111111");
    cluster("after", "b2222222");
    deployment(0);
    const { exitCode, stdout, stderr } = await rotate("SECRET_KEY");
    assert.equal(
      stdout,
      [
        "Pulumi.dev.yaml asks for generation 2 of SECRET_KEY",
        "generated from the stack files: helm/todo-postgres/values/dev.yaml, helm/todo-backend/values/dev.yaml, helm/todo-frontend/values/dev.yaml, docs/wiring.md",
        "",
        `Todo (dev) is at http://127.0.0.1:${port}`,
        "",
        "SECRET_KEY of dev is rotated:",
        "  replaced  todo-backend-dev-1 (b1111111) → todo-backend-dev-2 (b2222222)",
        "  stayed    todo-frontend-dev-1 (f1111111)",
      ].join("\n"),
    );
    assert.deepEqual([exitCode, stderr], [0, ""]);
  });

  it("keeps the comments of the stack file", async () => {
    cluster("before", "b1111111");
    cluster("after", "b2222222");
    deployment(0);
    await pulumi("", "config", "set", "--path", "todo:generations.SECRET_KEY", "6");
    const before = stackFile();
    assert.ok(before.includes("# Why this") && before.includes("# the laptop"), before);
    await rotate("SECRET_KEY");
    assert.equal(stackFile(), before.replace("SECRET_KEY: 6", "SECRET_KEY: 7"));
  });

  it("takes the new value of a given secret from standard input, and shows it nowhere", async () => {
    cluster("before", "b1111111");
    cluster("after", "b2222222");
    deployment(0);
    await pulumi("sk-old", "config", "set", "--secret", "todo:openaiApiKey");
    const { exitCode, stdout, stderr } = await rotate("OPENAI_API_KEY", "sk-new\n");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Pulumi.dev.yaml has the new OPENAI_API_KEY\n/);
    assert.doesNotMatch(`${stdout}${stderr}${stackFile()}`, /sk-/);
    assert.equal((await pulumi("", "config", "get", "todo:openaiApiKey")).stdout, "sk-new");
  });

  for (const [what, input, found] of [
    ["an empty line", "\n", "nothing"],
    ["the value of before", "sk-old\n", "the value that it has already"],
  ]) {
    it(`refuses ${what}, and leaves the stack file alone`, async () => {
      cluster("before", "b1111111");
      await pulumi("sk-old", "config", "set", "--secret", "todo:openaiApiKey");
      const before = stackFile();
      const { exitCode, stderr } = await rotate("OPENAI_API_KEY", input);
      const ways = "type it when asked, or pipe it in, as in `make rotate ENV=dev KEY=OPENAI_API_KEY < file`";
      const expected = `expected a new value on standard input, found ${found}; ${ways}; nothing was changed`;
      assert.deepEqual([exitCode, stderr], [1, `error: KEY=OPENAI_API_KEY: ${expected}`]);
      assert.equal(stackFile(), before);
    });
  }

  it("says what to type when the deployment fails before a pod is replaced", async () => {
    cluster("before", "b1111111");
    cluster("after", "b1111111");
    deployment(1);
    const random = await rotate("SECRET_KEY");
    const still = "todo-backend-dev-1 still has the old value and no pod the new one";
    const goOn = "fix what is said above, and `make up ENV=dev` goes on from here";
    assert.deepEqual(
      [random.exitCode, random.stderr],
      [
        1,
        `${notDeployed}error: SECRET_KEY of dev is not rotated: Pulumi.dev.yaml asks for generation 2 of SECRET_KEY, ${still}; ${goOn}`,
      ],
    );
    await pulumi("sk-old", "config", "set", "--secret", "todo:openaiApiKey");
    const given = await rotate("OPENAI_API_KEY", "sk-new");
    const back =
      "`kubectl --context todo-on-minikube --namespace todo-dev get secret todo-backend-secrets-0123456789ab -o jsonpath={.data.OPENAI_API_KEY} | base64 -d | pulumi config set --secret todo:openaiApiKey -s dev` takes the new value back";
    assert.equal(
      given.stderr,
      `${notDeployed}error: OPENAI_API_KEY of dev is not rotated: Pulumi.dev.yaml has the new OPENAI_API_KEY, ${still}; ${goOn}; ${back}`,
    );
  });

  it("says which pods run with the old value when the deployment fails in between", async () => {
    cluster("before", "b1111111", "f1111111", "SECRET_KEY");
    cluster("after", "b2222222", "f1111111", "SECRET_KEY");
    deployment(1);
    const { exitCode, stderr } = await rotate("SECRET_KEY");
    assert.deepEqual(
      [exitCode, stderr],
      [
        1,
        `${notDeployed}error: SECRET_KEY of dev is half rotated: Pulumi.dev.yaml asks for generation 2 of SECRET_KEY, todo-frontend-dev-1 still has the old value and others have the new one; fix what is said above, and \`make up ENV=dev\` goes on from here`,
      ],
    );
  });

  it("refuses an environment that is not deployed, without touching its stack file", async () => {
    cluster("before", "b1111111");
    writeFileSync(at("before", "pods.json"), '{"items":[]}');
    const { exitCode, stderr } = await rotate("SECRET_KEY");
    const deploys = "`make up ENV=dev` deploys it, with the value that it has";
    const expected = `expected pods that use SECRET_KEY, found none; ${deploys}`;
    assert.deepEqual([exitCode, stderr], [1, `error: stack dev: ${expected}`]);
    assert.doesNotMatch(stackFile(), /generations/);
  });

  it("asks for a terminal where the stack is protected, before anything is done", async () => {
    const text = `${STACK_FILE.replace(/(todo:origin: ).*/, "$1http://production.localhost:8301")}  todo:protected: true\n`;
    writeFileSync(at("Pulumi.production.yaml"), text);
    const { exitCode, stderr } = await rotate("SECRET_KEY", "", "production");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: stack production: expected a terminal, [^\n]*$/);
    assert.equal(readFileSync(at("Pulumi.production.yaml"), "utf8"), text);
  });
});
