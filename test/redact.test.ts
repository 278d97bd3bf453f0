// Nothing that looks like a credential is printed, and what is none is.
// Does not prove: that a secret nobody could tell from an ordinary word is found; charts get names of Secrets for that reason.
import { strict as assert } from "node:assert";
import { isSecretName, redactText } from "../components/preview/credentials";
import { compare } from "../components/preview/diff";
import { type Basis, report } from "../components/preview/report";
import { previewText } from "../components/preview/text";
import type { KubernetesObject } from "../components/render-chart";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const RANDOM = "8fKx92mLqPz71sNcV0bTyR4w";

describe("redactText", () => {
  const hidden: [string, string][] = [
    ["postgresql+asyncpg://todo:hunter2@db:5432/todo", "postgresql+asyncpg://[redacted]@db:5432/todo"],
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
    ["args:\n  - --token\n  - hunter2\n  - -v", "args:\n  - --token\n  [redacted]\n  - -v"],
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
      "localhost/todo-backend:d0bd10259155",
      `postgres@sha256:${"0a1b2c3d".repeat(8)}`,
      "http://todo-backend-dev:8000",
    ],
    ...[
      "requiredDuringSchedulingIgnoredDuringExecution",
      "todo-backend-dev-migration",
      "/var/lib/postgresql/data/pgdata",
    ],
    ...[
      'PGPASSWORD="$POSTGRES_PASSWORD" psql',
      "additional properties 'repliccas' not allowed",
      "secretName: todo-tls",
    ],
    ...[
      "checksum/secrets: 0a1b2c3d4e5f",
      "networking.k8s.io/v1",
      "key: DATABASE_URL",
      "automountServiceAccountToken: false",
      '["--port", "8000"]',
      '["--token", "$(API_TOKEN)"]',
    ],
    "execution error at (todo-backend/templates/deployment.yaml:2:4): terminationGracePeriodSeconds (5) must exceed 8",
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

describe("a report", () => {
  const word = "hunter-two";
  /** A secret planted in every way that an object can hold one; `version` makes each differ. */
  const planted = (version: string): KubernetesObject[] => {
    const value = `${word}${version}`;
    const env = [
      { name: "API_TOKEN", value },
      { name: "BROKER", value: `amqp://user:${value}@mq:5672` },
      { name: "BLOB", value: base64(`{"password": "${value}"}`) },
      { name: "FROM", valueFrom: { secretKeyRef: { name: "one", key: "TOKEN" } } },
    ];
    const args = [
      "--password",
      value,
      `--token=${value}`,
      `https://x:${value}@example.org`,
      base64(`Basic x:${value}`),
    ];
    const containers = [{ name: "app", env, args, command: ["sh", "-c", `PGPASSWORD=${value} psql`] }];
    return [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "one" },
        stringData: { a: value },
        data: { b: base64(value) },
      },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "two" },
        data: { password: value, conf: `token=${value}\nport=1` },
      },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "three", annotations: { "x/token": value } },
        spec: { containers },
      },
    ];
  };
  const basis: Basis = { from: "deployed", revision: 1 };
  const made = (before: KubernetesObject[], after: KubernetesObject[]) =>
    report("r", "n", basis, compare(before, after, "n"), after);
  const sides: [string, KubernetesObject[], KubernetesObject[]][] = [
    ["changed", planted("1"), planted("2")],
    ["added", [], planted("1")],
    ["removed", planted("1"), []],
  ];
  for (const [what, before, after] of sides) {
    it(`holds no planted secret: objects ${what}`, () => {
      const all = made(before, after);
      const text = JSON.stringify(all) + previewText(all, "dev");
      for (const version of ["1", "2"]) {
        for (const form of [word, base64(`${word}${version}`), base64(`{"password": "${word}${version}"}`)]) {
          assert.equal(text.includes(form), false, form);
        }
      }
    });
  }

  it("still names each field that changed", () => {
    const { entries } = made(planted("1"), planted("2"));
    const env = "spec.containers[app].env";
    assert.deepEqual(
      entries.map(({ object, fields }) => [object, fields]),
      [
        [
          "Secret one",
          ['stringData.a: "[redacted]" → "[redacted: another]"', 'data.b: "[redacted]" → "[redacted: another]"'],
        ],
        [
          "ConfigMap two",
          [
            'data.password: "[redacted]" → "[redacted: another]"',
            'data.conf: "token=[redacted]\\nport=1" → "token=[redacted: another]\\nport=1"',
          ],
        ],
        [
          "Pod three",
          [
            'metadata.annotations.x/token: "[redacted]" → "[redacted: another]"',
            `${env}[API_TOKEN].value: "[redacted]" → "[redacted: another]"`,
            `${env}[BROKER].value: "amqp://[redacted]@mq:5672" → "amqp://[redacted: another]@mq:5672"`,
            `${env}[BLOB].value: "[redacted]" → "[redacted: another]"`,
            entries[2].fields[4],
            'spec.containers[app].command: ["sh","-c","PGPASSWORD=[redacted] psql"] → ["sh","-c","PGPASSWORD=[redacted: another] psql"]',
          ],
        ],
      ],
    );
  });

  it("shows names and keys of Secrets that are referred to", () => {
    const [{ after }] = made([], planted("1")).entries.slice(2);
    assert.match(after, /secretKeyRef:\n +key: TOKEN\n +name: one/);
  });

  it("marks another hidden value in the YAML too", () => {
    const [{ before, after }] = made(planted("1"), planted("2")).entries;
    assert.match(before, /b: "\[redacted\]"/);
    assert.match(after, /b: "\[redacted: another\]"/);
  });
});
