// A value that is known to be secret is in no text, whatever form the text has it in.
// Does not prove: that every program writes a value in one of these forms; one that cuts it in pieces does not.
import { strict as assert } from "node:assert";
import { redactor } from "../../src/redact/values.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a redactor", () => {
  const PASSWORD = "p@ss w/1'(!\"é";
  const URL = `postgresql+asyncpg://todo:${encodeURIComponent(PASSWORD)}@db.example.org:5432/todo?ssl=require`;
  const hide = redactor([
    URL,
    "plain words",
    "true",
    "8000",
    "ab",
    "todo",
    "line one\nline two\r\n",
    "host=db user=u password=of-a-dsn port=1",
  ]);
  const cases: [what: string, text: string, expected: string][] = [
    ["the value", `cannot parse '${URL}'`, "cannot parse '[redacted]'"],
    ["the password of a URL", `password ${PASSWORD} is wrong`, "password [redacted] is wrong"],
    ["that of a DSN", "with of-a-dsn, no", "with [redacted], no"],
    ["it in a URL", `at ${encodeURIComponent(PASSWORD)}.`, "at [redacted]."],
    [
      "it in a URL, in small letters",
      `at ${encodeURIComponent(PASSWORD).replace(/%../g, (hex) => hex.toLowerCase())}.`,
      "at [redacted].",
    ],
    ["it as Python escapes it", "at p%40ss%20w/1%27%28%21%22%C3%A9.", "at [redacted]."],
    ["it in a form", "at p%40ss+w%2F1'(!%22%C3%A9.", "at [redacted]."],
    ["it in JSON", JSON.stringify({ said: PASSWORD }), '{"said":"[redacted]"}'],
    ["it in JSON in JSON", JSON.stringify(JSON.stringify({ said: PASSWORD })), '"{\\"said\\":\\"[redacted]\\"}"'],
    ["it in base64", `is ${base64("plain words")}`, "is [redacted]"],
    ["it in base64 for URLs", `is ${Buffer.from(PASSWORD).toString("base64url")}`, "is [redacted]"],
    ["it in hexadecimal", `is ${Buffer.from("plain words").toString("hex")}`, "is [redacted]"],
    ["each line of several", "first line one, then line two", "first [redacted], then [redacted]"],
    ["it each time", "plain words, plain words", "[redacted], [redacted]"],
    ["a short one that stands by itself", "user todo of todo-backend-dev", "user [redacted] of todo-backend-dev"],
    ["nothing that everybody says", "true, 8000, ab", "true, 8000, ab"],
    ["what looks like a credential besides", "Bearer abcdef123456", "Bearer [redacted]"],
  ];
  for (const [what, text, expected] of cases) it(`hides ${what}`, () => assert.equal(hide(text), expected));

  it("without values hides what looks like a credential", () =>
    assert.equal(redactor([])("http://u:p@h and words"), "http://[redacted]@h and words"));

  it("shows the names that it is told, and hides what stands beside them", () => {
    const pod = "shop-api-dev-7d9f8b6c5-x2k4p";
    const text = `pod=${pod}_shop, ${pod}-y, token=${pod} and --key ${pod}`;
    assert.doesNotMatch(redactor([])(text), new RegExp(pod));
    const shown = redactor([], ["shop-api-dev", pod])(`pod ${pod} (${pod}): 8fKx92mLqPz71sNcV0bTyR4w of shop-api-dev`);
    assert.equal(shown, `pod ${pod} (${pod}): [redacted] of shop-api-dev`);
    assert.equal(redactor([pod], [pod])(`is ${pod}`), "is [redacted]");
  });
});
