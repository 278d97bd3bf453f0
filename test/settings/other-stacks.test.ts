// What two stacks cannot share: an address in the browser, and a port of one cluster's nodes.
// Not proved here: that the program reads them (test/index.settings.test.ts), that no other program uses the port, and what a stack deployed from another checkout uses.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OtherStack, otherStacks } from "../../settings/other-stacks.ts";
import { parseSettings, readSettings } from "../../settings.ts";
import { FIXTURES, stackConfig } from "../support/mocks.ts";
import { changed } from "../support/stack-file.ts";

const CONTEXT = "todo-on-minikube";
const head = "Pulumi.dev.yaml has 1 problem; nothing was changed.\n";

describe("a stack is refused", () => {
  const refusals: [what: string, others: OtherStack[], line: string][] = [
    [
      "on the node port of another one on the same cluster",
      [{ file: "Pulumi.lab.yaml", context: CONTEXT, origin: "http://lab.localhost", nodePorts: [30300] }],
      "todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.lab.yaml uses on todo-on-minikube too; 30301 is free",
    ],
    [
      "with the next port that is really free",
      [
        { file: "Pulumi.a.yaml", context: CONTEXT, nodePorts: [30300] },
        { file: "Pulumi.b.yaml", context: CONTEXT, nodePorts: [30301] },
        { file: "Pulumi.c.yaml", context: CONTEXT, origin: "http://localhost:30302", nodePorts: [] },
      ],
      "todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.a.yaml uses on todo-on-minikube too; 30303 is free",
    ],
    [
      "at the address of another one, wherever that is",
      [{ file: "Pulumi.lab.yaml", context: "elsewhere", origin: "http://localhost:30300", nodePorts: [] }],
      "todo:origin: expected an address of its own, found http://localhost:30300, which is also that of Pulumi.lab.yaml",
    ],
    [
      "at the same host and port with another scheme",
      [{ file: "Pulumi.lab.yaml", context: "elsewhere", origin: "https://localhost:30300", nodePorts: [] }],
      "todo:origin: expected an address of its own, found http://localhost:30300, which is also that of Pulumi.lab.yaml",
    ],
    [
      "at the address of another one's backend",
      [{ file: "Pulumi.lab.yaml", context: "elsewhere", backendOrigin: "http://localhost:30300", nodePorts: [] }],
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

it("a stack on the last port of nodes is told the first that is free", () => {
  const context = "kind-lab";
  const port = { origin: "http://localhost:32767", "frontend.service.nodePort": 32767 };
  const others = [32767, 30000].map((port) => ({ file: `Pulumi.${port}.yaml`, context, nodePorts: [port] }));
  assert.throws(() => parseSettings("dev", changed("dev", { ...port, "cluster.context": context }), [], { others }), {
    message: `${head}  todo:frontend.service.nodePort: expected a port of its own, found 32767, which Pulumi.32767.yaml uses on kind-lab too; 30001 is free`,
  });
});

it("a stack on the project's own cluster is told a free port that this publishes", () => {
  const others = [30300, 30301].map((port) => ({ file: `Pulumi.${port}.yaml`, context: CONTEXT, nodePorts: [port] }));
  assert.throws(() => parseSettings("dev", stackConfig("dev"), [], { others }), {
    message: `${head}  todo:frontend.service.nodePort: expected a port of its own, found 30300, which Pulumi.30300.yaml uses on todo-on-minikube too; 30302 is free`,
  });
});

describe("a stack is left alone", () => {
  const strangers: [what: string, other: OtherStack][] = [
    ["by the same node port on another cluster", { file: "x", context: "elsewhere", nodePorts: [30300] }],
    ["by another port of the same cluster", { file: "x", context: CONTEXT, nodePorts: [30301] }],
    [
      "by another port of the same host",
      { file: "x", context: CONTEXT, origin: "http://localhost:30301", nodePorts: [] },
    ],
    ["by a file that says nothing, or nonsense", { file: "x", context: CONTEXT, origin: 7, nodePorts: ["30300"] }],
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
      "Pulumi.merged.yaml":
        "lab: &lab { context: lab }\nport: &port 30306\nconfig: { cluster: *lab, frontend: { service: { <<: { nodePort: *port } } } }",
      "Pulumi.short.yaml": "config: { origin: http://short.localhost }",
      "Pulumi.full.yaml":
        "config: { todo:cluster: { context: lab }, todo:origin: http://full.localhost, todo:frontend: { service: { nodePort: 30305 } } }",
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), `${text}\n`);
    const nothing = { context: undefined, origin: undefined, backendOrigin: undefined, nodePorts: [] };
    assert.deepEqual(otherStacks(folder, "dev"), [
      { ...nothing, file: "Pulumi.broken.yaml" },
      { ...nothing, file: "Pulumi.empty.yaml" },
      {
        file: "Pulumi.full.yaml",
        context: "lab",
        origin: "http://full.localhost",
        backendOrigin: undefined,
        nodePorts: [30305],
      },
      { file: "Pulumi.merged.yaml", context: "lab", origin: undefined, backendOrigin: undefined, nodePorts: [30306] },
      { ...nothing, file: "Pulumi.short.yaml", origin: "http://short.localhost" },
    ]);
  });

  it("are read without Pulumi too", () => {
    const both = join(folder, "both");
    mkdirSync(both);
    for (const stack of ["dev", "lab"]) {
      writeFileSync(join(both, `Pulumi.${stack}.yaml`), readFileSync(join(FIXTURES, "Pulumi.dev.yaml")));
    }
    assert.throws(() => readSettings(both, "lab"), {
      message: /^Pulumi\.lab\.yaml has 2 problems; .*Pulumi\.dev\.yaml/s,
    });
  });
});

it("a backend that browsers call has an address of its own", () => {
  const api = { "backend.origin": "http://localhost:30301", "backend.service": { type: "NodePort", nodePort: 30301 } };
  const others = [{ file: "Pulumi.lab.yaml", context: "elsewhere", origin: "http://localhost:30301", nodePorts: [] }];
  assert.throws(() => parseSettings("dev", changed("dev", api), [], { others }), {
    message: `${head}  todo:backend.origin: expected an address of its own, found http://localhost:30301, which is also that of Pulumi.lab.yaml`,
  });
});
