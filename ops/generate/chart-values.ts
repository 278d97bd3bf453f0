// Generates helm/*/values/<stack>.yaml from the stack files, for whoever installs with Helm alone.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listOf } from "local-charts";
import { parse } from "yaml";
import { chartsOf, partsOf } from "../../components/parts.ts";
import { readSettings } from "../../settings.ts";
import type { GeneratedFiles } from "./files.ts";
import { MARK, valuesFile, valuesText } from "./helm-values.ts";
import { type Defaults, UMBRELLA, umbrellaFile, umbrellaText } from "./umbrella-values.ts";

/**
 * The values of each stack for the charts that it installs, for no others, and for the umbrella.
 * @param folder that of the stack files, and of `helm/`
 * Throws one error that names everything that is wrong with a stack file.
 */
export function chartValues(folder: string, stacks: string[]): GeneratedFiles {
  const defaults = defaultsOf(folder);
  const wanted = stacks.flatMap((stack) => {
    const parts = partsOf(readSettings(folder, stack, { assumeSecrets: true }));
    const charts = listOf(chartsOf(parts));
    const { secrets } = parts.environment;
    return [
      ...charts.map((chart) => [valuesFile(chart, stack), valuesText(chart, stack, secrets)] as const),
      ...(UMBRELLA in defaults
        ? [[umbrellaFile(stack), umbrellaText(charts, stack, secrets, parts.entrances[0].origin, defaults)] as const]
        : []),
    ];
  });
  return new Map([...leftovers(folder).map((file) => [file, undefined] as const), ...wanted]);
}

/** The `values.yaml` of each chart. */
function defaultsOf(folder: string): Defaults {
  const file = (chart: string) => join(folder, "helm", chart, "values.yaml");
  const charts = readdirSync(join(folder, "helm")).filter((chart) => existsSync(file(chart)));
  return Object.fromEntries(charts.map((chart) => [chart, parse(readFileSync(file(chart), "utf8"))]));
}

/** Generated values of whatever stack and chart: those that no stack asks for any more go. */
function leftovers(folder: string): string[] {
  const charts = readdirSync(join(folder, "helm"));
  return charts.flatMap((chart) => {
    const values = join(folder, "helm", chart, "values");
    const files = existsSync(values) ? readdirSync(values) : [];
    const generated = files.filter((file) => readFileSync(join(values, file), "utf8").startsWith(`# ${MARK} `));
    return generated.map((file) => `helm/${chart}/values/${file}`);
  });
}
