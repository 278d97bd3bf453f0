// The values files of stack files: which there are, and which go.
// Does not prove: what is in them (test/ops/generate/helm-values.test.ts).
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { chartValues } from "../../../ops/generate/chart-values.ts";
import { outOfDate, write } from "../../../ops/generate/files.ts";
import { generators } from "../../../ops/generate/generators.ts";
import { current } from "../../../ops/test/checks.ts";
import { stackText } from "../../support/stack-text.ts";

describe("the values files of stack files", () => {
  let folder: string;
  const at = (path: string) => join(folder, path);
  const edit = (path: string, from: string, to: string) => {
    const text = readFileSync(at(path), "utf8");
    assert.ok(text.includes(from), `${path} has no ${from}`);
    writeFileSync(at(path), text.replace(from, to));
  };
  const stacks = ["lab", "production"];
  const stale = () => outOfDate(folder, chartValues(folder, stacks));
  const backend = "helm/todo-backend/values/lab.yaml";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-values-"));
    mkdirSync(at("helm"));
    writeFileSync(at("Pulumi.lab.yaml"), stackText("lab", "inside"));
    writeFileSync(at("Pulumi.production.yaml"), stackText("production", "external"));
    write(folder, chartValues(folder, stacks));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are one for each chart that a stack installs", () => {
    assert.deepEqual([...chartValues(folder, stacks).keys()].sort(), [
      backend,
      "helm/todo-backend/values/production.yaml",
      "helm/todo-frontend/values/lab.yaml",
      "helm/todo-frontend/values/production.yaml",
      "helm/todo-postgres/values/lab.yaml",
    ]);
    assert.deepEqual(stale(), []);
  });

  it("follow the stack file alone", () => {
    edit("Pulumi.lab.yaml", "tag: 1a", "tag: 1b");
    assert.deepEqual(stale(), [backend]);
    assert.deepEqual(write(folder, chartValues(folder, stacks)), [backend]);
    assert.deepEqual(stale(), []);
    edit(backend, "1b", "1c");
    assert.deepEqual(stale(), [backend]);
  });

  it("go with the stack, or with what it installed; what somebody wrote stays", () => {
    const own = "helm/todo-backend/values/own.yaml";
    writeFileSync(at(own), "replicaCount: 3\n");
    const values = chartValues(folder, ["production"]);
    const gone = [backend, "helm/todo-frontend/values/lab.yaml", "helm/todo-postgres/values/lab.yaml"];
    assert.deepEqual(write(folder, values).sort(), gone);
    assert.deepEqual([backend, own].map(at).map(existsSync), [false, true]);
  });

  it("are no reason to fail a check when they are late, and one when they cannot be made", async () => {
    const [values] = generators.filter(({ title }) => title.includes("values"));
    assert.deepEqual(await current(values, folder), {});
    edit("Pulumi.lab.yaml", "tag: 1a", "tag: 1b");
    assert.deepEqual(await current(values, folder), {
      advice: `later than the stack files: ${backend}; \`make up\` writes it, and so does \`make generate\``,
    });
    edit("Pulumi.lab.yaml", "tag: 1b", "tag: latest");
    await assert.rejects(current(values, folder), { message: /^Pulumi\.lab\.yaml has 1 problem/ });
  });

  it("are unlike what follows from sources, which fails when it is late", async () => {
    mkdirSync(at("helm/own"));
    writeFileSync(at("helm/own/values.yaml"), "# How many.\nreplicas: 1\n");
    writeFileSync(at("helm/definitions.yaml"), "{}\n");
    const [schemas] = generators.filter(({ title }) => title.includes("charts' schemas"));
    assert.deepEqual(await current(schemas, folder), {
      problem: "out of date: helm/own/values.schema.json; `make generate` writes it",
    });
  });
});
