// Secrets whose values can be recognised, in an environment of their own that is made, used, rotated and removed: the
// values are in the Secrets alone, and a rotation replaces exactly the pods that use what was rotated.
// Does not prove: an external database's URL (its password inside is searched for), nor what the node's root can read.
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { session, titles } from "./api.ts";
import { COMMENT, canaryEnvironment, origin, podUids, removeCanary, watchedUp } from "./canary.ts";
import { type Place, until } from "./cluster.ts";
import {
  clusterTexts,
  leaks,
  pulumiTexts,
  secretNames,
  secretsOf,
  secretTexts,
  type Texts,
  treeTexts,
} from "./secret-search.ts";

/** With characters that are written in another way in JSON, URLs and base64. */
const canary = (name: string) => `canary-${name}-${randomBytes(16).toString("hex")}"\\&<+/=`;

describe("an environment with secrets that can be recognised", function () {
  this.timeout(600_000);
  const given = {
    secretKey: canary("secret-key"),
    authSecret: canary("auth-secret"),
    openaiApiKey: canary("openai-api-key"),
  };
  /** Every value that a secret has had. */
  const values: Record<string, string> = {};
  const shown: Texts = {};
  let place: Place;
  const remember = (when: string) => {
    for (const [key, value] of Object.entries(secretsOf(place))) values[`${key} ${when}`] = value;
  };
  const set = (name: string, value: string) =>
    place.run(value, "pulumi", "config", "set", "--stack", "canary", "--secret", `todo:${name}`);

  before(async () => {
    place = canaryEnvironment();
    for (const [name, value] of Object.entries(given)) set(name, value);
    shown["preview of the first up"] = place.pulumi("preview", "--diff", "--show-secrets=false");
    Object.assign(shown, await watchedUp(place));
    remember("at first");
  });

  after(() => place && removeCanary(place));

  const everywhere = () => ({ ...shown, ...clusterTexts(place), ...pulumiTexts(place), ...treeTexts(place) });

  it("has the given values in its Secret, and the search finds them there", () => {
    const { SECRET_KEY, AUTH_SECRET, OPENAI_API_KEY, ...generated } = secretsOf(place);
    assert.deepEqual({ secretKey: SECRET_KEY, authSecret: AUTH_SECRET, openaiApiKey: OPENAI_API_KEY }, given);
    assert.equal(
      generated.DATABASE_URL,
      `postgresql+asyncpg://todo:${generated.POSTGRES_PASSWORD}@todo-postgres-canary:5432/todo`,
    );
    assert.deepEqual(leaks(secretsOf(place), secretTexts(place)).sort(), [
      "todo-backend-secrets: AUTH_SECRET (base64)",
      "todo-backend-secrets: DATABASE_URL (base64)",
      "todo-backend-secrets: OPENAI_API_KEY (base64)",
      // Inside the database's URL.
      "todo-backend-secrets: POSTGRES_PASSWORD (base64, two bytes in)",
      "todo-backend-secrets: SECRET_KEY (base64)",
      "todo-postgres-secrets: POSTGRES_PASSWORD (base64)",
    ]);
  });

  it("uses them: a todo is written with session and token, the chat fails after it has used its key", async () => {
    const post = await session(origin);
    assert.equal((await post("/api/todos", { title: "survive the rotations" })).status, 201);
    const chat = await post("/api/chat", { messages: [{ role: "user", content: "hello" }] });
    assert.equal(chat.status, 502);
    shown["answer of the chat"] = await chat.text();
  });

  it("has no value anywhere else", () => {
    assert.deepEqual(leaks(values, everywhere()), []);
  });

  // What `make rotate ENV=canary KEY=…` runs; tools/run, before it, would install packages into the copy.
  const rotateOf = (key: string): [string, ...string[]] => [process.execPath, "ops/rotate.ts", "canary", key];
  const backend = ["todo-backend-canary"];
  const rotations: [what: string, rotate: () => string, replaced: string[]][] = [
    [
      "`make rotate` of a given SECRET_KEY, its value piped in",
      () => place.run(`${canary("new-secret-key")}\n`, ...rotateOf("SECRET_KEY")),
      backend,
    ],
    [
      "`make rotate` of OPENAI_API_KEY",
      () => place.run(canary("new-openai-api-key"), ...rotateOf("OPENAI_API_KEY")),
      backend,
    ],
    [
      "a config edit: AUTH_SECRET is random from now on",
      () => {
        place.pulumi("config", "rm", "todo:authSecret");
        return place.pulumi("up", "--yes", "--skip-preview", "--diff");
      },
      backend,
    ],
    ["`make rotate` of a random AUTH_SECRET", () => place.run("", ...rotateOf("AUTH_SECRET")), backend],
    [
      "`make rotate` of POSTGRES_PASSWORD",
      () => place.run("", ...rotateOf("POSTGRES_PASSWORD")),
      [...backend, "todo-postgres-canary"],
    ],
  ];
  for (const [what, rotate, replaced] of rotations) {
    it(`replaces exactly the pods that use it: ${what}`, async () => {
      const [before, secretsBefore] = [podUids(place), secretsOf(place)];
      shown[what] = rotate();
      remember(`after ${what}`);
      const [after, secretsAfter] = [podUids(place), secretsOf(place)];
      assert.deepEqual(
        Object.keys(after)
          .filter((release) => after[release] !== before[release])
          .sort(),
        replaced,
      );
      const changed = Object.keys(secretsAfter).filter((key) => secretsAfter[key] !== secretsBefore[key]);
      const key = /[A-Z]+_[A-Z_]+/.exec(what)?.[0] as string;
      assert.deepEqual(changed.sort(), key === "POSTGRES_PASSWORD" ? ["DATABASE_URL", key] : [key]);
      const todos = await until("the todo from before", () => titles(origin));
      assert.deepEqual(todos, ["survive the rotations"]);
    });
  }

  it("keeps a running pod's values through a deployment that fails, and nothing of that one once it is undone", async () => {
    const file = join(place.folder, "Pulumi.canary.yaml");
    const [text, before, old] = [readFileSync(file, "utf8"), secretsOf(place), secretNames(place)];
    values["SECRET_KEY of a deployment that failed"] = canary("failed");
    set("secretKey", values["SECRET_KEY of a deployment that failed"]);
    place.pulumi("config", "set", "--path", "todo:backend.migration.command[0]", "false");
    assert.throws(() => place.pulumi("up", "--yes", "--skip-preview"));
    // As a node that is drained would do.
    place.kubectl("delete", "pod", "--selector", "app.kubernetes.io/name=todo-backend");
    place.kubectl("rollout", "status", "deployment/todo-backend-canary", "--timeout=180s");
    assert.deepEqual(secretsOf(place), before);
    writeFileSync(file, text);
    const undone = podUids(place);
    shown["update that undoes one"] = place.pulumi("up", "--yes", "--skip-preview");
    assert.deepEqual(secretsOf(place), before);
    assert.deepEqual(podUids(place), undone);
    assert.deepEqual(secretNames(place), old);
    assert.ok((await fetch(`${origin}/api/todos`)).ok);
  });

  it("leaves the rest of the stack file as it was", () => {
    const text = readFileSync(join(place.folder, `Pulumi.canary.yaml`), "utf8");
    assert.ok(text.includes(COMMENT) && text.startsWith("# yaml-language-server:"), text);
    const { config } = parse(text);
    assert.deepEqual(config["todo:generations"], { AUTH_SECRET: 2, POSTGRES_PASSWORD: 2 });
  });

  it("has neither an old nor a new value anywhere else after all rotations", () => {
    values["SECRET_KEY that is not deployed"] = canary("not-deployed");
    set("secretKey", values["SECRET_KEY that is not deployed"]);
    shown["preview of a rotation"] = place.pulumi("preview", "--diff", "--show-secrets=false");
    assert.match(shown["preview of a rotation"], /todo-backend-secrets/);
    assert.deepEqual(leaks(values, everywhere()), []);
  });
});
