// What is made of findings, with a rule of the test's own. Does not prove: what the rules find (test/components/policy.test.ts
// of the program that uses them).
import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { applyExceptions, type Exception, enforce, type Finding, type Policy } from "../../src/policy/enforce.ts";

const rule = {
  id: "short-names",
  title: "names are short",
  check: (objects: { kind: string; metadata: { name: string } }[]) =>
    objects
      .filter(({ metadata }) => metadata.name.length > 3)
      .map(({ kind, metadata }) => ({ where: `${kind} ${metadata.name}`, text: "expected a short name; cut it" })),
};
const chart = (...names: string[]) => {
  const objects = names.map((name) => ({ apiVersion: "v1", kind: "Service", metadata: { name } }));
  return { chart: "./charts/web", release: "web-dev", namespace: "shop", objects };
};
const mandatory: Policy = { rules: [rule], enforcement: "mandatory" };

describe("enforce", () => {
  const own = pulumi.log.warn;
  const warnings: string[] = [];
  beforeEach(() => {
    warnings.length = 0;
    Object.assign(pulumi.log, { warn: (text: string) => void warnings.push(text) });
  });
  afterEach(() => void Object.assign(pulumi.log, { warn: own }));

  it("lets pass what keeps the rules", () => {
    enforce("dev", mandatory, [chart("web")]);
    assert.deepEqual(warnings, []);
  });

  it("throws all findings at once where they are mandatory, by the chart's own name", () => {
    assert.throws(() => enforce("dev", mandatory, [chart("long", "web"), chart("longer")]), {
      message: [
        "2 rules are broken by what dev would get; nothing was changed; fix it, or add an entry with a reason to the list of exceptions.",
        "  short-names web, Service long: expected a short name; cut it",
        "  short-names web, Service longer: expected a short name; cut it",
      ].join("\n"),
    });
  });

  it("warns of them where they are advisory", () => {
    enforce("dev", { ...mandatory, enforcement: "advisory" }, [chart("long")]);
    enforce("dev", { ...mandatory, enforcement: "advisory", enforcementKey: "shop:policy" }, [chart("long")]);
    const says = (key: string) =>
      `1 rule is broken by what dev would get; where ${key} is mandatory this ends here.\n  short-names web, Service long: expected a short name; cut it`;
    assert.deepEqual(warnings, [says("the policy"), says("shop:policy")]);
  });

  it("counts those that have no room", () => {
    const names = Array.from({ length: 23 }, (_, index) => `name${index}`);
    assert.throws(
      () => enforce("dev", mandatory, [chart(...names)]),
      ({ message }: Error) => {
        const lines = message.split("\n");
        assert.match(lines[0], /^23 rules are broken /);
        assert.deepEqual([lines.length, lines.at(-1)], [22, "  and 3 more"]);
        return true;
      },
    );
  });

  it("shows as many as have room", () => {
    const names = Array.from({ length: 20 }, (_, index) => `name${index}`);
    assert.throws(
      () => enforce("dev", mandatory, [chart(...names)]),
      ({ message }: Error) =>
        message.split("\n").length === 21 && message.endsWith("name19: expected a short name; cut it"),
    );
  });

  it("leaves out what an exception covers, or what the program has decided about", () => {
    const exception: Exception = { rule: rule.id, chart: "web", object: "Service long", reason: "it is known as that" };
    enforce("dev", { ...mandatory, exceptions: [exception] }, [chart("long")]);
    enforce("dev", { ...mandatory, isDecided: ({ where }) => where === "Service long" }, [chart("long")]);
    const stale: Policy = {
      ...mandatory,
      ...{ enforcement: "advisory", exceptions: [exception], exceptionsFile: "x.yaml" },
    };
    assert.throws(() => enforce("dev", stale, [chart("web")]), {
      message:
        "x.yaml is out of date; nothing was changed.\n  short-names web, Service long: covers nothing in dev; remove it",
    });
  });
});

describe("an exception", () => {
  const finding: Finding = { rule: "a", chart: "web", where: "Deployment web, container app", text: "expected x" };
  const cases: [what: string, exception: Partial<Exception>, covers: boolean][] = [
    ["covers all containers of an object", {}, true],
    ["covers one container", { container: "app" }, true],
    ["does not cover another container", { container: "proxy" }, false],
    ["does not cover another object", { object: "Deployment api" }, false],
    ["does not cover another chart", { chart: "api" }, false],
    ["does not cover another rule", { rule: "b" }, false],
    [
      "does not cover a container by its object's name",
      { object: "Deployment web, container app", container: "app" },
      false,
    ],
  ];
  for (const [what, change, covers] of cases) {
    it(what, () => {
      const one = { rule: "a", chart: "web", object: "Deployment web", reason: "why", ...change };
      const expected = covers ? { open: [], stale: [] } : { open: [finding], stale: [one] };
      assert.deepEqual(applyExceptions([finding], [one]), expected);
    });
  }

  it("that covers nothing is named, each on a line", () => {
    const exceptions = ["Service a", "Service b"].map((object) => ({
      ...{ rule: "short-names", chart: "web", object, reason: "why" },
      ...(object.endsWith("b") && { container: "app" }),
    }));
    assert.throws(() => enforce("dev", { ...mandatory, exceptions }, [chart("web")]), {
      message: [
        "the list of exceptions is out of date; nothing was changed.",
        "  short-names web, Service a: covers nothing in dev; remove it",
        "  short-names web, Service b, container app: covers nothing in dev; remove it",
      ].join("\n"),
    });
  });
});
