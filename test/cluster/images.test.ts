// How an application's image is built on a machine with Docker: what docker is given, and what the node is.
// Does not prove: that the image works (test/e2e). docker is a stub that writes down how it was called.
import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { proxies } from "../../cluster/images.ts";
import { root } from "../../tools/places.ts";
import { ClusterMachine } from "../support/cluster-machine.ts";

describe("an image of the application", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  let machine: ClusterMachine;
  beforeEach(() => {
    machine = new ClusterMachine().has("node");
  });
  afterEach(() => machine.end());

  const image = "localhost/todo-backend:0123456789ab";
  const build = (env?: Record<string, string>, folder = join(root, "app/backend")) =>
    machine.run(
      `const { build } = await import("./cluster/images.ts");
      const source = { folder: ${JSON.stringify(folder)}, base: "python" };
      await build(source, "${image}", { engine: "present", images: "pulled" }, () => {});`,
      env,
    );

  it("is built from a stream, as a snap's Docker sees no /tmp, and loaded by one", async () => {
    const { exitCode, said, calls } = await build();
    assert.equal(exitCode, 0, said);
    assert.deepEqual(calls.filter((call) => /^docker (build|save)/.test(call)).sort(), [
      `docker build --tag ${image} -`,
      `docker save ${image}`,
    ]);
    assert.ok(calls.some((call) => /^docker exec --interactive todo-on-minikube ctr .*images import/.test(call)));
    const context = machine.read("context").split("\n");
    assert.ok(context.includes("./Dockerfile") && context.includes("./requirements.txt"), context.join());
    assert.ok(!context.some((file) => file.includes("._")), "files of macOS");
    assert.deepEqual(
      readdirSync(machine.folder).filter((name) => name.startsWith("todo-image-")),
      [],
    );
  });

  it("fails with what docker says, also where that ends before it has read all", async () => {
    machine.has("broken", "ERROR: no such image: python");
    const { exitCode, said } = await build();
    assert.equal(exitCode, 1);
    assert.match(
      said,
      /^error: docker build --tag \S+ -: ended with 1, its last lines:\n {4}ERROR: no such image: python$/m,
    );
  });

  it("is given the way out, by name", async () => {
    const { calls } = await build({ HTTPS_PROXY: "http://me:secret@proxy.acme.example:3128", NO_PROXY: "localhost" });
    assert.ok(
      calls.includes(`docker build --build-arg HTTPS_PROXY --build-arg NO_PROXY --tag ${image} -`),
      calls.join("\n"),
    );
  });

  for (const [proxy, expected] of [
    ["http://proxy.acme.example:3128", ["HTTPS_PROXY"]],
    ["http://me:secret@proxy:3128/", ["HTTPS_PROXY"]],
    ["http://localhost:3128", []],
    ["http://me:secret@127.0.0.1:3128/", []],
    ["127.0.0.1:3128", []],
    ["http://[::1]:3128", []],
    ["", []],
  ] as const) {
    it(`${proxy || "none"}: ${expected.length > 0 ? "named" : "not named"}`, () =>
      assert.deepEqual(proxies({ HTTPS_PROXY: proxy }), expected));
  }
});
