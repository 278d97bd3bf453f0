// Pulumi.schema.json, as Helm's JSON Schema validator judges by it: what it accepts and refuses, that settings.ts agrees,
// and that what docs/configuration.md says can be done. Not proved here: what an editor makes of it.
import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings } from "../settings";
import { helm } from "./charts/render";
import { ROOT, stackConfig } from "./support/mocks";
import { refusals } from "./support/refusals";
import { changed, everyKey, everyOtherKey } from "./support/stack-file";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const stacks = ["dev", "staging", "prod"];

/** For each stack file the places that the schema refuses, e.g. config/todo:backend/replicas, with what the validator says. */
async function refused(files: unknown[]): Promise<[place: string, text: string][][]> {
  const folder = mkdtempSync(join(tmpdir(), "stack-files-"));
  try {
    const schema = { type: "object", additionalProperties: JSON.parse(read("Pulumi.schema.json")) };
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

/** Mistakes that no single field shows, or that a pattern cannot tell: settings.ts alone finds them. */
const BEYOND = [
  "pods of a fixed number beside an autoscaler",
  "the same of the frontend",
  "more pods at least than at most",
  "one path for health and readiness",
  "the API of the model where the image has no variable for it",
  "pools beyond what the database inside serves",
  "pools beyond what the database inside serves, with as many pods as an autoscaler may make",
  "a limit below the request's default",
  "a request above the limit, in another unit",
  "an external database without a URL",
  "an origin that is a Service",
  "an origin in the cluster's domain",
  "an origin whose port is not the node port",
  "a port-forward to a node port",
  "a variable that has its own key",
  "the API's address a second time",
  "a variable under the name that the image has for a setting",
  "one name for two settings",
  "a setting under a name that Next.js would have fixed",
  "a setting under the name of a secret",
  "a secret under the name that the image has for a setting",
  "a variable that is a secret, under another name",
  "a misspelt key of the Secret",
  "a key that the Secret does not have",
  "one key for two variables",
  "a further secret under the name of a variable",
  "a mapped secret under the name of a further one",
];

describe("Pulumi.schema.json", () => {
  it("is named in the first line of each stack file, and accepts them", async () => {
    for (const stack of stacks) {
      assert.equal(read(`Pulumi.${stack}.yaml`).split("\n")[0], "# yaml-language-server: $schema=./Pulumi.schema.json");
    }
    assert.deepEqual(await refused(stacks.map((stack) => parse(read(`Pulumi.${stack}.yaml`)))), [[], [], []]);
  });

  it("refuses what settings.ts refuses, at the same place", async () => {
    const places = await refused(refusals.map(([, change]) => ({ config: changed("dev", change) })));
    const unseen: string[] = [];
    for (const [index, [what, , line]] of refusals.entries()) {
      if (places[index].length === 0) {
        unseen.push(what);
        continue;
      }
      const key = `config.${line.slice(0, line.indexOf(": "))}.`;
      for (const [place] of places[index]) {
        const path = place.replace(/\/(\d+)/g, "[$1]").replaceAll("/", ".");
        assert.ok(key.startsWith(`${path}.`), `${what}: ${key} is refused at ${place}`);
      }
    }
    assert.deepEqual(unseen, BEYOND);
  });

  const config = stackConfig("staging");
  const secure = { secure: "v1:nonce:cipher" };
  const others: [what: string, file: unknown, found: [string, string][]][] = [
    ["encrypted secrets", { config: { ...config, "todo:databaseUrl": secure, "todo:openaiApiKey": secure } }, []],
    ["what Pulumi writes", { config, encryptionsalt: "v1:x", secretsprovider: "passphrase", encryptedkey: "x" }, []],
    ["options of Pulumi", { config: { ...config, "pulumi:tags": { team: "todo" } } }, []],
    ["config from an environment of ESC", { environment: ["todo/prod"] }, []],
    ["no config at all", {}, [["", "missing property 'config'"]]],
    ["a misspelt config", { config, confg: {} }, [["", "additional properties 'confg' not allowed"]]],
    [
      "an encrypted value where it would be shown",
      { config: { ...config, "todo:origin": secure } },
      [["config/todo:origin", "got object, want string"]],
    ],
    [
      "an encrypted value inside a section",
      { config: { ...config, "todo:cluster": { context: secure } } },
      [["config/todo:cluster/context", "got object, want string"]],
    ],
    [
      "a secret that is a map of something else",
      { config: { ...config, "todo:authSecret": { value: "x" } } },
      [
        ["config/todo:authSecret", "missing property 'secure'"],
        ["config/todo:authSecret", "additional properties 'value' not allowed"],
      ],
    ],
    [
      "no section",
      { config: { "todo:cluster": config["todo:cluster"] } },
      [["config", "missing properties 'todo:origin', 'todo:database', 'todo:backend', 'todo:frontend'"]],
    ],
  ];
  let answers: [string, string][][];
  before(async () => {
    answers = await refused(others.map(([, file]) => file));
  });
  for (const [index, [what, , expected]] of others.entries()) {
    it(`${expected.length > 0 ? "refuses" : "accepts"} ${what}`, () => {
      const leaves = answers[index].filter(([, text]) => !/^(validation failed|'.*' failed)$/.test(text));
      assert.deepEqual(leaves, expected);
    });
  }

  it("accepts every key that settings.ts accepts", async () => {
    const secrets = ["secretKey", "authSecret", "openaiApiKey", "databaseUrl"].map((name) => `todo:${name}`);
    const files = [everyKey, everyOtherKey].map((all) => {
      const given = secrets.filter((key) => key in all);
      const further = Object.keys(all["todo:secrets"]);
      parseSettings("lab", all, [...given, ...further.map((name) => `todo:secrets.${name}`)]);
      const sealed = Object.fromEntries(given.map((key) => [key, secure]));
      const alsoSealed = Object.fromEntries(further.map((name) => [name, secure]));
      return { config: { ...all, ...sealed, "todo:secrets": alsoSealed } };
    });
    assert.deepEqual(await refused(files), [[], []]);
  });
});

describe("docs/configuration.md", () => {
  const text = read("docs/configuration.md");

  it("has exactly the keys of the contract", () => {
    const documented = [...text.matchAll(/^\| `(todo:[^`]+)`/gm)].map(([, key]) => key);
    const leaves = (value: unknown, key: string): string[] =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([name, inner]) =>
            leaves(inner, /\.(env|secretKeys)$|^todo:secrets$/.test(key) ? `${key}.NAME` : `${key}.${name}`),
          )
        : [key];
    const known = [everyKey, everyOtherKey].flatMap((all) =>
      Object.entries(all).flatMap(([key, value]) => leaves(value, key)),
    );
    assert.deepEqual([...new Set(documented)].sort(), [...new Set(known)].sort());
  });

  it("gives examples that settings.ts accepts", () => {
    const examples = [...text.matchAll(/^pulumi config set --path (--type string )?todo:(\S+) (\S+) -s (\w+)/gm)];
    assert.equal(examples.length, 4);
    for (const [, asText, path, value, stack] of examples) {
      // As Pulumi does: a whole number is one, unless a text was asked for.
      const change = { [path]: !asText && /^\d+$/.test(value) ? Number(value) : value };
      parseSettings(stack, changed(stack, change), []);
    }
  });
});
