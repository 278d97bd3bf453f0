// Kubernetes' version stands in settings/kubernetes-version.ts: what has to say it again, as link flags and Go modules do,
// says the same. Does not prove: that the programs that are built know it.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import semver from "semver";
import { KUBERNETES_VERSION } from "../../settings/kubernetes-version.ts";
import { tool } from "../../tools/catalog.ts";
import { ROOT } from "../support/mocks.ts";

const [major, minor] = KUBERNETES_VERSION.split(".").map(Number);
const LISTS = ["tools/tools.yaml", "cluster/offline/node-programs.yaml"];
/** `gitMinor=35`, `k8sVersionMajor=1`. */
const STAMP = /(?:git|k8sVersion)(Major|Minor)=(\d+)/g;
const modules = execFileSync("git", ["ls-files", "*go.mod"], { cwd: ROOT, encoding: "utf8" }).split("\n");
const required = (module: string, folder: string) => {
  const [file] = modules.filter((path) => path.endsWith(`/${folder}/go.mod`));
  return new RegExp(`^(?:require)?\\s*${module} (v\\S+)`, "m").exec(readFileSync(join(ROOT, file), "utf8"))?.[1];
};

describe("Kubernetes' version", () => {
  for (const list of LISTS) {
    it(`is that of the link flags in ${list}`, () => {
      const stamps = [...readFileSync(join(ROOT, list), "utf8").matchAll(STAMP)];
      assert.ok(stamps.length > 0);
      const others = stamps.filter(([, part, number]) => Number(number) !== (part === "Major" ? major : minor));
      assert.deepEqual(
        others.map(([text]) => text),
        [],
      );
    });
  }

  it("is that of the Go module of kubectl and of the node's programs", () => {
    assert.equal(required("k8s.io/kubernetes", "kubernetes"), `v${KUBERNETES_VERSION}`);
  });

  it("is at most one minor version from a kubectl of PATH that is used", () => {
    const fits = (other: number) => semver.satisfies(`${major}.${other}.0`, tool("kubectl").fits ?? "");
    assert.deepEqual([-2, -1, 0, 1, 2].map((distance) => minor + distance).map(fits), [false, true, true, true, false]);
  });
});
