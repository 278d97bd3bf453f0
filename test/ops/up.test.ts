// What `make up` refuses before anything is begun.
// Does not prove: that it deploys (test/e2e).
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { verb } from "../support/verb.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-up-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("a stack that cannot be deployed is refused in one sentence", () => {
  const cases = [
    {
      title: "a context that is not Minikube's",
      stack: "cloud",
      file: "config:\n  todo:cluster: { context: eks-prod }\n",
      expected:
        "error: Pulumi.cloud.yaml: todo:cluster.context is eks-prod, and the make commands deploy to the Minikube profile todo-on-minikube only; for another cluster use `pulumi up -s cloud`\n",
    },
    {
      title: "a stack file that is no YAML",
      stack: "broken",
      file: "config: [\n",
      expected: /^error: Pulumi\.broken\.yaml: not valid YAML: .+ at line \d+.*\n$/,
    },
    {
      title: "no such stack",
      stack: "nope",
      expected:
        "error: ENV=nope: there is no Pulumi.nope.yaml; expected one of broken, cloud, or a stack file of your own\n",
    },
  ];
  for (const { title, stack, file, expected } of cases) {
    it(title, async () => {
      if (file) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), file);
      const env = { XDG_STATE_HOME: join(folder, "state"), TODO_ROOT: folder };
      const { exitCode, stderr, stdout } = await verb("up", [stack], { env });
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      if (typeof expected === "string") assert.equal(`${stderr}\n`, expected);
      else assert.match(`${stderr}\n`, expected);
    });
  }
});
