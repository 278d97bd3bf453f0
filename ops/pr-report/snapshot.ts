// Prints what a checkout would deploy, as JSON: every environment's objects, rendered without a cluster, an account or a
// passphrase. A pull request's report runs it in the base's checkout and in the head's, each with its own code.
//   node -r ts-node/register ops/pr-report/snapshot.ts
import { resolve } from "node:path";
import { helmTemplate } from "../../components/helm-template";
import { chartsOf, type Parts, partsOf } from "../../components/parts";
import { findings, judge, sentence } from "../../components/policy";
import { readExceptions } from "../../components/policy/exceptions";
import { originOf } from "../../components/preview/origin";
import { assertFits } from "../../components/quota";
import { type KubernetesObject, releaseName, renderCharts } from "../../components/render-chart";
import type { SecretSpec } from "../../components/secrets";
import { checkWiring } from "../../components/wiring";
import { readSettings, type Settings } from "../../settings";
import { stackNames } from "../../settings/other-stacks";

/** What one environment would be. */
export interface EnvironmentSnapshot {
  /** Why it cannot be deployed as it stands. */
  problem?: string;
  namespace?: string;
  /** The secrets that it is deployed with, by their key below `todo:`, each with a value of the right form and no meaning. */
  standIns: Record<string, string>;
  /** Objects by the release that installs them; those that are made before any release are under their stack's name. */
  releases: Record<string, KubernetesObject[]>;
  /** Rules that the objects break, a sentence each, and whether that ends a deployment. */
  findings: string[];
  mandatory: boolean;
}

/** By the name of the stack. */
export type Snapshot = Record<string, EnvironmentSnapshot>;

const ROOT = resolve(__dirname, "../..");

async function snapshot(stack: string): Promise<EnvironmentSnapshot> {
  const shot: EnvironmentSnapshot = { standIns: {}, releases: {}, findings: [], mandatory: true };
  try {
    const settings = readSettings(ROOT, stack, { assumeSecrets: true });
    shot.standIns = standIns(settings);
    shot.mandatory = settings.policy === "mandatory";
    const parts = partsOf(settings);
    shot.namespace = parts.environment.namespace;
    const charts = await renderCharts(chartsOf(parts), helmTemplate, { origin: originOf(settings) });
    const all = Object.values(charts);
    const releases = all.map(({ chart, objects }) => [releaseName(chart, stack), objects] as const);
    shot.releases = { [stack]: before(parts), ...Object.fromEntries(releases) };
    shot.findings = judge(stack, findings(all), readExceptions(ROOT)).open.map(sentence);
    // As index.ts does, before it makes anything; a broken rule has a place of its own in the report.
    checkWiring(parts, charts);
    assertFits(stack, settings.quota, all);
  } catch (error) {
    shot.problem = (error as Error).message;
  }
  return shot;
}

function standIns({ database, secrets, furtherSecrets }: Settings): Record<string, string> {
  const values: Record<string, string> = {
    databaseUrl: `${database.driver}://preview:preview@database.invalid/preview`,
    secretKey: "a stand-in of 32 or more characters",
    authSecret: "a stand-in of 32 or more characters",
  };
  const named = Object.keys(secrets).map((name) => [name, values[name] ?? "stand-in"]);
  const further = Object.keys(furtherSecrets).map((name) => [`secrets.${name}`, "stand-in"]);
  return Object.fromEntries([...named, ...further]);
}

/** The objects that are there before any chart; of a secret its fingerprint, which follows its value. */
function before({ environment: { namespace, secrets } }: Parts): KubernetesObject[] {
  const specs = Object.values(secrets) as SecretSpec[];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...specs.map(({ name, keys }) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name },
      data: Object.fromEntries(Object.entries(keys).map(([key, { fingerprint }]) => [key, fingerprint])),
    })),
  ];
}

async function main() {
  const entries = await Promise.all(stackNames(ROOT).map(async (stack) => [stack, await snapshot(stack)] as const));
  console.log(JSON.stringify(Object.fromEntries(entries)));
}

if (require.main === module) main();
