// Nothing that looks like a credential is printed, and what is none is.
// Does not prove: that a secret nobody could tell from an ordinary word is found; charts get names of Secrets for that reason.
import { strict as assert } from "node:assert";
import {
  isSecretName,
  redactText,
  SECRET_LIKE,
  SURELY_SECRET,
  URL_WITH_PASSWORD,
} from "../../src/redact/credentials.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const RANDOM = "8fKx92mLqPz71sNcV0bTyR4w";

describe("redactText", () => {
  const hidden: [string, string][] = [
    ["postgresql+asyncpg://shop:hunter2@db:5432/shop", "postgresql+asyncpg://[redacted]@db:5432/shop"],
    ["amqp://u:p/a@ss@mq, and more", "amqp://[redacted]@mq, and more"],
    ["https://hunter2@example.org/", "https://[redacted]@example.org/"],
    ["Authorization: Bearer abcdef123456", "Authorization: [redacted]"],
    ["curl -H 'X: Bearer abcdef123456'", "curl -H 'X: Bearer [redacted]'"],
    ["--password hunter2 -v", "--password [redacted] -v"],
    ["--api-key=hunter2 -v", "--api-key=[redacted] -v"],
    ['{"token": "hunter2", "a": 1}', '{"token": [redacted], "a": 1}'],
    ["dbPassword: hunter2\nport: 1", "dbPassword: [redacted]\nport: 1"],
    ['["--token", "hunter2", "-v"]', '["--token", "[redacted]", "-v"]'],
    ['args=[\\"--api-key\\",\\"hunter2\\"]', 'args=[\\"--api-key\\",\\"[redacted]\\"]'],
    ["['--password', 'hunter two']", "['--password', '[redacted]']"],
    ["args:\n  - --token\n  - hunter2\n  - -v", "args:\n  - --token\n  - [redacted]\n  - -v"],
    ["https://h/x?sig=a&access_token=hunter2", "https://h/x?sig=a&access_token=[redacted]"],
    ["key sk-proj-abcdefgh12345678 given", "key [redacted] given"],
    ["ghp_0123456789abcdefghij", "[redacted]"],
    ["AKIAIOSFODNN7EXAMPLE", "[redacted]"],
    [`word ${RANDOM}.`, "word [redacted]."],
    [`in base64 ${base64("hunter2hunter2")}`, "in base64 [redacted]"],
    ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "[redacted]"],
    ["-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", "[redacted]"],
    [
      "at '/env/API_TOKEN': 'hunter2' does not match pattern '^x'",
      "at '/env/API_TOKEN': '[redacted]' does not match pattern '[redacted]'",
    ],
  ];
  for (const [text, expected] of hidden)
    it(`hides in ${JSON.stringify(text)}`, () => assert.equal(redactText(text), expected));

  const shown = [
    ...[
      "localhost/shop-backend:d0bd10259155",
      `postgres@sha256:${"0a1b2c3d".repeat(8)}`,
      "http://shop-backend-dev:8000",
    ],
    ...[
      "requiredDuringSchedulingIgnoredDuringExecution",
      "shop-backend-dev-migration",
      "/var/lib/postgresql/data/pgdata",
    ],
    ...[
      'PGPASSWORD="$POSTGRES_PASSWORD" psql',
      "additional properties 'repliccas' not allowed",
      "secretName: shop-tls",
    ],
    ...[
      "checksum/secrets: 0a1b2c3d4e5f",
      "networking.k8s.io/v1",
      "key: DATABASE_URL",
      "automountServiceAccountToken: false",
      '["--port", "8000"]',
      '["--token", "$(API_TOKEN)"]',
    ],
    "execution error at (shop-backend/templates/deployment.yaml:2:4): terminationGracePeriodSeconds (5) must exceed 8",
  ];
  for (const text of shown) it(`shows ${text}`, () => assert.equal(redactText(text), text));
});

it("names of secrets", () => {
  const secret = [
    "POSTGRES_PASSWORD",
    "SECRET_KEY",
    "AUTH_SECRET",
    "apiKey",
    "GITHUB_TOKEN",
    "access-key",
    "token",
    "dsn",
  ];
  const plain = [
    "secretName",
    "existingSecret",
    "passwordKey",
    "key",
    "topologyKey",
    "MONKEY",
    "tokenPath",
    "checksum/secrets",
  ];
  assert.deepEqual([...secret, ...plain].filter(isSecretName), secret);
});

