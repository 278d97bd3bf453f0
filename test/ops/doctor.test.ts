// What `make doctor` says of tools and of the cluster.
// Does not prove: that what it finds works.
import { strict as assert } from "node:assert";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { tool } from "../../tools/catalog.ts";
import { ToolsMachine } from "../support/tools-machine.ts";

describe("make doctor", function () {
  this.timeout(60_000); // a program for each, on a machine that may be busy
  let machine: ToolsMachine;
  beforeEach(() => {
    machine = new ToolsMachine();
    machine.lacksOnly("helm");
  });
  afterEach(() => machine.end());

  const doctor = async () => {
    const { said } = await machine.run('await import("./ops/doctor.ts");', { XDG_STATE_HOME: machine.folder });
    return (what: string) => said.split("\n").find((line) => line.split(/ +/)[1] === what) ?? said;
  };
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o755 });
  };

  it("says where a tool really is that our own folder only links to", async () => {
    const { version } = tool("helm");
    const installed = join(machine.folder, "cache", "mise", "installs", "helm", version, "helm");
    write(installed, `#!/bin/sh\necho v${version}\n`);
    mkdirSync(join(machine.folder, "cache", "bin"));
    symlinkSync(installed, join(machine.folder, "cache", "bin", "helm"));
    const line = await doctor();
    assert.equal(line("helm"), `ok       helm                        ${version}    ${installed}`);
    assert.match(line("kubectl"), /^ok .+\/todo-tools-\w+\/bin\/kubectl$/);
  });

  it("says which verb brings what is missing", async () => {
    machine.end();
    machine = new ToolsMachine();
    machine.lacksOnly("kubectl");
    const line = await doctor();
    assert.match(line("kubectl"), /^missing .+: make tools$/);
  });

  it("misses no helm, which `make up` does without", async () => {
    const line = await doctor();
    assert.match(line("helm"), /^optional .+: make tools$/);
  });

  for (const [what, record, expected] of [
    ["none", undefined, "none yet: make up"],
    ["one that was only begun", { engine: "present", images: "pulled" }, "stopped or gone: make up"],
  ] as const) {
    it(`a cluster, ${what}: ${expected}`, async () => {
      if (record) write(join(machine.folder, "todo-on-minikube", "cluster.json"), JSON.stringify(record));
      const line = await doctor();
      assert.ok(line("cluster").endsWith(expected), line("cluster"));
    });
  }
});
