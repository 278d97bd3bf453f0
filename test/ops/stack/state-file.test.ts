// A state that was cut off. Does not prove: that Pulumi goes on from the copy (test/e2e/kill-points.test.ts).
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { mendState } from "../../../ops/stack/state-file.ts";

describe("the state of a stack", () => {
  const own = process.env.PULUMI_BACKEND_URL;
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-state-"));
    file = join(folder, ".pulumi/stacks/todo/dev.json");
    mkdirSync(join(folder, ".pulumi/stacks/todo"), { recursive: true });
    process.env.PULUMI_BACKEND_URL = `file://${folder}`;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    if (own === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = own;
  });
  const checkpoint = (name: string, text: string) => {
    mkdirSync(join(folder, ".pulumi/history/todo/dev"), { recursive: true });
    writeFileSync(join(folder, ".pulumi/history/todo/dev", `${name}.checkpoint.json`), text);
  };

  it("stays as it is where it is whole, not there, or a service's", () => {
    assert.equal(mendState("dev"), false);
    writeFileSync(file, "{}");
    assert.equal(mendState("dev"), false);
    writeFileSync(file, "{");
    process.env.PULUMI_BACKEND_URL = "https://api.example.org";
    assert.equal(mendState("dev"), false);
  });

  it("is the newest copy that is whole, and what it was is kept", () => {
    writeFileSync(file, '{"version": 3, "cut');
    checkpoint("dev-1", '{"n":1}');
    checkpoint("dev-2", '{"n":2}');
    checkpoint("dev-3", "");
    writeFileSync(`${file}.bak`, "");
    assert.equal(mendState("dev"), true);
    assert.deepEqual(
      [readFileSync(file, "utf8"), readFileSync(`${file}.broken`, "utf8")],
      ['{"n":2}', '{"version": 3, "cut'],
    );
    writeFileSync(file, "");
    writeFileSync(`${file}.bak`, '{"n":3}');
    assert.equal(mendState("dev"), true);
    assert.equal(readFileSync(file, "utf8"), '{"n":3}');
  });

  it("is lost where no copy is whole, with a sentence", () => {
    writeFileSync(file, "");
    assert.throws(
      () => mendState("dev"),
      /stack dev: expected its state in .*dev.json, found no JSON, nor a copy that is/,
    );
  });
});