describe("a credential of a known form", () => {
  /** Beginning, and how many letters have to follow. */
  const forms: [begins: string, count: number, letter?: string][] = [
    ...["sk-", "pk-", "rk-", "xoxb-", "xoxp-"].map((begins): [string, number] => [begins, 8]),
    ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hvs."].map((begins): [string, number] => [
      begins,
      16,
    ]),
    ...["AKIA", "ASIA"].map((begins): [string, number, string] => [begins, 12, "A"]),
    ...["AIza", "npm_"].map((begins): [string, number] => [begins, 20]),
    ["eyJaaaaaa.", 6],
  ];
  for (const [begins, count, letter = "a"] of forms) {
    it(`begins with ${begins}`, () => {
      const made = (length: number) => begins + letter.repeat(length);
      assert.equal(redactText(`is ${made(count)}, so`), "is [redacted], so");
      assert.equal(redactText(`is ${made(count + 5)}`), "is [redacted]");
      assert.equal(redactText(`is ${made(count - 1)}, so`), `is ${made(count - 1)}, so`);
      assert.equal(redactText(`is x${made(count)}`), `is x${made(count)}`);
    });
  }

  const cases: [text: string, expected: string][] = [
    ["eyJaaaaa.aaaaaa", "eyJaaaaa.aaaaaa"],
    ["eyJaaaaaa.aaaaaa.bb-c_d x", "[redacted] x"],
    ["eyJaaaaaa.aaaaaa.", "[redacted]"],
    ["a Bearer aaaaaa+/=.~-a b", "a Bearer [redacted] b"],
    ["a basic  aaaaaa b", "a basic [redacted] b"],
    ["a Token aaaaaa", "a Token [redacted]"],
    ["a Bearer aaaaa", "a Bearer aaaaa"],
    ["a MyBearer aaaaaa", "a MyBearer aaaaaa"],
    ["a -----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY----- b", "a [redacted] b"],
    [
      "a -----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY----- -----BEGIN CERTIFICATE-----\ny\n-----END CERTIFICATE----- b",
      "a [redacted] b",
    ],
    ["a -----BEGIN CERTIFICATE-----\nx\ny", "a [redacted]"],
    ["a -----BEGIN PUBLIC KEY-----\nx", "a -----BEGIN PUBLIC KEY-----\nx"],
    ["see http://u:p@a/x and http://v:q@b", "see http://[redacted]@a/x and http://[redacted]@b"],
    ["POSTGRES+x.y-z://u:p@db", "POSTGRES+x.y-z://[redacted]@db"],
    ["'http://a:1' me@b", "'http://a:1' me@b"],
    ['"http://a:1" me@b', '"http://a:1" me@b'],
    ["<http://a:1> me@b", "<http://a:1> me@b"],
    ["http://abc@a/x http://d/e@f", "http://[redacted]@a/x http://d/e@f"],
    ["http://@a", "http://@a"],
    ["://u@a", "://u@a"],
  ];
  for (const [text, expected] of cases) it(JSON.stringify(text), () => assert.equal(redactText(text), expected));
});

