// What a checkout would deploy: every environment's objects, rendered without a cluster, an account or a passphrase. A pull
// request's report takes those of its own checkout, and has the base's rendered by the base's code, which base.ts calls
// by the name `snapshots`: renamed here, the pull request that renames it has nothing to compare with.
import { applyExceptions, checkCharts, findings, findingText } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { checksOf } from "../../components/checks.ts";
import type { Parts } from "../../components/parts.ts";
import { readExceptions } from "../../components/policy.ts";
import { renderEnvironment } from "../../components/rendered.ts";
import { specsOf } from "../../components/secrets.ts";
import { stackNames } from "../../settings/stack-files.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { root } from "../../tools/places.ts";
import { isProtected } from "../stack/stack-file.ts";

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
  /** Whether the stack is a protected one; unknown of a base from before there were such. */
  protected?: boolean;
}

/** By the name of the stack. */
export type Snapshot = Record<string, EnvironmentSnapshot>;

/** @param folder of the stack files; all else is this checkout's */
export async function snapshot(stack: string, folder = root): Promise<EnvironmentSnapshot> {
  const shot: EnvironmentSnapshot = { standIns: {}, releases: {}, findings: [], mandatory: true };
  try {
    shot.protected = isProtected(stack, folder);
    const settings = readSettings(folder, stack, { assumeSecrets: true });
    shot.standIns = standIns(settings);
    shot.mandatory = settings.policy === "mandatory";
    const { parts, charts } = await renderEnvironment(settings, root);
    shot.namespace = parts.environment.namespace;
    const releases = charts.map(({ release, objects }) => [release, objects] as const);
    shot.releases = { [stack]: before(parts), ...Object.fromEntries(releases) };
    const checks = checksOf(settings, parts, readExceptions(root));
    const { open } = applyExceptions(findings(charts, checks.policy), checks.policy.exceptions ?? []);
    shot.findings = open.map(findingText);
    // As index.ts does, before it makes anything; a broken rule has a place of its own in the report.
    checkCharts(charts, { ...checks, policy: { ...checks.policy, rules: [], exceptions: [] } });
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
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...specsOf(secrets).map(({ name, keys }) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name },
      data: Object.fromEntries(Object.entries(keys).map(([key, { fingerprint }]) => [key, fingerprint])),
    })),
  ];
}

/** Of every stack that has a file in this checkout. Never rejects: what is wrong with an environment stands in its snapshot. */
export async function snapshots(): Promise<Snapshot> {
  const entries = stackNames(root).map(async (stack) => [stack, await snapshot(stack)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
