// How `make diff` gets what the program knows: by the file whose name the engine reads from a variable.
// Does not prove: what the engine writes there (test/e2e/prediction.test.ts).
import { strict as assert } from "node:assert";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPORT_FILE_VARIABLE } from "local-charts/objects";
import { fullPreview } from "../../../ops/diff/preview.ts";

describe("fullPreview", () => {
  let folder: string;
  const { PATH } = process.env;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-diff-"));
    process.env.PATH = `${folder}:${PATH}`;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });
  /** A pulumi that runs a program of these lines. */
  const pulumi = (...lines: string[]) => {
    writeFileSync(join(folder, "pulumi"), ["#!/bin/sh", ...lines].join("\n"));
    chmodSync(join(folder, "pulumi"), 0o755);
  };
  const SAID = `echo '{"steps": [], "changeSummary": {"same": 1}}'`;

  it("reads the reports from the file that the engine writes", async () => {
    pulumi(`echo '[{"release": "web-dev"}]' >"$${REPORT_FILE_VARIABLE}"`, SAID);
    assert.deepEqual(await fullPreview("dev"), {
      preview: { steps: [], changeSummary: { same: 1 } },
      reports: [{ release: "web-dev" }],
    });
  });

  for (const [what, lines, message] of [
    [
      "that says why it failed",
      [`echo '{"diagnostics": [{"severity": "error", "message": "why"}]}'`, "exit 255"],
      "why",
    ],
    ["that says so elsewhere", ["echo why >&2", "exit 1"], "why"],
    ["whose program wrote nothing", [SAID], "expected the program to write its reports, found no file; run `npm ci`"],
  ] as const) {
    it(`fails with one sentence for a pulumi ${what}`, async () => {
      pulumi(...lines);
      await assert.rejects(fullPreview("dev"), { message: `stack dev: ${message}` });
    });
  }
});
