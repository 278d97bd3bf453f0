// Charts rendered by the real helm on PATH, for tests. The same call is made once per process.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, parseAllDocuments, stringify } from "yaml";

export type Chart = "todo-backend" | "todo-frontend" | "todo-postgres" | "service";
export type Values = { [key: string]: unknown };

/** A Kubernetes object as rendered; the tests look into it, the API server is what checks its shape. */
// biome-ignore lint/suspicious/noExplicitAny: a rendered object has no static type.
export type KubernetesObject = { apiVersion: string; kind: string; metadata: any; spec?: any; [key: string]: any };

export const charts: Chart[] = ["todo-postgres", "todo-backend", "todo-frontend", "service"];
/** Those that share most of their templates. */
export const serviceCharts: Chart[] = ["todo-backend", "todo-frontend", "service"];
/** Those of the umbrella. */
export const chartsOfTodoApp: Chart[] = ["todo-postgres", "todo-backend", "todo-frontend"];
export const chartsFolder = resolve(import.meta.dirname, "../../helm");
// A helm that is built from its Go module takes itself for Kubernetes 1.20 without it.
const kubeVersion = "--kube-version=1.35.1";
export const namespace = "todo-test";
export const releaseOf = (chart: string): string => `${chart}-test`;

type Outcome = { status: number; stdout: string; stderr: string };
const outcomes = new Map<string, Promise<Outcome>>();
let running = 0;
const waiting: (() => void)[] = [];

/** Runs helm with values on its standard input; four at a time, and the same call only once. */
export function helm(args: string[], values: Values = {}, binary = "helm"): Promise<Outcome> {
  const key = JSON.stringify([args, values, binary]);
  const known = outcomes.get(key) ?? run(args, escaped(values), binary);
  outcomes.set(key, known);
  return known;
}

/** JSON that is YAML too, which takes some characters in their escaped form only. */
const escaped = (values: Values) =>
  JSON.stringify(values).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });

async function run(args: string[], input: string, binary = "helm"): Promise<Outcome> {
  if (running >= 4) {
    await new Promise<void>((free) => waiting.push(free));
  }
  running += 1;
  try {
    return await new Promise((done, fail) => {
      const child = execFile(binary, args, { maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== "number") {
          fail(new Error(`${binary} did not run: ${error.message}; \`make tools\` installs what is missing`));
        }
        done({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      });
      child.stdin?.end(input);
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

function template(chart: Chart, values: Values, release: string): Promise<Outcome> {
  return helm(
    ["template", release, join(chartsFolder, chart), `--namespace=${namespace}`, kubeVersion, "--values=-"],
    values,
  );
}

let assembled: string | undefined;

/** The umbrella chart with its three charts below charts/, as `helm dependency update` would pack them, in a folder of its own. */
export function todoApp(): string {
  if (assembled === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "todo-app-"));
    process.on("exit", () => rmSync(folder, { recursive: true }));
    const packed = join(chartsFolder, "todo-app", "charts");
    cpSync(join(chartsFolder, "todo-app"), folder, { recursive: true, filter: (path) => path !== packed });
    for (const chart of chartsOfTodoApp) {
      cpSync(join(chartsFolder, chart), join(folder, "charts", chart), { recursive: true });
    }
    assembled = folder;
  }
  return assembled;
}

/** What `helm template` makes of the umbrella chart. */
export function templateTodoApp(values: Values, release = "todo", binary = "helm"): Promise<Outcome> {
  return helm(["template", release, todoApp(), `--namespace=${namespace}`, kubeVersion, "--values=-"], values, binary);
}

/** Objects of a text that helm wrote. */
export function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    // Helm itself lets a duplicate key pass and takes the last.
    if (document.errors[0] !== undefined) {
      throw document.errors[0];
    }
    return document.toJS();
  });
}

/** The text of all objects, hooks included. */
export async function renderText(chart: Chart, values: Values, release = releaseOf(chart)): Promise<string> {
  const outcome = await template(chart, values, release);
  if (outcome.status !== 0) {
    throw new Error(`helm template ${chart}: ${outcome.stderr}`);
  }
  return outcome.stdout;
}

export async function render(chart: Chart, values: Values, release = releaseOf(chart)): Promise<KubernetesObject[]> {
  return objectsOf(await renderText(chart, values, release));
}

