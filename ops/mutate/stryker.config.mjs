// StrykerJS's configuration for one part, which ops/mutate.ts names. A module: a plugin has to be named by a place that is the
// same for the main process and for those that run tests, which work in a copy of the checkout.
import { parts } from "./parts.ts";

const name = process.env.MUTATE_PART;
const { mutate, spec } = parts[name];

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  plugins: [import.meta.resolve("@stryker-mutator/mocha-runner")],
  testRunner: "mocha",
  coverageAnalysis: "perTest",
  mutate,
  mochaOptions: { "no-config": true, "no-package": true, require: ["ts-node/register"], spec },
  // No incremental file: a change of what runs once, at import, would keep the verdict that it had before a test was added.
  incremental: false,
  concurrency: 2,
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: `.stryker/${name}.html` },
  jsonReporter: { fileName: `.stryker/${name}.json` },
  tempDirName: ".stryker/sandbox",
  thresholds: { high: 95, low: 85, break: 85 },
  disableTypeChecks: false,
  ignorePatterns: ["app", "helm/todo-app/charts", "cluster", ".stryker", "ops/mutate/node_modules"],
  symlinkNodeModules: false,
  buildCommand: "node ops/mutate/link-packages.mjs",
  warnings: { slow: false },
};
