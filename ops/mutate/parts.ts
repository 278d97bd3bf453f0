// What `make mutate` changes, part by part, and the tests that have to notice it. A part has tests of its own, so that no
// change pays for loading those of another.

export interface Part {
  /** The sources that are changed. */
  mutate: string[];
  /** The tests, the fast ones first: a change is noticed by the first that fails. */
  spec: string[];
}

const ENGINE = "packages/local-charts";
const engine = (sources: string, ...tests: string[]): Part => ({
  mutate: [`${ENGINE}/src/${sources}`],
  spec: tests.map((each) => `${ENGINE}/test/${each}.test.ts`),
});
const settings = ["values", "load", "other-stacks", "further-secrets"].map((name) => `test/settings/${name}.test.ts`);

export const parts: Record<string, Part> = {
  kubernetes: engine("kubernetes/*.ts", "kubernetes/*", "wiring/addresses"),
  policy: engine("policy/*.ts", "policy/*"),
  redact: engine("redact/*.ts", "redact/*"),
  preview: engine("preview/{consequences,deployed,report,text,value-sources}.ts", "preview/*"),
  wiring: engine("{quota,wiring/*}.ts", "quota", "wiring/*"),
  settings: {
    mutate: ["settings.ts", "settings/*.ts"],
    spec: [settings[0], "test/settings.test.ts", ...settings.slice(1)],
  },
};