/** What helm says when it refuses the values; undefined when it does not. */
export async function refusal(chart: Chart, values: Values): Promise<string | undefined> {
  const outcome = await template(chart, values, releaseOf(chart));
  return outcome.status === 0 ? undefined : outcome.stderr;
}

/**
 * Many renderings of one chart in one run of helm (most of a run's time is its start): each variant is a dependency, under
 * an alias, of a chart made for it. Answers with the objects' text, or with what helm says against the values.
 */
export async function renderMany(chart: Chart, variants: Values[]): Promise<{ text?: string; refusal?: string }[]> {
  const parent = mkdtempSync(join(tmpdir(), "chart-"));
  const alias = (index: number) => `variant${index}-`;
  const result: { text?: string; refusal?: string }[] = variants.map(() => ({}));
  const version = parse(readFileSync(join(chartsFolder, chart, "Chart.yaml"), "utf8")).version;
  try {
    cpSync(join(chartsFolder, chart), join(parent, "charts", chart), { recursive: true });
    for (;;) {
      const left = [...variants.keys()].filter((index) => result[index]?.refusal === undefined);
      const dependencies = left.map((index) => ({ name: chart, version, alias: alias(index) }));
      writeFileSync(
        join(parent, "Chart.yaml"),
        stringify({ apiVersion: "v2", name: "parent", version: "0.0.0", dependencies }),
      );
      const values = Object.fromEntries(left.map((index) => [alias(index), variants[index]]));
      const args = ["template", releaseOf(chart), parent, `--namespace=${namespace}`, kubeVersion, "--values=-"];
      const { status, stdout, stderr } = await run(args, JSON.stringify(values));
      const sections = status === 0 ? stdout.split(/^---$/m) : stderr.split(/^(?=variant\d+-:$)/m);
      let found = 0;
      for (const section of sections) {
        const index = Number(section.match(/variant(\d+)-/)?.[1] ?? Number.NaN);
        const outcome = result[index];
        if (outcome !== undefined) {
          found += 1;
          const field = status === 0 ? "text" : "refusal";
          outcome[field] = (outcome[field] ?? "") + section.replaceAll(alias(index), chart);
        }
      }
      if (found === 0 && left.length > 0) {
        throw new Error(`helm names no variant: ${stderr}`);
      }
      if (status === 0 || left.length === 0) {
        return result;
      }
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
}

export function lint(chart: Chart, values: Values): Promise<Outcome> {
  return helm(["lint", "--strict", kubeVersion, join(chartsFolder, chart), "--values=-"], values);
}

/** NOTES.txt as a user sees it. Only an install prints it, so a copy of the chart gets a template that includes it. */
export async function notes(
  chart: string,
  values: Values,
  release = releaseOf(chart),
  folder = join(chartsFolder, chart),
): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), "chart-"));
  try {
    cpSync(folder, copy, { recursive: true });
    writeFileSync(
      join(copy, "templates/notes.yaml"),
      'notes: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}',
    );
    const args = [
      "template",
      release,
      copy,
      `--namespace=${namespace}`,
      kubeVersion,
      "--show-only=templates/notes.yaml",
      "--values=-",
    ];
    const { stdout, stderr } = await run(args, JSON.stringify(values));
    if (stderr !== "") {
      throw new Error(stderr);
    }
    return parse(stdout).notes;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The one object of a kind; the release's own, where a hook has one of the same kind. */
export function one(objects: KubernetesObject[], kind: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind);
  const own = found.filter((object) => object.metadata.annotations?.["helm.sh/hook"] === undefined);
  const [object, ...others] = own.length > 0 ? own : found;
  if (object === undefined || others.length > 0) {
    throw new Error(`expected one ${kind}, found ${found.length} among ${objects.map((each) => each.kind).join(", ")}`);
  }
  return object;
}

export type Pod = { name: string; metadata: KubernetesObject["metadata"]; spec: KubernetesObject["spec"] };

/** The pods that a rendered chart leads to: of Deployment, StatefulSet, Job, CronJob, and the test's own. */
export function podsOf(objects: KubernetesObject[]): Pod[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const pod = kind === "Pod" ? { metadata, spec } : (spec?.jobTemplate?.spec ?? spec)?.template;
    return pod === undefined ? [] : [{ name: `${kind} ${metadata.name}`, ...pod }];
  });
}
