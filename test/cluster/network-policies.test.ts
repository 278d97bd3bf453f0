// What kube-router calls in the place of iptables-restore, with stubs for the programs beneath it.
// Does not prove: that the kernel takes it; test/e2e/policies.test.ts tries it in a cluster.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

const manifest = join(import.meta.dirname, "../../cluster/offline/addons/network-policies.yaml");
const program = parseAllDocuments(readFileSync(manifest, "utf8"))
  .map((document) => document.toJS())
  .find(({ kind }) => kind === "ConfigMap").data["iptables-restore"] as string;

describe("what kube-router writes", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "restore-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What reaches the real program, after its arguments, where the table has these lines now. */
  function written(now: string[], wanted: string[], args = ["--wait", "-T", "filter"], code = 0) {
    const stub = (name: string, text: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    writeFileSync(join(folder, "now"), `${now.join("\n")}\n`);
    stub("iptables-save", `cat ${folder}/now`);
    stub("iptables-restore", `echo "$@"; cat; exit ${code}`);
    stub("program", program.replaceAll("/usr/sbin/", `${folder}/`));
    const { stdout, status } = spawnSync(join(folder, "program"), args, {
      input: `${wanted.join("\n")}\n`,
      encoding: "utf8",
    });
    return { lines: stdout.trim().split("\n"), status };
  }

  it("is its own chains, and those of nobody else", () => {
    const foreign = [":INPUT ACCEPT [1:2]", ":KUBE-SERVICES - [0:0]", ":KUBE-PROXY-FIREWALL - [0:0]"];
    const rules = [
      "-A INPUT -j KUBE-ROUTER-INPUT",
      '-A KUBE-SERVICES -m comment --comment "x has no endpoints" -j REJECT',
    ];
    const own = [
      ...[
        "-A KUBE-ROUTER-INPUT -s 10.0.0.1/32 -j KUBE-POD-FW-A",
        '-I KUBE-POD-FW-A 1 -m comment --comment "a  b" -j ACCEPT',
      ],
      "-A KUBE-NWPLCY-B -j RETURN",
    ];
    const chains = [":KUBE-ROUTER-INPUT - [0:0] - [0:0]", ":KUBE-POD-FW-A", ":KUBE-NWPLCY-B - [0:0]"];
    const { lines, status } = written(
      ["*filter", ...foreign, "COMMIT"],
      ["*filter", ...foreign, ...chains, ...rules, ...own, "COMMIT"],
    );
    assert.deepEqual(lines, [
      ...["--noflush --wait -T filter", "*filter", ":KUBE-ROUTER-INPUT - [0:0]", ":KUBE-POD-FW-A - [0:0]"],
      ...[":KUBE-NWPLCY-B - [0:0]", ...own, "COMMIT"],
    ]);
    assert.equal(status, 0);
  });

  it("removes its chains that are not wanted any more, when nothing leads to them", () => {
    const { lines } = written(
      [
        "# saved",
        "*filter",
        ":KUBE-POD-FW-OLD - [0:0]",
        ":KUBE-POD-FW-A - [0:0]",
        ":KUBE-MARK - [0:0]",
        "-A KUBE-POD-FW-OLD -j KUBE-POD-FW-A",
      ],
      ["*filter", ":KUBE-POD-FW-A - [0:0]", "-A KUBE-POD-FW-A -j ACCEPT", "COMMIT"],
    );
    assert.deepEqual(lines.slice(1), [
      ...["*filter", ":KUBE-POD-FW-A - [0:0]", ":KUBE-POD-FW-OLD - [0:0]", "-A KUBE-POD-FW-A -j ACCEPT"],
      ...["-X KUBE-POD-FW-OLD", "COMMIT"],
    ]);
  });

  it("is refused where the program beneath refuses it, and asks that one what it can do", () => {
    assert.equal(written([], ["*filter", "COMMIT"], [], 2).status, 2);
    assert.deepEqual(written([], [], ["--help"]).lines[0], "--help");
  });
});
