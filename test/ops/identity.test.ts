// `make identity` from its arguments to the kubeconfig; an API server of the test's own answers.
// Does not prove: what the identities may do (test/components/identity.test.ts, test/e2e/identity.test.ts).
import { strict as assert } from "node:assert";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse, parseDocument } from "yaml";
import { identityObjects } from "../../components/identity.ts";
import { namespaceObject } from "../../components/namespace.ts";
import { type FakeCluster, fakeCluster } from "../../packages/local-charts/test/support/fake-cluster.ts";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { stackText } from "../support/stack-text.ts";
import { Stubs } from "../support/stubs.ts";

const CONTEXT = "todo-on-minikube";
const NAMESPACES = "/api/v1/namespaces";
const TOKEN = "a-token-of-the-test";

describe("make identity", function () {
  this.timeout(60_000);
  let machine: Stubs;
  let cluster: FakeCluster;
  /** The namespace, as it is there. */
  let namespace: object | undefined;
  let refuses = false;

  beforeEach(async () => {
    machine = new Stubs();
    machine.toolsAreFound();
    machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    machine.stack("lab", stackText("lab", "inside"));
    machine.program("kubectl", `exec '${onPath("kubectl")}' "$@"`);
    namespace = undefined;
    refuses = false;
    const resource = (kind: string, name: string, namespaced = true) => ({ kind, name, namespaced });
    cluster = await fakeCluster(CONTEXT, (method, path) => {
      if (path === "/api/v1") {
        const all = [resource("Namespace", "namespaces", false), resource("ServiceAccount", "serviceaccounts")];
        return { kind: "APIResourceList", groupVersion: "v1", resources: all };
      }
      if (path === "/apis/rbac.authorization.k8s.io/v1") {
        const all = [resource("Role", "roles"), resource("RoleBinding", "rolebindings")];
        return { kind: "APIResourceList", groupVersion: "rbac.authorization.k8s.io/v1", resources: all };
      }
      if (path === `${NAMESPACES}/todo-lab` && method === "GET") return namespace;
      if (refuses) return new Response(JSON.stringify({ message: "roles is forbidden" }), { status: 403 });
      if (path.endsWith("/token")) return { status: { token: TOKEN, expirationTimestamp: "2026-03-01T12:34:56Z" } };
      return method === "PATCH" ? {} : undefined;
    });
  });
  afterEach(async () => {
    await cluster.close();
    machine.end();
  });

  const make = (...wishes: string[]) => machine.run("identity", ["lab", ...wishes], { KUBECONFIG: cluster.kubeconfig });
  const fileOf = (identity: string) => join(machine.state, "identities", `lab-${identity}.kubeconfig`);
  const applied = () => cluster.sent.filter(({ method }) => method === "PATCH").map(({ body }) => body);
  /** Those that were asked for: where, and for how many seconds. */
  const tokens = () =>
    cluster.sent
      .filter(({ path }) => path.endsWith("/token"))
      .map(({ path, body }) => [path, (body as { spec: { expirationSeconds: number } }).spec.expirationSeconds]);
  const refused = async (...wishes: string[]) => {
    const { exitCode, stderr } = await make(...wishes);
    assert.deepEqual([exitCode, existsSync(fileOf("deployer"))], [1, false]);
    return stderr;
  };

  it("makes namespace and deployer, and a kubeconfig for an hour that only its owner can read", async () => {
    const { exitCode, stdout, stderr } = await make("AS=", "HOURS=");
    const file = fileOf("deployer");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.equal(
      stdout,
      `deployer of todo-lab on ${CONTEXT}, until 2026-03-01 12:34 UTC: ${file}\n  KUBECONFIG=${file} pulumi up -s lab`,
    );
    assert.deepEqual(applied(), [namespaceObject("todo-lab"), ...identityObjects("deployer", "todo-lab")]);
    const [first] = cluster.sent;
    assert.equal(first.path, `${NAMESPACES}/todo-lab?force=true&fieldManager=todo-identity`);
    assert.deepEqual(tokens(), [[`${NAMESPACES}/todo-lab/serviceaccounts/deployer/token`, 3600]]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { clusters, users, contexts } = parse(readFileSync(file, "utf8"));
    assert.equal(contexts[0].name, CONTEXT);
    assert.deepEqual(users[0].user, { token: TOKEN });
    assert.deepEqual(clusters[0].cluster, parse(readFileSync(cluster.kubeconfig, "utf8")).clusters[0].cluster);
  });

  it("is what `make` calls it with: AS is the assembler to make itself, and counts only where somebody said it", async () => {
    const called = async (...words: string[]) => {
      // A make inside a make says which folder it enters.
      const env = { MAKELEVEL: "", MAKEFLAGS: "", MFLAGS: "" };
      const { stdout } = await execa("make", ["--dry-run", "identity", "ENV=lab", ...words], { cwd: root, env });
      return stdout.trim().split(/ +/).slice(1);
    };
    assert.deepEqual(await called(), ["ops/identity.ts", '"lab"', '"HOURS="']);
    assert.deepEqual(await called("AS=reader", "HOURS=8"), ["ops/identity.ts", '"lab"', '"AS=reader"', '"HOURS=8"']);
  });

  it("makes a reader for as long as it is asked to, and leaves a namespace of the program's as it is", async () => {
    namespace = { ...namespaceObject("todo-lab"), status: {} };
    const { exitCode, stdout } = await make("AS=reader", "HOURS=8");
    assert.equal(exitCode, 0);
    assert.match(stdout, /lab-reader\.kubeconfig make diagnose ENV=lab$/);
    assert.deepEqual(applied(), identityObjects("reader", "todo-lab"));
    assert.deepEqual(tokens(), [[`${NAMESPACES}/todo-lab/serviceaccounts/reader/token`, 8 * 3600]]);
  });

  it("gives a file that is there already its mode again", async () => {
    await make();
    writeFileSync(fileOf("deployer"), "", { mode: 0o644 });
    await make();
    assert.equal(statSync(fileOf("deployer")).mode & 0o777, 0o600);
  });

  it("makes nothing of what is not to be had", async () => {
    assert.equal(
      await refused("AS=admin"),
      "error: AS: expected one of deployer, reader, found admin; `make identity AS=reader`",
    );
    for (const hours of ["0", "25", "1.5", "many"]) {
      const said = `error: HOURS: expected a whole number from 1 to 24, found ${hours}; \`make identity HOURS=8\``;
      assert.equal(await refused(`HOURS=${hours}`), said);
    }
    namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "todo-lab" } };
    assert.match(
      await refused(),
      /^error: cluster todo-on-minikube: expected no namespace todo-lab, or one of this program's /,
    );
    assert.deepEqual(cluster.sent, []);
  });

  it("says who has to run it where the cluster does not take it", async () => {
    refuses = true;
    assert.equal(
      await refused(),
      `error: cluster ${CONTEXT}: expected to be allowed to make namespace todo-lab and ServiceAccount, Role and RoleBinding deployer in it, found the API server answered 403: roles is forbidden; run this as whoever owns the cluster`,
    );
  });

  it("needs the project's cluster where the stack is on it, and none of its record on another", async () => {
    rmSync(join(machine.state, "cluster.json"));
    assert.equal(await refused(), `error: cluster ${CONTEXT}: there is none; \`make cluster\` makes it`);
    const stack = parseDocument(stackText("lab", "inside"));
    stack.setIn(["config", "todo:cluster", "context"], "elsewhere");
    machine.stack("lab", stack.toString());
    const other = parseDocument(readFileSync(cluster.kubeconfig, "utf8"));
    other.setIn(["contexts", 0, "name"], "elsewhere");
    writeFileSync(cluster.kubeconfig, other.toString());
    const { exitCode, stderr } = await make();
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.equal(parse(readFileSync(fileOf("deployer"), "utf8")).contexts[0].name, "elsewhere");
  });
});
