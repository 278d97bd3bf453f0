// Pulumi.schema.json as Helm's JSON Schema validator judges by it.
import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helm } from "../charts/render.ts";
import { ROOT } from "./mocks.ts";

/** For each stack file the places that the schema refuses, e.g. config/todo:backend/replicas, with what the validator says. */
export async function refusedBySchema(files: unknown[]): Promise<[place: string, text: string][][]> {
  const folder = mkdtempSync(join(tmpdir(), "stack-files-"));
  try {
    const schema = {
      type: "object",
      additionalProperties: JSON.parse(readFileSync(join(ROOT, "Pulumi.schema.json"), "utf8")),
    };
    writeFileSync(join(folder, "Chart.yaml"), "{ apiVersion: v2, name: stack-files, version: 0.0.0 }\n");
    writeFileSync(join(folder, "values.schema.json"), JSON.stringify(schema));
    const values = Object.fromEntries(files.map((file, index) => [`file${index}`, file]));
    const { status, stderr } = await helm(["template", "stack-files", folder, "--values=-"], values);
    const found = [...stderr.matchAll(/^ *- at '\/file(\d+)\/?(.*?)': (.*)$/gm)];
    assert.equal(found.length > 0, status !== 0, stderr);
    return files.map((_, index) =>
      found.filter(([, file]) => Number(file) === index).map(([, , place, text]) => [place, text]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
