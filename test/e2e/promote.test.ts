// `make promote` and the cluster: from what really runs in dev to the file of another environment, in a copy of the tree.
// Does not prove: that the other environment can then be deployed.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { helm, kubectl } from "./cluster.ts";

const ROOT = resolve(import.meta.dirname, "../..");

describe("promotion from dev to prod", () => {
  let folder: string;
  const read = (stack: string) => readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8");
  const tags = (stack: string) =>
    ["backend", "frontend"].map((service) => parse(read(stack)).config[`todo:${service}`].image.tag as string);
  const promote = () =>
    execFileSync("make", ["promote", "FROM=dev", "TO=prod"], { cwd: folder, encoding: "utf8", stdio: "pipe" });
  const refused = (): string => {
    try {
      return `not refused: ${promote()}`;
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-promote-"));
    const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
    for (const file of files.toString().split("\n").filter(Boolean)) {
      if (file === "node_modules" || file.startsWith("app/")) continue;
      cpSync(join(ROOT, file), join(folder, file), { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    // Whatever prod has today, it is to have something else than dev runs.
    const other = read("prod").replace(/^( {6}tag: )".*"$/gm, '$1"0000000000b2"');
    assert.equal(other.split('"0000000000b2"').length, 3);
    writeFileSync(join(folder, "Pulumi.prod.yaml"), other);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("carries the tags that run over, and changes nothing else", () => {
    const running = ["backend", "frontend"].map((service) =>
      kubectl(
        "get",
        "deployment",
        `todo-${service}-dev`,
        "--output",
        "jsonpath={.spec.template.spec.containers[0].image}",
      ),
    );
    const before = read("prod").split("\n");
    const output = promote();
    const after = read("prod").split("\n");
    assert.deepEqual(
      tags("prod"),
      running.map((image) => image.split(":").at(-1)),
    );
    assert.equal(before.length, after.length);
    const changed = after.filter((line, index) => line !== before[index]);
    assert.deepEqual(
      changed,
      tags("prod").map((tag) => `      tag: "${tag}"`),
    );
    for (const line of changed) assert.ok(output.includes(`+ ${line}\n`), output);
    const values = readFileSync(join(folder, "helm/todo-backend/values/prod.yaml"), "utf8");
    assert.equal(parse(values).image.tag, tags("prod")[0]);
  });

  it("has nothing to do the second time", () => {
    const before = read("prod");
    assert.match(promote(), /^Pulumi\.prod\.yaml has these images already; nothing was changed$/m);
    assert.equal(read("prod"), before);
  });

  it("refuses tags that were written and never deployed", () => {
    const [own, dev] = [read("prod"), read("dev")];
    writeFileSync(join(folder, "Pulumi.dev.yaml"), dev.replace(tags("dev")[0], "0000000000a1"));
    assert.match(refused(), /error: dev has no verified images: expected localhost\/todo-backend:0000000000a1, as /);
    assert.equal(read("prod"), own);
    writeFileSync(join(folder, "Pulumi.dev.yaml"), dev);
  });

  it("refuses pods that are not ready", () => {
    const deployment = "deployment/todo-frontend-dev";
    kubectl("scale", deployment, "--replicas=0");
    try {
      assert.match(refused(), /not healthy: Deployment todo-frontend-dev is scaled to 0 pods; nothing was changed/);
    } finally {
      kubectl("scale", deployment, "--replicas=1");
      kubectl("rollout", "status", deployment, "--timeout=90s");
    }
  });

  it("left the releases of dev alone", () => {
    const list = JSON.parse(helm("list", "--output", "json")) as { status: string }[];
    assert.ok(list.every(({ status }) => status === "deployed"));
  });
});
