// `make images`: whose tags follow the sources, and whose come by promotion. Docker and the cluster are stand-ins.
// Does not prove: that an image is built and loaded (test/e2e).
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { contentTag } from "../../cluster/content-tag.ts";
import { stackText } from "../support/stack-text.ts";
import { verb } from "../support/verb.ts";

describe("make images", function () {
  this.timeout(60_000);
  let folder: string;
  const at = (...path: string[]) => join(folder, ...path);
  const script = (name: string, text: string) =>
    writeFileSync(at("bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const ours = (text: string) =>
    text.replace("example.org/api", "localhost/todo-backend").replace("example.org/page", "localhost/todo-frontend");
  const images = (stack: string) => {
    const PATH = `${at("bin")}:${process.env.PATH}`;
    writeFileSync(at("bin", "found.json"), JSON.stringify({ path: PATH, found: {} }));
    const env = { PATH, TODO_ROOT: folder, TODO_BIN: at("bin"), TODO_CACHE: at("cache"), XDG_STATE_HOME: at("state") };
    return verb("images", [stack], { env });
  };
  const file = (stack: string) => readFileSync(at(`Pulumi.${stack}.yaml`), "utf8");

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "todo-images-"));
    for (const name of ["bin", "helm", "docs", "state/todo-on-minikube", "app/backend", "app/frontend"]) {
      mkdirSync(at(name), { recursive: true });
    }
    for (const service of ["backend", "frontend"]) writeFileSync(at("app", service, "Dockerfile"), "FROM scratch\n");
    await execa("git", ["init", "--quiet"], { cwd: folder });
    writeFileSync(
      at("state/todo-on-minikube/cluster.json"),
      '{"engine":"present","images":"pulled","uid":"cluster-1"}',
    );
    script("kubectl", "echo cluster-1");
    // What was built is what the node then lists.
    script(
      "docker",
      `case "$*" in
  *crictl*) printf '{"images":[{"repoTags":['; paste -s -d , ${at("built")} 2>/dev/null; printf ']}]}' ;;
  build*) while [ "$1" != --tag ]; do shift; done; echo "\\"$2\\"" >>${at("built")}; cat >/dev/null ;;
  container*) echo true ;;
esac`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("writes the tags that the sources give, and what is generated from them", async () => {
    writeFileSync(at("Pulumi.lab.yaml"), ours(stackText("lab", "external")));
    const { exitCode, stdout, stderr } = await images("lab");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /^generated from the stack files: helm\/todo-backend\/values\/lab\.yaml, /m);
    for (const service of ["backend", "frontend"]) {
      const tag = await contentTag(at("app", service));
      assert.ok(stdout.includes(`Pulumi.lab.yaml: todo:${service}.image.tag is now ${tag}`), stdout);
      assert.ok(file("lab").includes(`tag: "${tag}"`), file("lab"));
    }
  });

  it("follows them in a stack's own services too, and has none for a service that is none", async () => {
    const worker = "todo:services: { worker: { image: { repository: localhost/todo-backend, tag: 1a } } }";
    const lines = ours(stackText("lab", "external", worker)).split("\n");
    const start = lines.findIndex((line) => line.includes("todo:frontend"));
    const next = lines.findIndex((line, index) => index > start && /^ {2}\S/.test(line));
    lines.splice(start, (next < 0 ? lines.length : next) - start, "  todo:frontend: none");
    writeFileSync(at("Pulumi.lab.yaml"), `${lines.join("\n")}\n`);
    const { exitCode, stdout, stderr } = await images("lab");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const tag = await contentTag(at("app", "backend"));
    for (const service of ["backend", "services.worker"]) {
      assert.ok(stdout.includes(`Pulumi.lab.yaml: todo:${service}.image.tag is now ${tag}`), stdout);
    }
    assert.equal(readFileSync(at("built"), "utf8"), `"localhost/todo-backend:${tag}"\n`);
  });

  it("edits no tag that stands elsewhere, as that would be one of something else too", async () => {
    const text = ours(stackText("lab", "external", 'todo:quota: { cpu: &tag "1" }')).replace("tag: 1a", "tag: *tag");
    const lines = text.split("\n");
    lines.splice(
      1,
      0,
      ...lines.splice(
        lines.findIndex((line) => line.includes("quota")),
        1,
      ),
    );
    writeFileSync(at("Pulumi.lab.yaml"), lines.join("\n"));
    const { exitCode, stderr } = await images("lab");
    assert.deepEqual(
      [exitCode, stderr],
      [
        1,
        "error: Pulumi.lab.yaml: todo:backend.image.tag: expected a text that stands there itself, found one that comes by an alias or <<; write it out, as `make images` gives it the digest of the sources",
      ],
    );
    assert.equal(file("lab"), lines.join("\n"));
  });

  it("leaves those of a protected stack alone, and says where they come from", async () => {
    const text = ours(stackText("production", "external", "todo:protected: true"));
    writeFileSync(at("Pulumi.production.yaml"), text);
    const { exitCode, stderr } = await images("production");
    const tag = await contentTag(at("app", "backend"));
    assert.deepEqual(
      [exitCode, stderr],
      [
        1,
        `error: Pulumi.production.yaml: todo:backend.image.tag is 1a, which is neither in the cluster nor what app/backend gives now (${tag}); \`make promote FROM=… TO=production\` takes over those of another environment, or run \`make images ENV=production\` in a checkout of the commit that it was built from`,
      ],
    );
    assert.equal(file("production"), text);
  });
});
