import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { helmTemplate } from "../../components/helm-template";
import { valuesFile } from "../../components/helm-values";
import { chartsOf, partsOf } from "../../components/parts";
import { readExceptions } from "../../components/policy/exceptions";
import { type ChartArgs, type KubernetesObject, render } from "../../components/render-chart";
import { readSettings } from "../../settings";
import type { ClusterWorld, EndToEnd, EnvironmentWorld, World } from "./rule";

const STACKS = ["dev", "staging", "prod"];

/** What the tree says: tracked files, and every environment rendered by helm. Rejects as renderCharts does. */
export async function treeWorld(root: string): Promise<World> {
  const environments = await Promise.all(STACKS.map((stack) => environmentWorld(root, stack)));
  return { files: trackedFiles(root), environments, exceptions: readExceptions(root) };
}

function trackedFiles(root: string): Record<string, string> {
  const names = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const files = names
    .toString()
    .split("\0")
    .filter((name) => name && existsSync(join(root, name)) && statSync(join(root, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name), "utf8")]));
}

async function environmentWorld(root: string, name: string): Promise<EnvironmentWorld> {
  const parts = partsOf(readSettings(root, name, { assumeSecrets: true }));
  const rendered = await Promise.all(
    chartsOf(parts).map(async (chart) => {
      const file = join(root, valuesFile(chart));
      const values = existsSync(file) ? parse(readFileSync(file, "utf8"), { version: "1.1" }) : undefined;
      const fromFile = values ? (await render({ ...chart, values }, helmTemplate)).objects : [];
      return { chart: await render(chart, helmTemplate), fromFile, notes: await notesOf(root, chart) };
    }),
  );
  const byChart = <T>(pick: (one: (typeof rendered)[number]) => T) =>
    Object.fromEntries(rendered.map((one) => [one.chart.chart, pick(one)]));
  return {
    name,
    parts,
    charts: rendered.map(({ chart }) => chart),
    fromValuesFile: byChart(({ fromFile }) => fromFile),
    notes: byChart(({ notes }) => notes),
  };
}

/** NOTES.txt as a user sees it. Only an install prints it, so a copy of the chart gets an object that holds it. */
async function notesOf(root: string, chart: ChartArgs): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), "todo-notes-"));
  try {
    cpSync(join(root, "helm", chart.chart), copy, { recursive: true });
    const text = '{{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}';
    const object = `apiVersion: v1\nkind: Notes\nmetadata: { name: notes }\ntext: ${text}\n`;
    writeFileSync(join(copy, "templates", "notes.yaml"), object);
    const { objects } = await render(chart, (options) => helmTemplate({ ...options, path: copy }));
    const notes = objects.find(({ kind }: KubernetesObject) => kind === "Notes");
    return String(notes?.text ?? "");
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** What runs in the cluster of a context; undefined where none answers within five seconds. */
export function clusterWorld(context: string): ClusterWorld | undefined {
  const get = (...args: string[]) => {
    const all = ["--context", context, "--request-timeout", "5s", "get", ...args, "--output", "json"];
    return JSON.parse(execFileSync("kubectl", all, { encoding: "utf8", stdio: "pipe", maxBuffer: 1 << 28 })).items;
  };
  try {
    const [nodes, namespaces] = [get("nodes"), get("namespaces")];
    const own = STACKS.map((stack) => `todo-${stack}`);
    const inOwn = (...args: string[]) =>
      get(...args, "--all-namespaces").filter(({ metadata }: { metadata: { namespace: string } }) =>
        own.includes(metadata.namespace),
      );
    const records = inOwn("secrets", "--selector", "owner=helm", "--show-managed-fields");
    // The content of a record is not looked at here.
    const labels = records.map(({ metadata }: { metadata: unknown }) => ({ metadata }));
    return { nodes, namespaces, pods: inOwn("pods"), configMaps: inOwn("configmaps"), records: labels };
  } catch {
    return undefined;
  }
}

/** The record that `make e2e` wrote, where it is one of this commit. */
export function endToEnd(file: string | undefined, commit: string): EndToEnd | undefined {
  if (!file || !existsSync(file)) return undefined;
  const record: EndToEnd = JSON.parse(readFileSync(file, "utf8"));
  return record.commit === commit ? record : undefined;
}
