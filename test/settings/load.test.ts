// How the settings of a running stack, and of a stack file, are read: what Pulumi hands over as text, what is encrypted, and
// what is not there. Does not prove: what the program does with them (test/index.settings.test.ts).
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { configOf, stackFile, stackNames } from "../../settings/stack-files.ts";
import { loadSettings, readSettings } from "../../settings.ts";
import { type Change, changed } from "../support/stack-file.ts";

const SEALED = { secure: "v1:nonce:cipher" };
const PLAIN = /^ {2}todo:secrets\.B: expected an encrypted value, found plain text/m;

describe("the settings of a stack", () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "todo-load-"));
    await pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "todo", "lab");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    pulumi.runtime.setAllConfig({}, []);
  });

  const write = (change: Change, stack = "lab") =>
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stringify({ config: changed("dev", change) }));
  /** As Pulumi hands config over: maps as JSON, and what was encrypted by its key. */
  const load = (change: Change, encrypted: string[] = []) => {
    const config = Object.entries(changed("dev", change)).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    pulumi.runtime.setAllConfig(Object.fromEntries(config), encrypted);
    return loadSettings(folder);
  };

  it("are what Pulumi hands over, where there is no file", () => {
    const { environment, backend, secrets } = load({ "backend.replicas": 2, openaiApiKey: "{not-JSON" }, [
      "todo:openaiApiKey",
    ]);
    assert.deepEqual([environment, backend?.replicas, Object.keys(secrets)], ["lab", 2, ["openaiApiKey"]]);
    assert.deepEqual(Object.keys(load({ openaiApiKey: "12345" }, ["todo:openaiApiKey"]).secrets), ["openaiApiKey"]);
    assert.throws(() => load({ openaiApiKey: "x" }), { message: /todo:openaiApiKey: expected an encrypted value/ });
    assert.throws(() => load({ origin: "x[" }), { message: /found "x\["$/m });
  });

  it("have further secrets that are encrypted one by one, as the file says", () => {
    const secrets = { A: "1", B: "2" };
    write({ secrets: { A: SEALED, B: SEALED } });
    assert.deepEqual(Object.keys(load({ secrets }, ["todo:secrets"]).furtherSecrets), ["A", "B"]);
    write({ secrets: { A: SEALED, B: "2" } });
    assert.throws(() => load({ secrets }, ["todo:secrets"]), { message: PLAIN });
    write({ secrets });
    assert.throws(() => load({ secrets }), { message: PLAIN });
    write({ secrets: SEALED });
    assert.throws(() => load({ secrets }, ["todo:secrets"]), { message: /found a map encrypted as one/ });
  });

  it("are refused where their file has two readings, and not for either of them as well", () => {
    const text = stringify({ config: changed("dev", { "frontend.env": { RELEASED: "D", SIZE: "S" } }) });
    writeFileSync(join(folder, "Pulumi.lab.yaml"), text.replace(": D", ": 2026-11-03").replace(": S", ": 0755"));
    const head = "expected what all readers take alike, found";
    const line = (name: string) => text.split("\n").findIndex((each) => each.includes(name)) + 1;
    const lines = [
      `todo:frontend.env.RELEASED: ${head} a date without quotes, which Pulumi writes in another form (line ${line("RELEASED")}, column 17); put it in quotes`,
      `todo:frontend.env.SIZE: ${head} what is one number to Pulumi, and another or a text to others (line ${line("SIZE")}, column 13); put it in quotes, or write a number in decimal digits`,
    ];
    const message = `Pulumi.lab.yaml has 2 problems; nothing was changed.\n  ${lines.join("\n  ")}`;
    const asPulumiReads = { RELEASED: "2026-11-03 00:00:00 +0000 UTC", SIZE: 493 };
    assert.throws(() => load({ "frontend.env": asPulumiReads }), { message });
    assert.throws(() => readSettings(folder, "lab"), { message });
  });

  it("may come by an anchor, an alias and <<", () => {
    const text = stringify({
      config: changed("dev", { "backend.env": { A: "1", B: "2" }, "frontend.env": { B: "own" } }),
    });
    const common = text
      .replace(/env:\n(\s+)A:/, "env: &common\n$1A:")
      .replace(/env:\n(\s+)B: own/, "env:\n$1<<: *common\n$1B: own");
    writeFileSync(join(folder, "Pulumi.lab.yaml"), common);
    assert.deepEqual(readSettings(folder, "lab").frontend?.env, { A: "1", B: "own" });
  });

  it("are held against the other stacks' files", () => {
    write({}, "other");
    assert.throws(() => load({}), { message: /which is also that of Pulumi\.other\.yaml/ });
    write({});
    assert.throws(() => readSettings(folder, "lab"), { message: /which is also that of Pulumi\.other\.yaml/ });
  });

  it("are read from a file, whose secrets nobody opens", () => {
    const external = { database: { mode: "external" }, "backend.chatRequired": true };
    write({ ...external, databaseUrl: SEALED, openaiApiKey: SEALED });
    const { secrets } = readSettings(folder, "lab");
    assert.deepEqual(
      Object.entries(secrets).map(([name, { value, fingerprint }]) => [name, value, fingerprint.length]),
      [
        ["databaseUrl", undefined, 6],
        ["openaiApiKey", undefined, 6],
      ],
    );
    assert.deepEqual(readSettings(folder, "lab", { assumeSecrets: true }).secrets, secrets);
  });

  it("are refused from a file where something is encrypted that would be shown", () => {
    const line = (key: string, path = "") =>
      `Pulumi.lab.yaml has 1 problem; nothing was changed.\n  ${key}: expected plain text, found an encrypted value; only the secrets of Pulumi.yaml reach a Secret, and \`pulumi config set --plaintext ${path}${key} … -s lab\` writes it in plain text`;
    const sealed = { "backend.secretKeys": { JWT: SEALED, DB: "DATABASE_URL" } };
    write(sealed);
    assert.throws(() => readSettings(folder, "lab"), { message: line("todo:backend.secretKeys.JWT", "--path ") });
    // As `pulumi config set` makes one of a long name that it takes for a secret; the program gets it decrypted.
    const open = { "backend.secretKeys": { JWT: "AUTH_SECRET", DB: "DATABASE_URL" } };
    assert.throws(() => load(open, ["todo:backend"]), { message: line("todo:backend.secretKeys.JWT", "--path ") });
    write({});
    assert.throws(() => load({}, ["todo:origin"]), { message: line("todo:origin") });
  });

  it("may be taken for set where they are not, as far as they are needed", () => {
    write({ database: { mode: "external" }, "backend.chatRequired": true });
    const missing = { fingerprint: "missing" };
    assert.deepEqual(readSettings(folder, "lab", { assumeSecrets: true }).secrets, {
      databaseUrl: missing,
      openaiApiKey: missing,
    });
    assert.throws(() => readSettings(folder, "lab"), { message: /has 2 problems/ });
    write({ database: { mode: "inside" } });
    assert.deepEqual(readSettings(folder, "lab", { assumeSecrets: true }).secrets, {});
    write({ database: undefined, backend: undefined });
    assert.throws(() => readSettings(folder, "lab", { assumeSecrets: true }), { message: /todo:backend/ });
  });

  it("are in files beside others", () => {
    for (const name of [
      "Pulumi.b.yaml",
      "Pulumi.a.yaml",
      "Pulumi.yaml",
      "Pulumi.c.yaml.orig",
      "xPulumi.d.yaml",
      "Pulumi.schema.json",
    ]) {
      writeFileSync(join(folder, name), "config: {origin: x, todo:policy: y, 'pulumi:z': 1}");
    }
    assert.deepEqual(stackNames(folder), ["a", "b"]);
    assert.equal(stackFile(folder, "a"), join(folder, "Pulumi.a.yaml"));
    assert.deepEqual(configOf(folder, "a"), { "todo:origin": "x", "todo:policy": "y", "pulumi:z": "1" });
    writeFileSync(join(folder, "Pulumi.a.yaml"), "");
    assert.deepEqual(configOf(folder, "a"), {});
  });
});
