// That the end-to-end search for secrets finds what is there: each form of a value, wherever it stands in a text.
// Does not prove: that it looks everywhere (test/e2e/secret-search.ts says where).
import { strict as assert } from "node:assert";
import { forms, leaks } from "./e2e/secret-search.ts";

const value = 'canary "4f1c2ab9" <&\\é+/=';
const encoders: Record<string, (text: string) => string> = {
  clear: (text) => text,
  "JSON string": (text) => JSON.stringify({ a: text }),
  "JSON string of Go": (text) => JSON.stringify(text).replace("<", "\\u003c").replace("&", "\\u0026"),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify({ a: text })),
  "part of a URL": (text) => `postgresql://todo:${encodeURIComponent(text)}@db/todo`,
  "part of a form": (text) => new URLSearchParams({ key: text, other: "1" }).toString(),
  hexadecimal: (text) => Buffer.from(`a${text}`).toString("hex"),
  base64: (text) => Buffer.from(`abc${text}def`).toString("base64"),
  "base64, one byte in": (text) => Buffer.from(`a${text}d`).toString("base64"),
  "base64, two bytes in": (text) => Buffer.from(`ab${text}de`).toString("base64"),
};

describe("the search for secrets", () => {
  it("knows these forms", () => assert.deepEqual(Object.keys(forms(value)), Object.keys(encoders)));

  for (const [form, encode] of Object.entries(encoders)) {
    it(`finds a value as ${form}`, () => {
      const found = leaks({ KEY: value }, { log: `before ${encode(value)} after`, other: encode("something else") });
      assert.deepEqual(found, [`log: KEY (${form})`]);
    });
  }

  for (const after of ["", "=", "ab"]) {
    it(`finds a value of ${value.length + after.length} characters at each place in base64`, () => {
      for (const before of ["", "a", "ab", "abc"]) {
        const text = Buffer.from(`${before}${value}${after}${before}`).toString("base64");
        assert.equal(leaks({ KEY: value + after }, { text }).length, 1, text);
      }
    });
  }

  it("refuses to search nothing, or for a value that anything may contain", () => {
    assert.throws(() => leaks({ KEY: value }, { log: "" }), { message: "log: nothing to search" });
    const message = "KEY: too short to be told from other text";
    assert.throws(() => leaks({ KEY: "short" }, { log: "text" }), { message });
  });
});
