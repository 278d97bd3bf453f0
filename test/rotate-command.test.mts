// `make rotate` from its arguments to its last line: the stack file is edited by the real Pulumi; the cluster answers, and
// the deployment ends, as each test says.
// Does not prove: that a deployment replaces pods (test/e2e/secrets.test.ts), nor what is asked at a terminal.
import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { after, beforeEach, describe, it } from "mocha";
import { root } from "../tools/places.mts";

const STACK_FILE = `# Why this environment is what it is.
config:
  todo:cluster:
    context: todo-on-minikube # the laptop
  todo:database:
    mode: inside
`;
const folder = mkdtempSync(join(tmpdir(), "todo-rotate-"));
const at = (...path: string[]) => join(folder, ...path);
const env = {
  TODO_ROOT: folder,
  TODO_BIN: at("bin"),
  XDG_STATE_HOME: at("state"),
  PULUMI_BACKEND_URL: `file://${at("state")}`,
  PULUMI_CONFIG_PASSPHRASE: "test",
  PATH: `${at("bin")}:${process.env.PATH}`,
};
const stackFile = () => readFileSync(at("Pulumi.dev.yaml"), "utf8");
const pulumi = (input: string, ...args: string[]) =>
  execa("pulumi", [...args, "--stack", "dev"], { cwd: folder, env, input });
const rotate = (key: string, input = "", stack = "dev") =>
  execa("node", [join(root, "ops", "rotate.mts"), stack, key], { cwd: folder, env, input, reject: false });

/** What the cluster answers: the value of the key, and the uids of the backend's and the frontend's pod. */
function cluster(when: "before" | "after", value: string, backend: string, frontend = "f1111111"): void {
  const reference = (key: string) => ({ valueFrom: { secretKeyRef: { name: "todo-backend-secrets", key } } });
  const pod = (release: string, uid: string, ...keys: string[]) => ({
    metadata: {
      name: `${release}-${uid[1]}`,
      uid,
      labels: { "app.kubernetes.io/instance": release, "pod-template-hash": "x" },
    },
    spec: { containers: [{ env: keys.map(reference) }] },
  });
  const pods = [pod("todo-backend-dev", backend, "SECRET_KEY", "OPENAI_API_KEY"), pod("todo-frontend-dev", frontend)];
  mkdirSync(at(when), { recursive: true });
  writeFileSync(at(when, "secret"), value);
  writeFileSync(at(when, "pods.json"), JSON.stringify({ items: pods }));
}

function script(name: string, text: string): void {
  writeFileSync(at("bin", name), `#!/bin/sh\n${text}\n`);
  chmodSync(at("bin", name), 0o755);
}

/** How the deployment ends; from then on the cluster is as `after` says. */
const deployment = (status: number) =>
  writeFileSync(
    at("ops", "up.mts"),
    `import { writeFileSync } from "node:fs"; writeFileSync("deployed", ""); process.exit(${status});\n`,
  );

beforeEach(async () => {
  rmSync(folder, { recursive: true });
  for (const name of ["bin", "ops", "state/todo-on-minikube"]) mkdirSync(at(name), { recursive: true });
  writeFileSync(at("Pulumi.yaml"), "name: todo\nruntime: nodejs\n");
  writeFileSync(at("Pulumi.dev.yaml"), STACK_FILE);
  writeFileSync(at("state/todo-on-minikube/cluster.json"), '{"engine":"present","images":"pulled","uid":"cluster-1"}');
  writeFileSync(at("bin", "found.json"), JSON.stringify({ path: env.PATH, found: {} }));
  script("docker", "echo true");
  script(
    "kubectl",
    `when=before; [ -f '${at("deployed")}' ] && when=after
case "$*" in
  *kube-system*) echo cluster-1 ;;
  *"get pods"*) cat '${folder}'/$when/pods.json ;;
  *"get secret"*) cat '${folder}'/$when/secret ;;
esac`,
  );
  await pulumi("", "stack", "init");
});
after(() => rmSync(folder, { recursive: true }));

