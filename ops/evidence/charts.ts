import { valid } from "semver";
import { parse } from "yaml";
import { withoutChecksumAnnotation } from "../../components/helm-values";
import { digest } from "../../components/render-chart";
import { chartsOf, filesOf, type Outcome, type Rule, settle, type World } from "./rule";

const charts = (world: World) => [...new Set(chartsOf(world).map(({ chart }) => chart))];

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
}

/** H-003: values.yaml has every key that a template reads; its schema describes each and lets no other pass. */
function configurable(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const chart of charts(world)) {
    const folder = `helm/${chart}`;
    const schema: Schema = JSON.parse(world.files[`${folder}/values.schema.json`] ?? "{}");
    const faults = schemaFaults(schema, "");
    problems.push(...faults.map((fault) => `${folder}/values.schema.json: ${fault}`));
    const values = parse(world.files[`${folder}/values.yaml`] ?? "") ?? {};
    for (const [path, text] of filesOf(world, new RegExp(`^${folder}/templates/`))) {
      for (const [, key] of text.matchAll(/\$?\.Values((?:\.[A-Za-z]\w*)+)/g)) {
        const names = key.slice(1).split(".");
        if (names[0] === "global" || has(values, names)) continue;
        problems.push(`${path}: expected ${names.join(".")} in values.yaml, found nothing`);
      }
    }
    const count = (part: Schema): number =>
      Object.values(part.properties ?? {}).reduce((sum, each) => sum + 1 + count(each), 0);
    proof.push(`${folder}/values.yaml: ${count(schema)} keys, each with its description, in a closed schema`);
  }
  return settle(proof, problems);
}

/** Whether a key is there, or below one that is a free map. */
function has(values: unknown, [name, ...rest]: string[]): boolean {
  if (typeof values !== "object" || values === null || !(name in values)) return false;
  const inner = (values as Record<string, unknown>)[name];
  const free = inner === null || (typeof inner === "object" && Object.keys(inner as object).length === 0);
  return rest.length === 0 || free || has(inner, rest);
}

function schemaFaults({ properties, additionalProperties }: Schema, path: string): string[] {
  if (!properties) return path === "" ? ["expected the keys of values.yaml, found none"] : [];
  const open =
    additionalProperties === false ? [] : [`${path || "the chart"}: expected a closed map, found an open one`];
  const inner = Object.entries(properties).flatMap(([name, schema]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const undescribed = schema.description ? [] : [`${at}: expected a description, found none`];
    return [...undescribed, ...schemaFaults(schema, at)];
  });
  return [...open, ...inner];
}

/** H-004: a values file for each environment, from which Helm alone makes the same objects. */
function overrides(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const { name, charts: rendered, fromValuesFile } of world.environments) {
    for (const { chart, objects } of rendered) {
      const file = `helm/${chart}/values/${name}.yaml`;
      const own = fromValuesFile[chart] ?? [];
      const [found, expected] = [own, objects.map(withoutChecksumAnnotation)].map(digest);
      if (found === expected)
        proof.push(`${file}: ${own.length} objects, the same as Pulumi installs but for the checksum`);
      else problems.push(`${file}: expected the objects that Pulumi installs (${expected}), found others (${found})`);
    }
  }
  return settle(proof, problems);
}

/** H-005 */
function versions(world: World): Outcome {
  const found = charts(world).map((chart) => ({
    chart,
    version: parse(world.files[`helm/${chart}/Chart.yaml`] ?? "")?.version,
  }));
  return settle(
    found.map(({ chart, version }) => `helm/${chart}/Chart.yaml: version ${version}`),
    found
      .filter(({ version }) => valid(version) !== version)
      .map(({ chart, version }) => `helm/${chart}/Chart.yaml: expected a SemVer version, found ${version}`),
  );
}

/** H-006 */
function notes(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const { name, charts: rendered, notes: texts } of world.environments) {
    for (const { chart } of rendered) {
      const address = `${chart}-${name}`;
      const line = (texts[chart] ?? "")
        .split("\n")
        .find((text) => text.includes(address) && /port-forward|:\/\/|psql/.test(text));
      if (line) proof.push(`${name} ${chart}: ${line.trim()}`);
      else problems.push(`${name} ${chart}: expected NOTES.txt to say how to reach ${address}, found nothing of it`);
    }
  }
  return settle(proof, problems);
}

/** H-007: no environment's name or address in what is packed. */
function nothingHardCoded(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  const names = world.environments.map(({ name }) => name).join("|");
  const own = new RegExp(`\\btodo-(?:[a-z]+-)?(?:${names})\\b|["':\\s](?:${names})["'\\s]|//[a-z0-9.-]+:30\\d{3}\\b`);
  for (const chart of charts(world)) {
    const files = filesOf(world, new RegExp(`^helm/${chart}/(?!values/)`));
    proof.push(`helm/${chart}: ${files.length} files name none of ${names.replaceAll("|", ", ")}`);
    for (const [path, text] of files) {
      // A comment is documentation: it may give an example.
      const lines = text.split("\n").map((line) => line.replace(/(^|\s)#.*|"description":.*/, ""));
      const bad = lines.findIndex((line) => own.test(`${line} `));
      if (bad >= 0) problems.push(`${path}:${bad + 1}: expected nothing of an environment, found ${lines[bad].trim()}`);
    }
  }
  return settle(proof, problems);
}

export const chartRules: Rule[] = [
  {
    id: "H-003",
    text: "Everything configurable is in values.yaml, documented, with a closed schema",
    check: configurable,
  },
  { id: "H-004", text: "Override files per environment", check: overrides },
  { id: "H-005", text: "Chart versions are SemVer", check: versions },
  { id: "H-006", text: "NOTES.txt says how to reach the service", check: notes },
  { id: "H-007", text: "Nothing of an environment is hard-coded in a chart", check: nothingHardCoded },
];
