// What goes to a model and comes from it. Does not prove that nothing secret has a shape that is not known
// (packages/local-charts/test has the shapes), nor that a model keeps to the form (test/ops/ask/proxy.test.ts).
import { strict as assert } from "node:assert";
import { completionIn, redactRequest, requestIn, toolAnswers } from "../../../ops/ask/conversation.ts";

const toolSays = (stdout: string) => ({ role: "tool", content: JSON.stringify({ command: "kubectl", stdout }) });
const sent = (...messages: { role: string; content?: unknown }[]) => JSON.stringify(redactRequest({ messages }));

describe("a request to a model", () => {
  it("has no credential of a log, an object, a list of parts", () => {
    const canary = "canary-of-the-test";
    const manifest = `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - env:\n        - name: DB_PASSWORD\n          value: ${canary}\n`;
    const json = JSON.stringify({ kind: "Pod", spec: { containers: [{ env: [{ name: "API_KEY", value: canary }] }] } });
    for (const text of [`connecting to postgresql://todo:${canary}@db/todo`, `PASSWORD="${canary}"`, manifest, json]) {
      assert.ok(!sent(toolSays(text)).includes(canary), text);
      assert.ok(!sent({ role: "user", content: [{ type: "text", text }] }).includes(canary), text);
      assert.ok(!sent({ role: "tool", content: text }).includes(canary), text);
    }
  });

  it("keeps what a model has to see: names of pods, what it asked for, the ids of its calls", () => {
    const call = { id: "call_Xy12AbCd34EfGh56IjKl78Mn", function: { name: "kubectl", arguments: "{}" } };
    const request = {
      messages: [{ role: "assistant", tool_calls: [call] }, toolSays("todo-api-dev-78d84cb5bd-m9xq2 1/1")],
    };
    assert.deepEqual(redactRequest(request), {
      messages: [{ role: "assistant", content: undefined, tool_calls: [call] }, request.messages[1]],
    });
  });

  it("tells what commands have said since the model spoke last, and nothing of before", () => {
    const assistant = { role: "assistant", content: null };
    const error = { role: "tool", content: JSON.stringify({ stderr: "forbidden\n", error: "exit status 1" }) };
    const messages = [toolSays("old"), assistant, toolSays("a pod"), error];
    assert.deepEqual(toolAnswers({ messages }), ["a pod", "forbidden\n"]);
  });

  it("is refused where it is something else", () => {
    const expected = { message: "expected a chat completion's request, found something else" };
    for (const text of ["", "{}", '{"messages":"x"}', '{"messages":[1]}'])
      assert.throws(() => requestIn(text), expected);
  });
});

describe("a completion", () => {
  it("is a text, or commands, in one piece or as a stream", () => {
    const one = (message: object) => JSON.stringify({ choices: [{ message }] });
    assert.deepEqual(completionIn(one({ content: "well" })), { text: "well", commands: [] });
    const call = (args: string) => ({ index: 0, function: { arguments: args } });
    const events = [
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { name: "kubectl", arguments: '{"comm' } }] } }] },
      { choices: [{ delta: { tool_calls: [call('and":"kubectl get pods"}')] } }] },
      { choices: [] },
    ];
    const stream = `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;
    assert.deepEqual(completionIn(stream), { text: "", commands: ["kubectl get pods"] });
  });

  it("is not what has no end, no choice or nothing in it", () => {
    const cases: [string, string][] = [
      ["<html>", "no completion"],
      ["{}", "no completion"],
      ['{"choices":[{}]}', "no completion"],
      ['{"choices":[{"message":{"content":""}}]}', "an empty answer"],
      ['data: {"choices":[{"delta":{"content":"we"}}]}\n\n', "an answer that breaks off"],
    ];
    for (const [text, message] of cases) assert.throws(() => completionIn(text), { message }, text);
  });
});
