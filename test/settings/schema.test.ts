// Pulumi.schema.json, as Helm's JSON Schema validator judges by it: what it accepts and refuses, that settings.ts agrees,
// and that what docs/configuration.md says can be done. Not proved here: what an editor makes of it.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSettings } from "../../settings.ts";
import { ROOT, stackConfig } from "../support/mocks.ts";
import { BEYOND_SCHEMA, everyKey, everyKeyOfCertificate, everyOtherKey, refusals } from "../support/settings-cases.ts";
import { changed } from "../support/stack-file.ts";
import { refusedBySchema } from "../support/stack-schema.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

describe("Pulumi.schema.json", () => {
  it("refuses what settings.ts refuses, at the same place", async () => {
    const places = await refusedBySchema(refusals.map(([, change]) => ({ config: changed("dev", change) })));
    for (const [index, [what, , line, unseen]] of refusals.entries()) {
      assert.equal(places[index].length === 0, unseen === BEYOND_SCHEMA, `${what}: ${JSON.stringify(places[index])}`);
      const key = `config.${line.slice(0, line.indexOf(": "))}.`;
      for (const [place] of places[index]) {
        const path = place.replace(/\/(\d+)/g, "[$1]").replaceAll("/", ".");
        assert.ok(key.startsWith(`${path}.`), `${what}: ${key} is refused at ${place}`);
      }
    }
  });

  const config = stackConfig("staging");
  const secure = { secure: "v1:nonce:cipher" };
  const others: [what: string, file: unknown, found: [string, string][]][] = [
    ["encrypted secrets", { config: { ...config, "todo:databaseUrl": secure, "todo:openaiApiKey": secure } }, []],
    ["what Pulumi writes", { config, encryptionsalt: "v1:x", secretsprovider: "passphrase", encryptedkey: "x" }, []],
    ["a truth as `pulumi config set` writes it", { config: { ...config, "todo:protected": "true" } }, []],
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
    answers = await refusedBySchema(others.map(([, file]) => file));
  });
  for (const [index, [what, , expected]] of others.entries()) {
    it(`${expected.length > 0 ? "refuses" : "accepts"} ${what}`, () => {
      const leaves = answers[index].filter(([, text]) => !/^(validation failed|'.*' failed)$/.test(text));
      assert.deepEqual(leaves, expected);
    });
  }

  it("accepts every key that settings.ts accepts", async () => {
    const secrets = ["secretKey", "authSecret", "openaiApiKey", "databaseUrl", "tlsKey", "registryToken"].map(
      (name) => `todo:${name}`,
    );
    const files = [everyKey, everyOtherKey, everyKeyOfCertificate].map((all) => {
      const given = secrets.filter((key) => key in all);
      const further = Object.keys(all["todo:secrets"]);
      parseSettings("lab", all, [...given, ...further.map((name) => `todo:secrets.${name}`)]);
      const sealed = Object.fromEntries(given.map((key) => [key, secure]));
      const alsoSealed = Object.fromEntries(further.map((name) => [name, secure]));
      return { config: { ...all, ...sealed, "todo:secrets": alsoSealed } };
    });
    assert.deepEqual(
      await refusedBySchema(files),
      files.map(() => []),
    );
  });
});

describe("docs/configuration.md", () => {
  const text = read("docs/configuration.md");

  it("has exactly the keys of the contract", () => {
    const documented = [...text.matchAll(/^\| `(todo:[^`]+)`/gm)].map(([, key]) => key);
    const leaves = (value: unknown, key: string): string[] =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([name, inner]) =>
            leaves(
              inner,
              /\.(env|secretKeys|urls|labels)$|^todo:(secrets|services|neighbours)$/.test(key)
                ? `${key}.NAME`
                : `${key}.${name}`,
            ),
          )
        : [key];
    const known = [everyKey, everyOtherKey, everyKeyOfCertificate].flatMap((all) =>
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
