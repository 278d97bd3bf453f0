// What the program itself does with settings that test/settings looks at one by one: secrets that only another team's image
// knows, and the files of other stacks. Does not prove: what a cluster makes of it.
import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FIXTURES, runProgram, stackConfig } from "./support/mocks.ts";

describe("the program with further secrets", () => {
  it("puts them into the backend's Secret alone, and tells the chart their names", async () => {
    const { resources } = await runProgram({
      stack: "dev",
      secrets: {},
      further: { STRIPE_KEY: "canary" },
      preview: false,
    });
    const named = (name: string) => resources.filter((resource) => resource.name === name).at(-1)?.inputs ?? {};
    const { value } = named("todo-backend-secrets").stringData as { value: Record<string, string> };
    assert.equal(value.STRIPE_KEY, "canary");
    const { secrets } = named("todo-backend").values as { secrets: { keys: Record<string, string> } };
    assert.equal(secrets.keys.STRIPE_KEY, "STRIPE_KEY");
    const others = resources.filter(({ name }) => name !== "todo-backend-secrets");
    assert.doesNotMatch(JSON.stringify(others), /canary/);
  });
});

it("the program reads the other stack files: a stack copied without a change is refused", async () => {
  const copy = mkdtempSync(join(tmpdir(), "todo-stacks-"));
  try {
    for (const stack of ["dev", "lab"]) {
      writeFileSync(join(copy, `Pulumi.${stack}.yaml`), readFileSync(join(FIXTURES, "Pulumi.dev.yaml")));
    }
    const run = runProgram({ stack: "lab", preview: false, config: stackConfig("dev"), folder: copy });
    await assert.rejects(run, ({ message }: Error) => {
      const lines = [
        "Pulumi.lab.yaml has 2 problems; nothing was changed.",
        "  todo:origin: expected an address of its own, found http://localhost:30300, which is also that of Pulumi.dev.yaml",
        "  todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.dev.yaml uses on todo-on-minikube too; 30301 is free",
      ];
      assert.ok(message.includes(lines.join("\n")), message);
      return true;
    });
  } finally {
    rmSync(copy, { recursive: true });
  }
});
