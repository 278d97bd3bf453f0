// What the check of the wiring says of addresses in variables for browsers.
// Does not prove: what an image does with its variables, nor that a browser gets there.
import { strict as assert } from "node:assert";
import { wiringOf } from "../../src/wiring/check.ts";
import { type Shop, shop } from "../support/shop.ts";

const OWN = "http://localhost:30080, which is origin";
const opened = (found: string) =>
  `expected ${OWN}, or an address that a node port or an Ingress opens, found ${found}, where this environment has nothing`;
const resolved = (found: string) =>
  `expected an address that a browser can open, such as ${OWN}, found ${found}; names of Services exist inside the cluster only`;
const letIn = (found: string) =>
  `expected ${OWN}, because no variable tells another service of it, which then refuses its browsers (CORS), found ${found}`;

const alone = (one: Shop) => {
  one.facts.originVariables = [{ release: "web-dev", variable: "SITE" }];
};
const nodePort = (one: Shop) => {
  one.find("Service api-dev").spec.ports[0].nodePort = 30081;
};
const ingress = (one: Shop) => {
  const backend = { service: { name: "api-dev", port: { name: "http" } } };
  const rules = [{ host: "localhost", http: { paths: [{ backend }] } }, { host: "api.example.org" }];
  one.add("api", "networking.k8s.io/v1", "Ingress", "api-dev", { spec: { rules } });
};

const cases: [what: string, name: string, text: string, changes: ((one: Shop) => void)[], says: string[]][] = [
  ["the page's own", "VITE_API_URL", "http://localhost:30080/api", [], []],
  ["a path", "VITE_API_URL", "/api", [alone], []],
  ["a Service", "VITE_API_URL", "http://api-dev/v1", [], [resolved("http://api-dev")]],
  [
    "a Service with its namespace",
    "VITE_SITE",
    "http://api-dev.shop-dev:80",
    [],
    [resolved("http://api-dev.shop-dev")],
  ],
  ["a word that is no Service", "VITE_SITE", "http://intranet", [], []],
  [
    "a port of this machine that nothing opens",
    "VITE_SITE",
    "http://localhost:8000",
    [],
    [opened("http://localhost:8000")],
  ],
  ["a node port", "VITE_SITE", "http://localhost:30081", [nodePort], []],
  [
    "a node port of who lets nobody in",
    "VITE_SITE",
    "http://10.0.0.7:30081/",
    [nodePort, alone],
    [letIn("http://10.0.0.7:30081")],
  ],
  [
    "an Ingress of who lets nobody in",
    "VITE_SITE",
    "https://api.example.org",
    [ingress, alone],
    [letIn("https://api.example.org")],
  ],
  ["an Ingress", "VITE_SITE", "https://api.example.org", [ingress], []],
  [
    "another machine's API, of which nobody knows the page",
    "VITE_API_BASE",
    "https://a.example.org",
    [alone],
    [letIn("https://a.example.org")],
  ],
  ["another machine's API", "VITE_API_BASE", "https://a.example.org", [], []],
  ["what is no API", "VITE_SENTRY", "https://k@sentry.example.org/1", [alone], []],
  ["no URL of this kind", "VITE_API_URL", "http://[", [alone], []],
];

describe("of an address for browsers, the check", () => {
  for (const [what, name, text, changes, says] of cases) {
    it(`${says.length > 0 ? "warns" : "says nothing"}: ${what}`, () => {
      const { facts, charts } = shop((one) => one.set("Deployment web-dev", name, text), ...changes);
      const found = wiringOf(facts, charts).warnings.filter((line) => !line.includes("Vite puts"));
      assert.deepEqual(
        found,
        says.map((line) => `web-dev.env.${name} in dev.yaml: ${line}`),
      );
    });
  }

  it("says nothing where nobody knows the page, or the variable's text", () => {
    const { facts, charts } = shop((one) => {
      one.set("Deployment web-dev", "VITE_API_URL", "http://api-dev");
      delete one.facts.page;
    });
    assert.equal(wiringOf(facts, charts).warnings.length, 1);
    const unknown = shop((one) =>
      one.container("Deployment web-dev").env.push({ name: "VITE_API_URL", valueFrom: {} }),
    );
    assert.equal(wiringOf(unknown.facts, unknown.charts).warnings.length, 1);
  });
});