describe("the value under a name", () => {
  const cases: [text: string, expected: string][] = [
    ["password=x", "password=[redacted]"],
    ["password = x", "password = [redacted]"],
    ["password:x", "password:[redacted]"],
    ["password=x,y=z;a", "password=[redacted],y=z;a"],
    ["password=x&y", "password=[redacted]&y"],
    ["password=x)y]z}", "password=[redacted])y]z}"],
    ["password='x y' z", "password=[redacted] z"],
    ['password="x \\" y" z', "password=[redacted] z"],
    ["password='x \\' y' z", "password=[redacted] z"],
    ["'password': x", "'password': [redacted]"],
    ["db.password=x", "db.password=[redacted]"],
    ["db-password2=x", "db-password2=x"],
    ["/password=x", "/password=x"],
    ["password://x", "password://x"],
    ["password x", "password x"],
    ['"password" x', '"password" x'],
    ["-password x", "-password [redacted]"],
    ['--"password" x', '--"password" [redacted]'],
    ["--level x", "--level x"],
    ["level=x", "level=x"],
    ["1password=x", "1password=x"],
    ...["true", "false", "null", "1", "1234", "$A", "$(A)", `$${"{A}"}`, "'true'", '"1"'].map(
      (value): [string, string] => [`token=${value}`, `token=${value}`],
    ),
    ["token=12345", "token=[redacted]"],
    ["token=truex", "token=[redacted]"],
    ["token=xtrue", "token=[redacted]"],
    ["['--token','x'] and ['--level','y']", "['--token','[redacted]'] and ['--level','y']"],
    ['["--token", "true"]', '["--token", "true"]'],
    ['["token", "x"]', '["token", "x"]'],
    ['["-token" , "x"]', '["-token" , "[redacted]"]'],
    ["- --token\n- x", "- --token\n- [redacted]"],
    ['  - "--token"\n  - "x y"\n  - z', '  - "--token"\n  - [redacted]\n  - z'],
    ["- --level\n- x", "- --level\n- x"],
    ["- --token\n- $(TOKEN)", "- --token\n- $(TOKEN)"],
    ["- --token\n- true", "- --token\n- true"],
    ["a: 1\n  password: |\n    x\n\n    y\nb: 2", "a: 1\n  password: [redacted]\n    [redacted]\nb: 2"],
    ["- token: >-\n    x y\n- b: 2", "- token: [redacted]\n  [redacted]\n- b: 2"],
    ["notes: |\n  x\n  y", "notes: |\n  x\n  y"],
    ["at '/env/LEVEL': 'x' is wrong", "at '/env/LEVEL': 'x' is wrong"],
    ["at '/secretWords/0': 'x' is wrong", "at '/secretWords/0': 'x' is wrong"],
    ["at '/a/secretWord': 'x' is 'y'; at '/b': 'z'", "at '/a/secretWord': '[redacted]' is '[redacted]'; at '/b': 'z'"],
    ["at '/a/mysecretWord': 'x'", "at '/a/mysecretWord': 'x'"],
    ["at '/token': 'x'\n'y'", "at '/token': '[redacted]'\n'y'"],
  ];
  for (const [text, expected] of cases) it(JSON.stringify(text), () => assert.equal(redactText(text), expected));
});

describe("a word that nobody types", () => {
  const RANDOM_20 = "a1B2c3D4e5F6g7H8i9J0";
  const TWELVE = base64("hello, world");
  const hidden = {
    "of three kinds of letters": RANDOM_20,
    "of two kinds of letters": "a1b2c3d4e5f6g7h8i9j0",
    "of three kinds, seven times another of twenty": "AbcdEfgh12ijklm34nop",
    "of 32 digits in base 16": "00112233445566778899aabbccddeeff",
    "of 32 digits in base 16, in capitals": "00112233445566778899AABBCCDDEEFF",
    "at the end of others": `configuration-of-the-environment-of-the-application_${RANDOM_20}`,
    "of a readable text in base64": TWELVE,
    "of a readable text of two lines in base64": base64("a\tb\r\nc d e f"),
    "of a readable text in base64, filled up": base64("hello, worlds"),
    "of a readable text in base64 with a plus": base64("~~~~~~~~~~~~"),
  };
  const shown = {
    "shorter than 20 letters": RANDOM_20.slice(0, 19),
    "of three kinds, six times another of twenty": "Abcdefgh1ijklmnoP2qr",
    "of two kinds, in long runs": "abcd1234efgh5678ijkl90",
    "of two kinds, seven times another of twenty": "abc1defg2hijkl3mnop4",
    "of two letters": "a1a1a1a1a1a1a1a1a1a1a1",
    "of one kind, with dashes": "ab-cd-ef-gh-ij-kl-mn-op",
    "of 31 digits in base 16": "00112233445566778899aabbccddeef",
    "of more than digits in base 16, before": "g00112233445566778899aabbccddeeff",
    "of more than digits in base 16, behind": "00112233445566778899aabbccddeeffg",
    "of a shorter text in base64": base64("hello world"),
    "of a text in base64 and a letter more": `${TWELVE}x`,
    "of a text in the base64 of URLs": base64("~~~~~~~~~~~~").replaceAll("+", "-"),
    "of bytes in base64": base64("hello\u0000world!"),
    "of letters alone": "internationalisation",
  };
  for (const [what, word] of Object.entries(hidden))
    it(`is hidden ${what}`, () => assert.equal(redactText(`a ${word} b`), "a [redacted] b"));
  for (const [what, word] of Object.entries(shown))
    it(`is shown ${what}`, () => assert.equal(redactText(`a ${word} b`), `a ${word} b`));

  it("may stand behind the name of a digest", () => {
    assert.equal(redactText(`sha256:${"0a1b2c3d".repeat(8)}`), `sha256:${"0a1b2c3d".repeat(8)}`);
    assert.equal(redactText(`sha1:${"0a1b2c3d".repeat(5)}`), "sha1:[redacted]");
  });
});

