// What `make up`, `preview`, `diff`, `down`, `rotate` and `open` say before anything begins, where a stack other than dev lacks a person's part.
// Does not prove: the question of a protected stack itself, nor Pulumi's words for a wrong passphrase (test/e2e/environments.test.ts).
import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import {
  assertPassphrase,
  assertUnprotected,
  assertUpAnswerable,
  withoutAsking,
  wrongPassphrase,
} from "../../../ops/stack/consent.ts";
import { verb } from "../../support/verb.ts";

const context = "config:\n  todo:cluster: { context: todo-on-minikube }\n";

/** Stacks by the line that protects them, or does not. */
const protectedBy = {
  production: "todo:protected: true",
  short: "protected: true",
  typed: 'todo:protected: "true"', // as `pulumi config set` writes it
  open: "todo:protected: false",
};

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-consent-"));
  for (const stack of ["staging", "prod"]) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), context);
  for (const [stack, line] of Object.entries(protectedBy)) {
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), `${context}  ${line}\n`);
  }
  writeFileSync(join(folder, "Pulumi.kms.yaml"), `secretsprovider: awskms://alias/todo\n${context}`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a verb where there is nothing but stack files, and no program: what got past the checks could do nothing. */
async function said(name: string, stack: string, env: Record<string, string> = {}, key = ""): Promise<string> {
  const nothing = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined };
  const { exitCode, stderr, stdout } = await verb(name, [stack, key], {
    stdin: "ignore",
    env: { ...nothing, XDG_STATE_HOME: join(folder, "state"), TODO_ROOT: folder, PATH: folder, ...env },
  });
  assert.deepEqual([exitCode, stdout], [1, ""]);
  return stderr;
}

const passphrase = (stack: string, found: string) =>
  `error: stack ${stack}: expected a passphrase of its own, which encrypts its secrets, found ${found}; put it into PULUMI_CONFIG_PASSPHRASE, or the name of its file into PULUMI_CONFIG_PASSPHRASE_FILE, export that and run this again`;
const PUBLIC = 'that of stack dev, which is public (`eval "$(make env)"` sets it)';

describe("a stack without a passphrase of its own", () => {
  for (const verb of ["up", "preview", "diff", "down"]) {
    it(`is refused by ${verb}`, async () => assert.equal(await said(verb, "staging"), passphrase("staging", "none")));
  }

  it("is refused by rotate, before the stack file is edited", async () => {
    const file = join(folder, "Pulumi.staging.yaml");
    const before = readFileSync(file, "utf8");
    assert.equal(await said("rotate", "staging", {}, "SECRET_KEY"), passphrase("staging", "none"));
    assert.equal(readFileSync(file, "utf8"), before);
  });

  it("is refused with dev's, which everybody knows", async () => {
    assert.equal(await said("up", "staging", { PULUMI_CONFIG_PASSPHRASE: "dev" }), passphrase("staging", PUBLIC));
  });

  const taken: [string, stack: string, variable: string, value: string][] = [
    ["where its secrets have another provider", "kms", "NONE", ""],
    ["where Pulumi's service encrypts", "staging", "PULUMI_BACKEND_URL", "https://api.pulumi.com"],
    ["with one in the environment", "staging", "PULUMI_CONFIG_PASSPHRASE", "own"],
    ["with an empty one, which Pulumi takes as well", "staging", "PULUMI_CONFIG_PASSPHRASE", ""],
    ["with the file of one", "staging", "PULUMI_CONFIG_PASSPHRASE_FILE", "/run/secrets/passphrase"],
  ];
  for (const [what, stack, variable, value] of taken) {
    it(`is accepted ${what}`, () => {
      const saved = { ...process.env };
      for (const name of Object.keys(process.env)) if (name.startsWith("PULUMI_")) delete process.env[name];
      process.env[variable] = value;
      try {
        assertPassphrase(stack, folder);
      } finally {
        process.env = saved;
      }
    });
  }
});

const terminal = (stack: string, command: string) =>
  `error: stack ${stack}: expected a terminal, as \`pulumi ${command}\` shows what it would do and asks, found none; run this in one, or, as a deliberate act without a question, \`eval "$(make env ENV=${stack})" && pulumi ${command} -s ${stack} --yes\``;

describe("a question of Pulumi's without a terminal", () => {
  for (const [name, stack, command] of [
    ...["production", "short", "typed"].map((stack) => ["up", stack, "up"]),
    ["down", "prod", "destroy"],
    ["down", "staging", "destroy"],
    ["down", "open", "destroy"],
  ]) {
    it(`is refused by ${name} of ${stack}`, async () => {
      assert.equal(await said(name, stack, { PULUMI_CONFIG_PASSPHRASE: "own" }), terminal(stack, command));
    });
  }

  it("is refused by rotate of a protected stack", async () => {
    assert.equal(await said("rotate", "production", {}, "SECRET_KEY"), terminal("production", "up"));
  });
});

describe("a stack that is not protected", () => {
  for (const stack of ["prod", "staging", "open"]) {
    it(`is brought up without a question: ${stack}`, () => {
      assert.deepEqual(withoutAsking(stack, folder), ["--yes", "--skip-preview"]);
      assertUpAnswerable(stack, folder);
    });
  }
});

describe("a protected stack", () => {
  for (const stack of ["production", "short", "typed"]) {
    it(`is brought up with its preview and a question: ${stack}`, () =>
      assert.deepEqual(withoutAsking(stack, folder), []));

    it(`is not removed, and what to type first is said, before a passphrase is asked for: ${stack}`, async () => {
      assert.equal(
        await said("down", stack),
        `error: stack ${stack}: Pulumi.${stack}.yaml says todo:protected, so nothing of it is removed; where that is meant, type \`pulumi config set todo:protected false -s ${stack}\`, then \`make up ENV=${stack}\`, then \`make down ENV=${stack}\` (\`eval "$(make env ENV=${stack})"\` makes pulumi known to a shell)`,
      );
    });
  }

  it("is not removed while what is deployed still is protected", () => {
    const state = (protect?: boolean) => ({ deployment: { resources: [{}, { protect }] } });
    assertUnprotected("open", { deployment: {} });
    assertUnprotected("open", state());
    assertUnprotected("open", state(false));
    assert.throws(() => assertUnprotected("open", state(true)), {
      message:
        "stack open: Pulumi.open.yaml is not protected any more, but what is deployed still is; `make up ENV=open` takes that off, then run this again",
    });
  });
});

describe("a wrong passphrase", () => {
  it("is told from Pulumi's other complaints", () => {
    assert.equal(wrongPassphrase("staging", "error: no stack named 'staging' found"), undefined);
    const { message } = wrongPassphrase("staging", "error: get stack secrets manager: incorrect passphrase") as Error;
    assert.match(
      message,
      /^stack staging: expected the passphrase that Pulumi\.staging\.yaml was encrypted with, found another one in PULUMI_CONFIG_PASSPHRASE/,
    );
  });
});

describe("`make open`", () => {
  it("says that nothing is deployed before there is a cluster", async () => {
    const expected = "error: stack staging: nothing is deployed; `make up ENV=staging` does that";
    assert.equal(await said("open", "staging"), expected);
  });
});
