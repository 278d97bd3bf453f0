// Helm charts of a repository, installed by Pulumi, with a preview that tells the truth. See README.md.
export { type Contents, removeUnused, type UnusedOptions } from "./cluster/unused.ts";
export { type HealthyOptions, rememberHealthy } from "./history/remember.ts";
export { ensured, wayFor } from "./live/ensure.ts";
export { mayWriteNamespace, sayUnseen } from "./live/namespace-rights.ts";
export { assertOwnNamespace, CLUSTER_UID, clusterUid, inSameCluster } from "./live/same-cluster.ts";
export { LocalChart, TIMEOUT_SECONDS } from "./local-chart.ts";
export {
  applyExceptions,
  type Exception,
  enforce,
  type Finding,
  findings,
  findingText,
  type Policy,
} from "./policy/enforce.ts";
export {
  type Breach,
  breaches,
  eachContainer,
  eachPod,
  expectation,
  type Rule,
  type RuleFacts,
} from "./policy/rule.ts";
export { standardRules } from "./policy/rules.ts";
export {
  type Checks,
  checkCharts,
  type Prepared,
  type PreparedChart,
  type PrepareOptions,
  prepareCharts,
  type QuotaCheck,
} from "./prepare.ts";
export type { Hints } from "./preview/changes.ts";
export { explainBy, type Origin } from "./preview/value-sources.ts";
export {
  type ChartArgs,
  type ChartObjects,
  type Charts,
  chartName,
  listOf,
  type Rendered,
  type RenderedChart,
  type RenderOptions,
  renderCharts,
} from "./render/chart.ts";
export { checksum, digest } from "./render/digest.ts";
export { helmTemplate } from "./render/helm-cli.ts";
export { type Plain, providerTemplate, type Template, type TemplateOptions } from "./render/template.ts";
export { type Address, addressesOf, hostsIn } from "./wiring/addresses.ts";
export { checkWiring, type Wiring, wiringOf, wiringProblems } from "./wiring/check.ts";
export { drawing } from "./wiring/drawing.ts";
export { type Entrance, HIDDEN, type WiringFacts } from "./wiring/facts.ts";
