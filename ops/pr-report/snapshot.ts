// Prints what a checkout would deploy, as JSON: every environment's objects, rendered without a cluster, an account or a
// passphrase. A pull request's report runs it in the base's checkout and in the head's, each with its own code.
//   node -r ts-node/register ops/pr-report/snapshot.ts
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { helmTemplate } from "../../components/helm-template";
import { chartsOf, type Parts, partsOf } from "../../components/parts";
import { findings, judge, sentence } from "../../components/policy";
import { readExceptions } from "../../components/policy/exceptions";
import { type KubernetesObject, renderCharts } from "../../components/render-chart";
import { type SecretSpec, secretsOf } from "../../components/secrets";
import { readSettings } from "../../settings";

/** What one environment would be; either `problem` or the rest. */
export interface EnvironmentSnapshot {
  /** Why it cannot be deployed as it stands. */
  problem?: string;
  namespace?: string;
  /** Keys below `todo:` of the secrets that it is deployed with. */
  secrets: string[];
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
  try {
    const settings = readSettings(ROOT, stack, { assumeSecrets: true });
    const parts = partsOf(settings);
    const charts = Object.values(await renderCharts(chartsOf(parts), helmTemplate));
    const { open } = judge(stack, findings(charts), readExceptions(ROOT));
    const releases = charts.map(({ chart, objects }) => [`${chart}-${stack}`, objects] as const);
    return {
      namespace: parts.environment.namespace,
      secrets: Object.keys(settings.secrets),
      releases: { [stack]: before(parts, secretsOf(settings)), ...Object.fromEntries(releases) },
      findings: open.map(sentence),
      mandatory: settings.policy === "mandatory",
    };
  } catch (error) {
    return { problem: (error as Error).message, secrets: [], releases: {}, findings: [], mandatory: false };
  }
}

/** The objects that are there before any chart; of a secret its fingerprint, which follows its value. */
function before({ environment: { namespace } }: Parts, secrets: object): KubernetesObject[] {
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
  const stacks = readdirSync(ROOT).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const entries = await Promise.all(stacks.sort().map(async (stack) => [stack, await snapshot(stack)] as const));
  console.log(JSON.stringify(Object.fromEntries(entries)));
}

if (require.main === module) main();
