// What stands between a helper and its model: the key, the redaction, and limits that end whatever goes on.
// Does not prove that a helper has no other way out (test/ops/ask/container.test.ts).
import { strict as assert } from "node:assert";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "mocha";
import { LIMITS } from "../../../ops/ask/limits.ts";
import { assertAnswers, modelOf } from "../../../ops/ask/model.ts";
import { type ModelProxy, proxyTo } from "../../../ops/ask/proxy.ts";
import { type ScriptedModel, scriptedModel } from "../../support/scripted-model.ts";

const KEY = "key-of-the-model";
const limits = { ...LIMITS, steps: 3, seconds: 2, requestBytes: 2000, answerBytes: 2000 };

describe("between a helper and its model", function () {
  this.timeout(60_000);
  let model: ScriptedModel;
  let proxy: ModelProxy;
  let url: string;
  const heard = { commands: [] as string[], said: [] as string[], sent: [] as string[] };

  beforeEach(async () => {
    model = await scriptedModel({
      reads: [{ kubectl: "kubectl get pods" }, { text: "all is well" }],
      loops: [{ kubectl: "kubectl get pods" }],
      hangs: ["hang"],
      garbage: [{ body: "<html>a page</html>" }],
      fails: [{ status: 500, body: '{"error":{"message":"overloaded; token=abc123def"}}' }],
      refuses: [{ status: 401, body: "{}" }],
      long: [{ text: "x".repeat(3000) }],
    });
    for (const list of Object.values(heard)) list.length = 0;
    const listener = {
      command: (text: string) => heard.commands.push(text),
      said: (text: string) => heard.said.push(text),
      sent: (text: string) => heard.sent.push(text),
    };
    proxy = proxyTo({ url: model.url, key: KEY, name: "scripted" }, "token", limits, listener);
    await new Promise<void>((done) => proxy.server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    proxy.server.close();
    await model.close();
  });

  const post = (messages: unknown, { path = "/v1/chat/completions", token = "token" } = {}) =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ model: "scripted", messages }),
    });
  const question = (name: string) => ({ role: "user", content: `why? [${name}]` });
  const tool = (stdout: string) => ({ role: "tool", content: JSON.stringify({ stdout }) });

  it("passes on with the key and without credentials, tells what goes on, and knows the last word", async () => {
    await post([question("reads")]);
    await post([question("reads"), { role: "assistant" }, tool("PASSWORD=canary-of-the-test")]);
    assert.equal(await proxy.answer, "all is well");
    assert.deepEqual(heard.commands, ["kubectl get pods"]);
    assert.deepEqual(heard.said, ["PASSWORD=[redacted]"]);
    assert.deepEqual(
      model.asked.map(({ authorization }) => authorization),
      [`Bearer ${KEY}`, `Bearer ${KEY}`],
    );
    assert.deepEqual(
      model.asked.map(({ text }) => text),
      heard.sent,
    );
    assert.ok(!heard.sent.join().includes("canary"));
  });

  it("is for one helper and one kind of request", async () => {
    assert.equal((await post([question("reads")], { token: "other" })).status, 401);
    assert.equal((await post([question("reads")], { path: "/v1/files" })).status, 404);
    assert.equal(
      (await fetch(`${url}/v1/chat/completions`, { headers: { authorization: "Bearer token" } })).status,
      404,
    );
    const first = post([question("hangs")]);
    await new Promise((done) => setTimeout(done, 300));
    assert.equal((await post([question("reads")])).status, 409);
    await first;
    assert.equal(model.asked.length, 1);
  });

  const at = /^model scripted at http:\/\/127\.0\.0\.1:\d+\/v1: /.source;
  const ends: [string, string][] = [
    ["hangs", `${at}expected an answer within 2 s, found none`],
    ["fails", `${at}expected an answer, found 500 \\(overloaded; token=\\[redacted\\]\\); ask again later`],
    ["refuses", `${at}expected an answer, found 401; OPENAI_API_KEY is not one that it takes`],
    ["nothing", `${at}expected an answer, found 404 \\(no script nothing\\); OPENAI_BASE_URL or OPENAI_MODEL`],
    ["long", `${at}expected an answer of at most 2000 bytes, found a longer one`],
    ["garbage", "^model scripted: expected a chat completion, found no completion; OPENAI_BASE_URL"],
  ];
  for (const [name, sentence] of ends) {
    it(`ends with a sentence: a model that ${name}`, async () => {
      await post([question(name)]);
      await assert.rejects(proxy.answer, { message: new RegExp(sentence) });
    });
  }

  it("ends with a sentence: a model that loops, a conversation that grows, a helper that asks something else", async () => {
    for (let step = 0; step <= limits.steps; step++) await post([question("loops")]);
    await assert.rejects(proxy.answer, { message: /^model scripted: expected an answer within 3 steps, found none/ });
    assert.equal(model.asked.length, limits.steps);
    const other = proxyTo({ url: model.url, name: "scripted" }, "token", limits, { ...heardNothing });
    proxy.server.close();
    proxy = other;
    await new Promise<void>((done) => proxy.server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    await post([{ role: "user", content: "x".repeat(3000) }]).catch(() => {});
    await assert.rejects(proxy.answer, { message: /expected a conversation of at most 2000 bytes/ });
  });
});

const heardNothing = { command: () => {}, said: () => {}, sent: () => {} };

describe("the model that is asked", () => {
  it("is OpenAI's with a key, or any other with or without one", () => {
    const url = "https://api.openai.com/v1";
    assert.deepEqual(modelOf({ OPENAI_API_KEY: "k" }), { url, key: "k", name: "gpt-4.1-mini" });
    const own = { OPENAI_BASE_URL: "http://localhost:11434/v1/", OPENAI_MODEL: "qwen3" };
    assert.deepEqual(modelOf(own), { url: "http://localhost:11434/v1", key: undefined, name: "qwen3" });
    assert.throws(() => modelOf({}), {
      message: /^OPENAI_API_KEY: expected the key by which https:\S+ is asked, found nothing/,
    });
    assert.throws(() => modelOf({ OPENAI_BASE_URL: "localhost:11434" }), {
      message: /^OPENAI_BASE_URL: expected an http/,
    });
  });

  it("is known not to be there before anything is made for it", async () => {
    const model = { url: "http://127.0.0.1:9/v1", name: "none" };
    await assert.rejects(assertAnswers(model), {
      message: /^model none at http:\/\/127.0.0.1:9\/v1: does not answer \(/,
    });
  });
});
