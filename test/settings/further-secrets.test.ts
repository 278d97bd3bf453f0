// Secrets that only another team's image knows: what a stack file says of them, in which form, and what becomes of them.
// Does not prove: what the program makes of them (test/index.settings.test.ts), nor how Pulumi hands an encrypted map
// over (test/e2e/other-images.test.ts).
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { partsOf } from "../../components/parts.ts";
import { parseSettings, readSettings, type Settings } from "../../settings.ts";
import { changed } from "../support/stack-file.ts";

const STRIPE = "todo:secrets.STRIPE_KEY";
const sealed = (cipher: string) => ({ secure: `v1:nonce:${cipher}` });
const text = (output: pulumi.Output<string> | undefined) =>
  new Promise<string>((done) => (output as pulumi.Output<string>).apply(done));

describe("a further secret", () => {
  const parse = (secrets: Record<string, unknown>, encrypted: string[]) =>
    parseSettings("dev", changed("dev", { secrets }), ["todo:secrets", ...encrypted]);

  it("is handed over as a secret, with a fingerprint that follows its value and its name", async () => {
    const { STRIPE_KEY, OTHER } = parse({ STRIPE_KEY: "sk_1", OTHER: "sk_1" }, [
      STRIPE,
      "todo:secrets.OTHER",
    ]).furtherSecrets;
    assert.equal(await pulumi.isSecret(STRIPE_KEY.value as pulumi.Output<string>), true);
    assert.equal(await text(STRIPE_KEY.value), "sk_1");
    assert.match(STRIPE_KEY.fingerprint, /^[0-9a-f]{6}$/);
    const next = parse({ STRIPE_KEY: "sk_2" }, [STRIPE]).furtherSecrets.STRIPE_KEY;
    assert.equal(new Set([STRIPE_KEY, OTHER, next].map(({ fingerprint }) => fingerprint)).size, 3);
  });

  it("is refused beside an encrypted one when it stands there in plain text, and when it is empty", () => {
    assert.throws(() => parse({ STRIPE_KEY: "sk_1", OTHER: "canary" }, [STRIPE]), {
      message:
        "Pulumi.dev.yaml has 1 problem; nothing was changed.\n  todo:secrets.OTHER: expected an encrypted value, found plain text; `pulumi config set --secret --path todo:secrets.OTHER -s dev` asks for it; the old value is no secret any more",
    });
    assert.throws(() => parse({ STRIPE_KEY: "" }, [STRIPE]), {
      message:
        "Pulumi.dev.yaml has 1 problem; nothing was changed.\n  todo:secrets.STRIPE_KEY: expected a text of at least one character, found an empty text",
    });
  });

  it("is refused where the map was encrypted as one", () => {
    assert.throws(() => parse(sealed("x"), []), {
      message:
        "Pulumi.dev.yaml has 1 problem; nothing was changed.\n  todo:secrets: expected a map of encrypted values, found a map encrypted as one; `pulumi config set --secret --path todo:secrets.NAME -s dev` asks for one",
    });
  });

  it("may have any name that the backend's image uses for something else", () => {
    const change = {
      "backend.secretKeys": { DB_DSN: "DATABASE_URL", PAYMENT: "STRIPE_KEY" },
      "todo:secrets": { STRIPE_KEY: "sk_1" },
    };
    const { furtherSecrets } = parseSettings("dev", changed("dev", change), [STRIPE]);
    assert.deepEqual(Object.keys(furtherSecrets), ["STRIPE_KEY"]);
  });
});

describe("a stack file with further secrets", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "further-secrets-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (secrets: unknown): Settings => {
    const file = stringify({ config: changed("dev", { secrets }) });
    writeFileSync(join(folder, "Pulumi.dev.yaml"), file);
    return readSettings(folder, "dev");
  };

  it("is read without its passphrase", () => {
    const { environment, backend } = partsOf(read({ STRIPE_KEY: sealed("a"), MAIL_PASSWORD: sealed("b") }));
    const { keys = {} } = environment.secrets.backend ?? {};
    assert.deepEqual(Object.keys(keys), ["DATABASE_URL", "SECRET_KEY", "AUTH_SECRET", "STRIPE_KEY", "MAIL_PASSWORD"]);
    assert.equal(keys.STRIPE_KEY.from, "config");
    assert.deepEqual(Object.keys(backend?.secret?.fingerprints ?? {}), Object.keys(keys));
    const again = read({ STRIPE_KEY: sealed("c") }).furtherSecrets.STRIPE_KEY;
    assert.notEqual(again.fingerprint, keys.STRIPE_KEY.fingerprint);
  });

  it("is refused for a value in plain text", () => {
    assert.throws(() => read({ STRIPE_KEY: sealed("a"), OTHER: "canary" }), {
      message: /^.*todo:secrets\.OTHER: expected an encrypted value, found plain text/s,
    });
  });
});
