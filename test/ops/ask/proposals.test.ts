// What an answer proposes, tried on a copy; charts are rendered by Helm.
// Does not prove that what is proposed heals anything (test/e2e/ask.test.ts).
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proposalLines } from "../../../ops/ask/conclude.ts";
import { edited, patchOf } from "../../../ops/ask/edit.ts";
import { proposalsIn } from "../../../ops/ask/proposals.ts";
import { tried } from "../../../ops/ask/validate.ts";
import { stackFile } from "../../../settings/stack-files.ts";
import { root } from "../../../tools/places.ts";

const whyNot = (text: string) => {
  const [proposal] = proposalsIn(`PROPOSAL: ${text}`, "dev");
  return proposal?.kind === "refused" ? proposal.why : undefined;
};

describe("proposals of an answer", () => {
  it("are its marked lines: values of the stack file, commands of this project", () => {
    const answer =
      "Because.\n**PROPOSAL: `todo:backend.replicas = 2`**\n- PROPOSAL: make recover ENV=dev\nnone: PROPOSAL\n";
    assert.deepEqual(proposalsIn(answer, "dev"), [
      { kind: "value", text: "todo:backend.replicas = 2", path: ["backend", "replicas"], value: "2" },
      { kind: "command", text: "make recover ENV=dev" },
    ]);
  });

  it("are refused by name where they are neither", () => {
    const neither = /^expected a key of the stack file with its value, or a command of this project, found neither$/;
    for (const text of ["kubectl delete pod x", "pulumi up", "rm -rf /", "make"])
      assert.match(whyNot(text) ?? "", neither, text);
    for (const verb of ["down", "clean", "restore", "rotate", "nothing", "constructor"])
      assert.match(whyNot(`make ${verb} ENV=dev`) ?? "", new RegExp(`found make ${verb}, which is none$`));
    assert.match(whyNot("make up ENV=prod") ?? "", /^expected ENV=dev, found ENV=prod$/);
    assert.match(whyNot("make up") ?? "", /^expected ENV=dev in it, found nothing$/);
    assert.match(whyNot("make up ENV=dev; id") ?? "", /found ENV=dev;$/);
    assert.match(whyNot("make up ENV=dev SHELL=sh") ?? "", /found SHELL=sh$/);
    assert.match(whyNot("make rollback ENV=dev TO=$(id)") ?? "", /found TO=\$\(id\)$/);
  });
});

describe("an edit of a stack file", () => {
  const text =
    'config:\n  # why\n  todo:backend:\n    image: { repository: r, tag: "1" }   # kept\n  todo:policy: advisory\n';

  it("changes one value where it stands, and keeps a text a text", () => {
    assert.equal(edited(text, ["backend", "image", "tag"], "0123"), text.replace('"1"', '"0123"'));
    assert.equal(edited(text, ["policy"], "mandatory"), text.replace("advisory", '"mandatory"'));
    assert.match(edited(text, ["backend", "replicas"], "2"), /\n {4}replicas: 2\n/);
  });

  it("has no place in another kind of value", () => {
    assert.throws(() => edited(text, ["backend"], "x"), {
      message: /^todo:backend: expected the key of a single value/,
    });
    assert.throws(() => edited(text, ["policy", "x"], "1"), {
      message: /^todo:policy.x: expected a map on the way there/,
    });
    assert.throws(() => edited(text, ["backend", "env"], "{a: 1}"), {
      message: /expected a single value, found \{a: 1\}$/,
    });
  });
});

describe("a proposed value", function () {
  this.timeout(120_000);
  const from = join(root, "test/fixtures");
  const allThere = async () => [];
  const refusal = async (path: string, value: string, images: () => Promise<string[]> = allThere) => {
    const trial = await tried("dev", path.split("."), value, { from, images });
    return "refusal" in trial ? trial.refusal : undefined;
  };

  it("is shown by what it changes, as a patch that git takes, and changes no stack file", async () => {
    const file = stackFile(from, "dev");
    const before = readFileSync(file, "utf8");
    const trial = await tried("dev", ["frontend", "replicas"], "2", { from, images: allThere });
    assert.ok("patch" in trial, JSON.stringify(trial));
    assert.match(trial.changes.join("\n"), /~ Deployment todo-frontend-dev\n.*spec\.replicas: 1 → 2/);
    assert.equal(readFileSync(file, "utf8"), before);
    const folder = mkdtempSync(join(tmpdir(), "todo-patch-"));
    try {
      cpSync(file, join(folder, "Pulumi.dev.yaml"));
      execFileSync("git", ["init", "--quiet"], { cwd: folder });
      execFileSync("git", ["apply", "-"], { cwd: folder, input: trial.patch });
      assert.equal(
        readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8"),
        edited(before, ["frontend", "replicas"], "2"),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused by the name of its key, by the rules, for what it asks of the namespace, for an image that is nowhere", async () => {
    assert.match((await refusal("frontend.nosuch", "1")) ?? "", /todo:frontend\.nosuch: no such key/);
    assert.match((await refusal("frontend.replicas", "-1")) ?? "", /todo:frontend\.replicas: expected/);
    assert.match((await refusal("frontend.image.tag", "latest")) ?? "", /todo:frontend\.image\.tag: expected/);
    assert.match((await refusal("secrets.CANARY", "in plain sight")) ?? "", /todo:secrets\.CANARY/);
    const nowhere = async () => ["image localhost/x:1: not in the node, and no registry has it"];
    assert.match((await refusal("frontend.replicas", "2", nowhere)) ?? "", /^image localhost\/x:1: not in the node/);
  });

  it("is for a person to apply", async () => {
    const patch = patchOf("Pulumi.dev.yaml", "a: 1\n", "a: 2\n");
    const lines = await proposalLines("PROPOSAL: a = 2", "dev", async () => ({ changes: [], patch }));
    assert.deepEqual(lines.slice(5), ["git apply <<'EOF'", ...patch.trimEnd().split("\n"), "EOF"]);
    const refused = await proposalLines("PROPOSAL: a = 2", "dev", async () => ({ refusal: "one\ntwo" }));
    assert.deepEqual(refused, ["", "✖ proposed: a = 2", "  refused: one", "  two"]);
  });
});
