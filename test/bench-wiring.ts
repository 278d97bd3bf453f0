// How long the proof of the wiring takes, from stack files to an empty list of problems, in one process:
//   node -r ts-node/register test/bench-wiring.ts [services]
// Figures to read, never a test. The first line is what each pull request pays; the second adds services, each a copy of
// helm/todo-frontend that is really rendered under a name of its own and calls the backend.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { helmTemplate } from "../components/helm-template";
import { chartsOf, type Parts, partsOf } from "../components/parts";
import { type ChartArgs, type RenderedChart, render, renderCharts } from "../components/render-chart";
import { wiringOf, wiringProblems } from "../components/wiring";
import { readSettings } from "../settings";

const ROOT = join(__dirname, "..");
const STACKS = ["dev", "staging", "prod"];

/** As many at once as there are processors: more processes only wait for each other. */
async function rendered(charts: ChartArgs[]): Promise<RenderedChart[]> {
  const found: RenderedChart[] = [];
  const left = [...charts];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) found.push(await render(next, helmTemplate));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return found;
}

/** Services beside those of an environment, as its frontend is; each release has another name. */
function further(parts: Parts, count: number): ChartArgs[] {
  const frontend = chartsOf(parts).find(({ chart }) => chart === "todo-frontend") as ChartArgs;
  return Array.from({ length: count }, (_, index) => ({
    ...frontend,
    environment: `${parts.environment.namespace}-${index}`,
    values: { ...frontend.values, service: { type: "ClusterIP", port: 3000 } },
  }));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 50);
  const started = performance.now();
  const environments = await Promise.all(
    STACKS.map(async (stack) => {
      const parts = partsOf(readSettings(ROOT, stack, { assumeSecrets: true }));
      return { parts, charts: Object.values(await renderCharts(chartsOf(parts), helmTemplate)) };
    }),
  );
  const checking = performance.now();
  const problems = environments.flatMap(({ parts, charts }) => wiringProblems(parts, charts));
  const check = (performance.now() - checking).toFixed(0);
  const objects = environments.flatMap(({ charts }) => charts.flatMap((chart) => chart.objects)).length;
  if (problems.length > 0) throw new Error(problems.join("\n"));
  console.log(
    `three environments, ${objects} objects: ${seconds(started)} for settings, rendering and check (${check} ms)`,
  );

  if (count === 0) return;
  const [{ parts, charts }] = environments;
  const rendering = performance.now();
  const more = await rendered(further(parts, count));
  const renderMs = performance.now() - rendering;
  const again = performance.now();
  const { edges, problems: found } = wiringOf(parts, [...charts, ...more]);
  const checkMs = performance.now() - again;
  if (found.length > 0) throw new Error(`${found.length} problems with ${count} services more`);
  const each = (ms: number) => (ms / count).toFixed(1);
  console.log(
    `${count} services more, ${edges.length} connections: ${each(renderMs + checkMs)} ms each (rendering ${each(renderMs)}, check ${each(checkMs)})`,
  );
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
