// What the evidence is collected from. Rules see nothing else, so that each can be shown a violation.
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ChartObjects, chartName } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { type ReviewedException, readExceptions } from "../../components/policy.ts";
import { type RenderedEnvironment, renderEnvironment } from "../../components/rendered.ts";
import { readSettings } from "../../settings.ts";
import { keptResults, newest } from "../e2e/results.ts";

export const STACKS = ["dev", "staging", "prod"];

export interface EvidenceInput {
  /** Text of every file that git tracks, by its path. */
  files: Record<string, string>;
  /** Those that could be rendered. */
  environments: EnvironmentInput[];
  /** Why the others could not, by their names. */
  notRendered: Record<string, string>;
  /** The reviewed exceptions from rules about rendered objects. */
  exceptions: ReviewedException[];
  /** Only where a cluster answers. */
  cluster?: ClusterInput;
  /** What the last end-to-end tests of this commit said. */
  endToEnd?: EndToEndRecord;
}

export type EnvironmentInput = Omit<RenderedEnvironment, "charts"> & { charts: ChartObjects[] };

/** As kubectl prints it. */
// biome-ignore lint/suspicious/noExplicitAny: an object of a cluster has no static type.
export type ClusterObject = any;

/** All but nodes and namespaces are of the environments' namespaces. */
export type ClusterInput = Record<"nodes" | "namespaces" | "pods" | "configMaps", ClusterObject[]>;

export interface EndToEndRecord {
  commit: string;
  tests: { title: string; state: string }[];
}

/**
 * Without a cluster and what end-to-end tests said.
 * @param root the checkout
 * @param own folder of the stack files and the list of exceptions
 */
export async function repositoryInput(root: string, own = root): Promise<EvidenceInput> {
  const rendered = await Promise.allSettled(
    STACKS.map(async (stack) => renderEnvironment(readSettings(own, stack, { assumeSecrets: true }), root)),
  );
  return {
    files: trackedFiles(root, own),
    environments: rendered.flatMap((one) => (one.status === "fulfilled" ? one.value : [])),
    notRendered: Object.fromEntries(
      rendered.flatMap((one, index) => (one.status === "rejected" ? [[STACKS[index], one.reason.message]] : [])),
    ),
    exceptions: readExceptions(own),
  };
}

function trackedFiles(root: string, own: string): Record<string, string> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const names = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0");
  const place = (name: string) => join(/^Pulumi\.[^/]+\.yaml$/.test(name) ? own : root, name);
  const files = names.filter((name) => name && statSync(place(name), { throwIfNoEntry: false })?.isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(place(name), "utf8")]));
}

/** What runs in the cluster of a kubectl context; undefined where none answers within five seconds. */
export function clusterInput(context: string): ClusterInput | undefined {
  const get = (...args: string[]): ClusterObject[] => {
    const all = ["--context", context, "--request-timeout", "5s", "get", ...args, "--output", "json"];
    return JSON.parse(execFileSync("kubectl", all, { encoding: "utf8", stdio: "pipe", maxBuffer: 1 << 28 })).items;
  };
  const ours = (...args: string[]) =>
    get(...args, "--all-namespaces").filter(({ metadata }) =>
      STACKS.some((stack) => metadata.namespace === `todo-${stack}`),
    );
  try {
    return {
      nodes: get("nodes"),
      namespaces: get("namespaces"),
      pods: ours("pods"),
      configMaps: ours("configmaps"),
    };
  } catch {
    return undefined;
  }
}

/** What suites said last on this commit, from the results that `make e2e` keeps; undefined where none ran. */
export function endToEndInput(file: string, commit: string): EndToEndRecord | undefined {
  const results = newest(keptResults(file).filter((result) => result.commit === commit));
  return results.length > 0 ? { commit, tests: results.flatMap(({ tests }) => tests) } : undefined;
}

/** Files whose path matches, as [path, text]. */
export const filesOf = ({ files }: EvidenceInput, path: RegExp) =>
  Object.entries(files).filter(([name]) => path.test(name));

/** Their lines, each with where it stands. */
export const linesOf = (files: [path: string, text: string][]) =>
  files.flatMap(([path, text]) => text.split("\n").map((line, index) => ({ line, at: `${path}:${index + 1}` })));

/** Every chart of every environment. */
export const chartsOf = ({ environments }: EvidenceInput) =>
  environments.flatMap(({ settings: { environment }, charts }) =>
    charts.map((chart) => ({ ...chart, environment, name: chartName(chart) })),
  );

/** `Deployment todo-backend-dev` */
export const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`;