it("names of secrets by their ends, and names of what is public", () => {
  const secret = [
    ...[
      "pass",
      "password",
      "passwd",
      "passphrase",
      "pwd",
      "PGPASSWORD",
      "secret",
      "secrets",
      "token",

      "api_key",
      "apikey",
    ],
    ...[
      "my-key",
      "credential",
      "credentials",
      "dsn",
      "authorization",
      "cookie",
      "signature",
      "a.token",
      "a b token",
      "a/token",
      "dbPwd",
      "db2Token",
    ],
  ];
  const others = [
    ...[
      "compass",
      "passports",
      "dbpwd",
      "tokenise",
      "tokens",
      "keys",
      "key",
      "existingSecret",
      "existing_secret",
      "checksum/token",
      "public-key",
    ],
    ...["PRIMARY_KEY", "foreignKey", "topology_key", "passwordKey", "signatures", "Tokens2"],
  ];
  assert.deepEqual([...secret, ...others].filter(isSecretName), secret);
  assert.deepEqual(["mypublic_key", "xchecksum/token", "key2"].filter(isSecretName), [
    "mypublic_key",
    "xchecksum/token",
  ]);
});

it("names of variables by their ends", () => {
  const secret = [
    "KEY",
    "secret",
    "API_KEY",
    "A_PASSWORD",
    "A_PASSWD",
    "A_TOKEN",
    "A_CREDENTIALS",
    "A_DSN",
    "A_B_SECRET",
    ...["PRIVATE_KEY", "REPUBLIC_KEY", "CANON_KEY", "PUBLIC_TOKEN", "PUBLIC_KEY_PASSWORD", "NEXT_PUBLIC_CLIENT_SECRET"],
  ];
  const others = [
    ...["MONKEY", "KEY_A", "TOKENS", "PASSWORD_FILE", "A-KEY", "", "PUBLIC_KEY", "VAPID_PUBLIC_KEY", "primary_key"],
    ...["STRIPE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY", "NEXT_PUBLIC_POSTHOG_KEY", "NEXT_PUBLIC_SENTRY_DSN"],
  ];
  assert.deepEqual(
    [...secret, ...others].filter((name) => SECRET_LIKE.test(name)),
    secret,
  );
  // Schemas know some of them, and take nothing else for one.
  assert.deepEqual(
    [...secret, ...others].filter((name) => new RegExp(SURELY_SECRET).test(name)),
    ["KEY", "API_KEY", "A_PASSWORD", "A_PASSWD", "A_TOKEN", "A_CREDENTIALS", "A_DSN", "A_B_SECRET"].concat(
      ...["PRIVATE_KEY", "PUBLIC_TOKEN", "PUBLIC_KEY_PASSWORD", "NEXT_PUBLIC_CLIENT_SECRET"],
    ),
  );
  // And no text of them is shown; a bare key is the name of a field as well.
  assert.deepEqual([...secret, ...others].filter(isSecretName), [...secret.filter((name) => name !== "KEY"), "A-KEY"]);
});

it("URLs with a password", () => {
  const having = ["http://user:word@h", "see a://:word@h, b", "a://u:p@", "a://user:p@h/x@y"];
  const without = [
    "http://user:@h",
    "http://user@h",
    "user:word@h",
    "http://h/x:word@y",
    "http://u:w/x@y",
    "http://u w:x@y",
    "http://u:w x@y",
    "http://u@h:1@x",
  ];
  assert.deepEqual(
    [...having, ...without].filter((text) => URL_WITH_PASSWORD.test(text)),
    having,
  );
});
