// How long the proof of the wiring takes, from stack files to an empty list of problems, in one process.
import { availableParallelism } from "node:os";
import { type ChartArgs, helmTemplate, type RenderedChart, renderCharts, wiringOf, wiringProblems } from "local-charts";
import { wiringFactsOf } from "../../components/checks.ts";
import { chartsOf, type Parts } from "../../components/parts.ts";
import { type RenderedEnvironment, renderEnvironment } from "../../components/rendered.ts";
import { readSettings } from "../../settings.ts";
import { root } from "../../tools/places.ts";
import { trackedStacks } from "../stack/stack-file.ts";

/** As many at once as there are processors: more processes only wait for each other. */
async function rendered(charts: ChartArgs[]): Promise<RenderedChart[]> {
  const found: RenderedChart[] = [];
  const left = [...charts];
  const work = async () => {
    for (let one = left.shift(); one; one = left.shift())
      found.push((await renderCharts({ one }, helmTemplate(root))).one);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return found;
}

/** Services beside those of an environment, as its frontend is; each release has another name. */
function further(parts: Parts, count: number): ChartArgs[] {
  const { frontend } = chartsOf(parts);
  if (!frontend) return [];
  return Array.from({ length: count }, (_, index) => ({
    ...frontend,
    release: `${frontend.release}-${index}`,
    values: { ...frontend.values, service: { type: "ClusterIP", port: 3000 } },
  }));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}

/**
 * Two lines: what each pull request pays, and what further services cost, each a copy of helm/todo-frontend that is really
 * rendered under a name of its own and calls the backend.
 */
export async function measuredWiring(count = 50): Promise<string[]> {
  const started = performance.now();
  const environments: RenderedEnvironment[] = await Promise.all(
    (await trackedStacks()).map((stack) => renderEnvironment(readSettings(root, stack, { assumeSecrets: true }), root)),
  );
  const checking = performance.now();
  const problems = environments.flatMap(({ settings, parts, charts }) =>
    wiringProblems(wiringFactsOf(settings, parts), charts),
  );
  const check = (performance.now() - checking).toFixed(0);
  const objects = environments.flatMap(({ charts }) => charts.flatMap((chart) => chart.objects)).length;
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const first = `${environments.length} environments, ${objects} objects: ${seconds(started)} for settings, rendering and check (${check} ms)`;

  const [{ settings, parts, charts }] = environments;
  const rendering = performance.now();
  const more = await rendered(further(parts, count));
  const renderMs = performance.now() - rendering;
  const again = performance.now();
  const { edges, problems: found } = wiringOf(wiringFactsOf(settings, parts), [...charts, ...more]);
  const checkMs = performance.now() - again;
  if (found.length > 0) throw new Error(`${found.length} problems with ${count} services more`);
  const each = (ms: number) => (ms / count).toFixed(1);
  const second = `${count} services more, ${edges.length} connections: ${each(renderMs + checkMs)} ms each (rendering ${each(renderMs)}, check ${each(checkMs)})`;
  return [first, second];
}