describe("make rotate", function () {
  this.timeout(60_000);

  it("raises the generation of a random secret, deploys, and shows which pods were replaced", async () => {
    cluster("before", "old", "b1111111");
    cluster("after", "new", "b2222222");
    deployment(0);
    const { exitCode, stdout, stderr } = await rotate("SECRET_KEY");
    assert.equal(
      stdout,
      [
        "Pulumi.dev.yaml asks for generation 2 of SECRET_KEY",
        "",
        "SECRET_KEY of dev is rotated:",
        "  replaced  todo-backend-dev-1 (b1111111) → todo-backend-dev-2 (b2222222)",
        "  stayed    todo-frontend-dev-1 (f1111111)",
      ].join("\n"),
    );
    assert.deepEqual([exitCode, stderr], [0, ""]);
  });

  it("keeps the comments of the stack file", async () => {
    cluster("before", "old", "b1111111");
    cluster("after", "new", "b2222222");
    deployment(0);
    await pulumi("", "config", "set", "--path", "todo:generations.SECRET_KEY", "6");
    const before = stackFile();
    assert.ok(before.includes("# Why this") && before.includes("# the laptop"), before);
    await rotate("SECRET_KEY");
    assert.equal(stackFile(), before.replace("SECRET_KEY: 6", "SECRET_KEY: 7"));
  });

  it("takes the new value of a given secret from standard input, and shows it nowhere", async () => {
    cluster("before", "old", "b1111111");
    cluster("after", "new", "b2222222");
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
      cluster("before", "old", "b1111111");
      await pulumi("sk-old", "config", "set", "--secret", "todo:openaiApiKey");
      const before = stackFile();
      const { exitCode, stderr } = await rotate("OPENAI_API_KEY", input);
      const ways = "type it when asked, or pipe it in, as in `make rotate ENV=dev KEY=OPENAI_API_KEY < file`";
      const expected = `expected a new value on standard input, found ${found}; ${ways}; nothing was changed`;
      assert.deepEqual([exitCode, stderr], [1, `error: KEY=OPENAI_API_KEY: ${expected}`]);
      assert.equal(stackFile(), before);
    });
  }

  it("says what to type when the deployment fails before the secret is changed", async () => {
    cluster("before", "old", "b1111111");
    cluster("after", "old", "b1111111");
    deployment(1);
    const random = await rotate("SECRET_KEY");
    const wayOut = "mend what is said above, and `make up ENV=dev` goes on from here";
    assert.deepEqual(
      [random.exitCode, random.stderr],
      [
        1,
        `error: SECRET_KEY of dev is not rotated: Pulumi.dev.yaml asks for generation 2 of SECRET_KEY, the cluster still has the old value; ${wayOut}`,
      ],
    );
    await pulumi("sk-old", "config", "set", "--secret", "todo:openaiApiKey");
    const given = await rotate("OPENAI_API_KEY", "sk-new");
    const back =
      "`kubectl --context todo-on-minikube --namespace todo-dev get secret todo-backend-secrets -o jsonpath={.data.OPENAI_API_KEY} | base64 -d | pulumi config set --secret todo:openaiApiKey -s dev` takes the new value back";
    assert.equal(
      given.stderr,
      `error: OPENAI_API_KEY of dev is not rotated: Pulumi.dev.yaml has the new OPENAI_API_KEY, the cluster still has the old value; ${wayOut}; ${back}`,
    );
  });

  it("says which pods run with the old value when the deployment fails in between", async () => {
    cluster("before", "old", "b1111111");
    cluster("after", "new", "b1111111");
    deployment(1);
    const { exitCode, stderr } = await rotate("SECRET_KEY");
    assert.deepEqual(
      [exitCode, stderr],
      [
        1,
        "error: SECRET_KEY of dev is half rotated: the Secret todo-backend-secrets has the new value, todo-backend-dev-1 still runs with the old one; mend what is said above, and `make up ENV=dev` goes on from here",
      ],
    );
  });

  it("refuses an environment that is not deployed, without touching its stack file", async () => {
    cluster("before", "", "b1111111");
    const { exitCode, stderr } = await rotate("SECRET_KEY");
    const expected = "expected SECRET_KEY in the Secret todo-backend-secrets, found none; `make up ENV=dev` makes it";
    assert.deepEqual([exitCode, stderr], [1, `error: stack dev: ${expected}`]);
    assert.doesNotMatch(stackFile(), /generations/);
  });

  it("asks for a terminal in prod, before anything is done", async () => {
    writeFileSync(at("Pulumi.prod.yaml"), STACK_FILE);
    const { exitCode, stderr } = await rotate("SECRET_KEY", "", "prod");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: stack prod: expected a terminal, [^\n]*$/);
    assert.equal(readFileSync(at("Pulumi.prod.yaml"), "utf8"), STACK_FILE);
  });
});
