// Generates helm/*/values/{dev,staging,prod}.yaml from the stack files, for whoever installs with Helm alone.
//   node -r ts-node/register helm/values.ts           writes them
//   node -r ts-node/register helm/values.ts --check   writes nothing; exit code 1 when one is out of date
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { valuesFile, valuesText } from "../components/helm-values";
import { chartsOf, partsOf } from "../components/parts";
import { readSettings } from "../settings";

const STACKS = ["dev", "staging", "prod"];

/** Text by file. An environment has values for the charts that it installs, and no others. */
function texts(root: string): Map<string, string> {
  const entries = STACKS.flatMap((stack) => {
    const parts = partsOf(readSettings(root, stack, { assumeSecrets: true }));
    return chartsOf(parts).map((chart) => [valuesFile(chart), valuesText(chart, parts.environment.secrets)] as const);
  });
  return new Map(entries);
}

/** Values that are there for an environment that does not install the chart any more. */
function leftovers(root: string, wanted: Map<string, string>): string[] {
  const charts = readdirSync(join(root, "helm"));
  const files = charts.flatMap((chart) => STACKS.map((stack) => `helm/${chart}/values/${stack}.yaml`));
  return files.filter((file) => !wanted.has(file) && existsSync(join(root, file)));
}

const root = process.env.TODO_ROOT ?? join(__dirname, "..");
const check = process.argv.includes("--check");
try {
  const wanted = texts(root);
  const extra = leftovers(root, wanted);
  const current = (file: string) => existsSync(join(root, file)) && readFileSync(join(root, file), "utf8");
  const stale = [...wanted].filter(([file, text]) => current(file) !== text);
  if (!check) {
    for (const file of extra) rmSync(join(root, file));
    for (const [file, text] of stale) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
  }
  if (stale.length + extra.length > 0) {
    const names = stale.map(([file]) => file).join(", ");
    const gone = extra.length > 0 ? `; for a chart that is not installed there: ${extra.join(", ")}` : "";
    console.log(
      check ? `out of date: ${names}${gone}; run: make generate` : `wrote ${names}${gone && ` (removed)${gone}`}`,
    );
    process.exitCode = check ? 1 : 0;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
