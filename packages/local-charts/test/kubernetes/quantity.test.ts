// Quantities as Kubernetes writes them: the narrow forms that charts and settings take, and all that the API server takes.
// Does not prove: that an API server reads them so.
import { strict as assert } from "node:assert";
import { CPU, inLargestUnit, MEMORY, parseQuantity } from "../../src/kubernetes/quantity.ts";

const table = (parse: (text: string) => unknown, cases: Record<string, unknown>) => {
  for (const [text, expected] of Object.entries(cases)) {
    it(`${JSON.stringify(text)} is ${String(expected)}`, () => {
      assert.equal(parse(text), expected);
    });
  }
};

describe("CPU", () =>
  table((text) => CPU.test(text), {
    ...{ "250m": true, "1": true, "0.5": true, "1.25": true, "0.001": true, "2.575": true },
    ...{ "0.15": true, "0.123": true, "0.01": true, "0.012": true, "0.00": false, "1.2345": false, "0.1234": false },
    ...{
      "10m": true,
      "10": true,
      x1m: false,
      "1mm": false,
      "1.": false,
      "0.1x": false,
      "x0.1": false,
      "0.012x": false,
    },
    ...{ "0": false, "0.0": false, "0m": false, "0.0001": false, "-1": false, "01": false },
    ...{ "": false, m: false, "1k": false, "1e3": false, "a lot": false },
  }));

describe("MEMORY", () =>
  table((text) => MEMORY.test(text), {
    ...{ "1Ki": true, "256Mi": true, "1Gi": true, "2Ti": true },
    ...{ "10Mi": true, "1Gib": false, x1Gi: false, "01Gi": false },
    ...{ "512": false, "512m": false, "1G": false, "1.5Gi": false, "0Mi": false, "": false },
  }));

describe("parseQuantity", () =>
  table(parseQuantity, {
    ...{ "12.5": 12.5, ".55": 0.55, "1e10": 1e10, x1: undefined, "1x": undefined, "1e-": undefined },
    ...{ "0": 0, "1": 1, "+1": 1, "-1": -1, "1.5": 1.5, "1.": 1, ".5": 0.5, "007": 7 },
    ...{ "100n": 1e-7, "100u": 1e-4, "3m": 0.003, "250m": 0.25, "1k": 1e3, "1M": 1e6, "1G": 1e9 },
    ...{ "1T": 1e12, "1P": 1e15, "1E": 1e18, "-1.5k": -1500 },
    ...{ "1Ki": 1024, "1.5Mi": 1572864, "1Gi": 2 ** 30, "1Ti": 2 ** 40, "1Pi": 2 ** 50, "1Ei": 2 ** 60 },
    ...{ "1e3": 1000, "1E3": 1000, "12E-1": 1.2, "1e+2": 100, "0.1e1": 1, "1E0": 1 },
    ...{ "": undefined, m: undefined, ".": undefined, "1K": undefined, "1ki": undefined, "1mi": undefined },
    ...{ "1e": undefined, "1e3k": undefined, "1 Gi": undefined, "1Gi ": undefined, "0x10": undefined },
    ...{ "1,5": undefined, "--1": undefined, NaN: undefined, Infinity: undefined, "1e1.5": undefined },
  }));

describe("inLargestUnit", () =>
  table(inLargestUnit, {
    ...{ "1024Mi": "1Gi", "1073741824": "1Gi", "0.5": "500m", "500m": "500m", "1000m": "1", "0.0": "0", "1e3": "1000" },
    ...{
      "1024": "1Ki",
      "1025": "1025",
      "1000": "1000",
      "1024Ki": "1Mi",
      "1024Gi": "1Ti",
      "1024Ti": "1Pi",
      "1024Pi": "1Ei",
    },
    ...{
      "1536Mi": "1536Mi",
      "0.0001": "100u",
      "100u": "100u",
      "1e-7": "100n",
      "0.5n": "0.5n",
      "-1": "-1",
      "-2Ki": "-2048",
    },
    ...{ "0.001Gi": "0.001Gi", "1M": "1000000", "a lot": "a lot" },
  }));
