// A stack without a frontend or a backend: the word none in the place of its section.
// Does not prove: that Pulumi hands the word over (test/e2e), nor what is deployed then (test/components/services.test.ts).
import { strict as assert } from "node:assert";
import { imagesIn } from "../../ops/promote/stack-file.ts";
import { parseSettings } from "../../settings.ts";
import { stackConfig } from "../support/mocks.ts";

const parse = (change: Record<string, unknown>) => parseSettings("dev", { ...stackConfig("dev"), ...change }, []);
const message = (change: Record<string, unknown>) => {
  try {
    parse(change);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was not refused");
};

describe("a service that a stack does without", () => {
  it("is none, and has no settings then", () => {
    const settings = parse({ "todo:frontend": "none", "todo:origin": "http://localhost:8080" });
    assert.deepEqual(["frontend" in settings, "backend" in settings], [false, true]);
  });

  it("is not one that is missing, empty or wrong", () => {
    for (const found of [undefined, "", {}, "no", false]) {
      assert.match(message({ "todo:frontend": found }), /^Pulumi\.dev\.yaml has \d problem.*\n {2}todo:frontend\b/);
    }
  });

  it("is said by that word and no other", () => {
    assert.match(message({ "todo:frontend": "None" }), /todo:frontend: expected a map of keys, or none, found "None"$/);
  });

  it("reads no secret then that nobody else names", () => {
    const secrets = { "todo:secrets": { STRIPE_KEY: { secure: "v1:x" } } };
    assert.match(
      message({ "todo:backend": "none", ...secrets }),
      /todo:secrets\.STRIPE_KEY: expected a service that names it, because todo:backend is none, which would read it, found none; todo:frontend\.secretKeys\.STRIPE_KEY STRIPE_KEY is one, or `pulumi config rm --path todo:secrets\.STRIPE_KEY -s dev`$/,
    );
  });

  it("leaves the other, which serves the pages", () => {
    assert.match(
      message({ "todo:frontend": "none", "todo:backend": "none" }),
      /todo:frontend: expected a section, because todo:backend is none, found none too; one of them serves the pages/,
    );
  });

  it("has no image to promote", () => {
    const text = 'config:\n  todo:backend: {image: {repository: a/b, tag: "1a"}}\n  todo:frontend: none\n';
    assert.deepEqual(imagesIn("f", text), { backend: { repository: "a/b", tag: "1a" } });
  });

  it("is promoted with those of the stack's own", () => {
    const image = (name: string) => `{image: {repository: a/${name}, tag: "1${name}"}}`;
    const text = `config:\n  todo:backend: ${image("b")}\n  todo:frontend: none\n  todo:services:\n    worker: ${image("w")}\n`;
    assert.deepEqual(Object.keys(imagesIn("f", text)), ["backend", "services.worker"]);
    for (const services of ["*own", '"{}"']) {
      const elsewhere = `own: &own {}\n${text.replace(/todo:services:[^$]*/, `todo:services: ${services}\n`)}`;
      assert.throws(
        () => imagesIn("f", elsewhere),
        /^Error: f: todo:services: expected a map of keys, found something else/,
      );
    }
  });
});
