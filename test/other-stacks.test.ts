// What two stacks cannot share: an address in the browser, and a port of one cluster's nodes.
// Not proved here: that no other program uses the port, and what a stack deployed from another checkout uses.
import { strict as assert } from "node:assert";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseSettings } from "../settings";
import { type OtherStack, otherStacks } from "../settings/other-stacks";
import { ROOT, stackConfig } from "./support/mocks";

const CONTEXT = "todo-on-minikube";
const head = "Pulumi.dev.yaml has 1 problem; nothing was changed.\n";

describe("a stack is refused", () => {
  const refusals: [what: string, others: OtherStack[], line: string][] = [
    [
      "on the node port of another one on the same cluster",
      [{ file: "Pulumi.lab.yaml", context: CONTEXT, origin: "http://lab.localhost", nodePort: 30300 }],
      "todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.lab.yaml uses on todo-on-minikube too; 30301 is free",
    ],
    [
      "with the next port that is really free",
      [
        { file: "Pulumi.a.yaml", context: CONTEXT, nodePort: 30300 },
        { file: "Pulumi.b.yaml", context: CONTEXT, nodePort: 30301 },
        { file: "Pulumi.c.yaml", context: CONTEXT, origin: "http://localhost:30302" },
      ],
      "todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.a.yaml uses on todo-on-minikube too; 30303 is free",
    ],
    [
      "at the address of another one, wherever that is",
      [{ file: "Pulumi.lab.yaml", context: "elsewhere", origin: "http://localhost:30300" }],
      "todo:origin: expected an address of its own, found http://localhost:30300, which is also that of Pulumi.lab.yaml",
    ],
    [
      "at the same host and port with another scheme",
      [{ file: "Pulumi.lab.yaml", context: "elsewhere", origin: "https://localhost:30300" }],
      "todo:origin: expected an address of its own, found http://localhost:30300, which is also that of Pulumi.lab.yaml",
    ],
  ];
  for (const [what, others, line] of refusals) {
    it(what, () => {
      const message = `${head}  ${line}`;
      assert.throws(() => parseSettings("dev", stackConfig("dev"), [], { others }), { message });
    });
  }
});

describe("a stack is left alone", () => {
  const strangers: [what: string, other: OtherStack][] = [
    ["by the same node port on another cluster", { file: "x", context: "elsewhere", nodePort: 30300 }],
    ["by another port of the same cluster", { file: "x", context: CONTEXT, nodePort: 30301 }],
    ["by another port of the same host", { file: "x", context: CONTEXT, origin: "http://localhost:30301" }],
    ["by a file that says nothing, or nonsense", { file: "x", context: CONTEXT, origin: 7, nodePort: "30300" }],
  ];
  for (const [what, other] of strangers) {
    it(what, () => {
      assert.equal(parseSettings("dev", stackConfig("dev"), [], { others: [other] }).environment, "dev");
    });
  }
});

describe("the other stack files", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-stacks-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are those beside this one, short keys and broken YAML included", () => {
    const files = {
      "Pulumi.yaml": "name: todo",
      "Pulumi.dev.yaml": "config: { todo:origin: http://dev.localhost }",
      "Pulumi.schema.json": "{}",
      "Pulumi.broken.yaml": "config: [",
      "Pulumi.empty.yaml": "",
      "Pulumi.short.yaml": "config: { origin: http://short.localhost }",
      "Pulumi.full.yaml":
        "config: { todo:cluster: { context: lab }, todo:origin: http://full.localhost, todo:frontend: { service: { nodePort: 30305 } } }",
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), `${text}\n`);
    const nothing = { context: undefined, origin: undefined, nodePort: undefined };
    assert.deepEqual(otherStacks(folder, "dev"), [
      { ...nothing, file: "Pulumi.broken.yaml" },
      { ...nothing, file: "Pulumi.empty.yaml" },
      { file: "Pulumi.full.yaml", context: "lab", origin: "http://full.localhost", nodePort: 30305 },
      { ...nothing, file: "Pulumi.short.yaml", origin: "http://short.localhost" },
    ]);
  });

  it("are read by the program: a stack copied without a change is refused", async () => {
    const copy = join(folder, "copy");
    mkdirSync(copy);
    for (const part of ["settings.ts", "settings"]) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    for (const stack of ["dev", "lab"]) {
      writeFileSync(join(copy, `Pulumi.${stack}.yaml`), readFileSync(join(ROOT, "Pulumi.dev.yaml")));
    }
    await pulumi.runtime.setMocks(
      { newResource: ({ inputs }) => ({ id: "id", state: inputs }), call: () => ({}) },
      "todo",
      "lab",
    );
    const config = Object.entries(stackConfig("dev"));
    pulumi.runtime.setAllConfig(
      Object.fromEntries(
        config.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
      ),
    );
    const { loadSettings } = require(join(copy, "settings.ts"));
    await pulumi.runtime.disconnect();
    assert.throws(loadSettings, {
      message: [
        "Pulumi.lab.yaml has 2 problems; nothing was changed.",
        "  todo:origin: expected an address of its own, found http://localhost:30300, which is also that of Pulumi.dev.yaml",
        "  todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.dev.yaml uses on todo-on-minikube too; 30301 is free",
      ].join("\n"),
    });
  });
});
