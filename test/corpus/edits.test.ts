// Each edit of the corpus: whether it shows, and which objects the preview names.
// Does not prove: that the cluster then changes exactly these (test/e2e/prediction-all.test.ts).
import { strict as assert } from "node:assert";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartName, digest, helmTemplate, listOf, type RenderedChart, renderCharts } from "local-charts";
import { compare, type Report, report } from "local-charts/objects";
import { chartsOf, partsOf } from "../../components/parts.ts";
import { readSettings } from "../../settings.ts";
import { apply, checkout } from "./checkout.ts";
import { edits, STACK_FILE } from "./edits.ts";

const NAMESPACE = "todo-corpus";
/** By the chart's name. */
type Charts = Record<string, RenderedChart>;

/** All charts, or one alone, of a checkout. */
async function render(folder: string, only?: string): Promise<Charts> {
  const charts = listOf(chartsOf(partsOf(readSettings(folder, "corpus"))));
  const wanted = charts.filter((chart) => only === undefined || chartName(chart) === only);
  const named = Object.fromEntries(wanted.map((chart) => [chartName(chart), chart]));
  return (await renderCharts(named, helmTemplate(folder))) as Charts;
}

/** The inputs of a Release that a chart decides: Pulumi compares these. */
const inputs = (charts: Charts) =>
  Object.values(charts).map(({ chart, values, objects }) => [chart, JSON.stringify(values), digest(objects)]);

/** What the preview names: `~ Deployment x`, hooks apart. */
function named(before: Charts, after: Charts): { objects: string[]; hooks: string[] } {
  const reports = Object.entries(after).map(([name, { release, objects }]): Report => {
    const changes = compare(before[name].objects, objects, NAMESPACE);
    return report(release, NAMESPACE, { from: "deployed", revision: 1 }, changes, objects);
  });
  const lines = (hooks: boolean) =>
    reports.flatMap(({ entries }) =>
      entries
        .filter(({ hook }) => hook.length > 0 === hooks)
        .map(({ what, object }) => `${MARKS[what]} ${object.replace(/-config-[0-9a-f]{10}$/, "-config")}`),
    );
  return { objects: lines(false).sort(), hooks: lines(true).sort() };
}
const MARKS = { added: "+", changed: "~", removed: "-" };

describe("the corpus of edits", () => {
  let base: string;
  let before_: Charts;
  const made: string[] = [];
  const elsewhere = () => {
    const folder = checkout();
    made.push(folder);
    return folder;
  };
  before(async () => {
    base = elsewhere();
    before_ = await render(base);
  });
  after(() => {
    for (const folder of made) rmSync(folder, { recursive: true });
  });

  it("has at least 40 edits, of both kinds, with names of their own", () => {
    const silent = edits.filter(({ objects, hooks = [] }) => objects.length + hooks.length === 0);
    assert.ok(edits.length >= 40 && silent.length >= 20 && edits.length - silent.length >= 20);
    assert.equal(new Set(edits.map(({ what }) => what)).size, edits.length);
  });

  for (const edit of edits) {
    const { what, file, objects, hooks = [] } = edit;
    const shows = objects.length + hooks.length > 0;
    it(`${shows ? "shows" : "does not show"} ${what}`, async () => {
      const folder = elsewhere();
      apply(folder, edit);
      const after = await render(folder, /^helm\/([^/]+)\//.exec(file)?.[1]);
      const same = Object.fromEntries(Object.keys(after).map((chart) => [chart, before_[chart]]));
      assert.equal(JSON.stringify(inputs(after)) !== JSON.stringify(inputs(same)), shows, "the Release's inputs");
      assert.deepEqual(named(same, after), { objects: [...objects].sort(), hooks: [...hooks].sort() });
    });
  }

  it("does not show another checkout, another user, another time zone, a second run", async () => {
    const own = { HOME: process.env.HOME, USER: process.env.USER, TZ: process.env.TZ, LANG: process.env.LANG };
    const folder = elsewhere();
    Object.assign(process.env, { HOME: folder, USER: "somebody", TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8" });
    try {
      assert.deepEqual(inputs(await render(folder)), inputs(before_));
      assert.deepEqual(inputs(await render(base)), inputs(before_));
    } finally {
      for (const [name, value] of Object.entries(own)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  it("does not show the stack file through other hands: read and written by a program", async () => {
    const folder = elsewhere();
    const text = readFileSync(join(folder, STACK_FILE), "utf8");
    writeFileSync(join(folder, STACK_FILE), text.replace(/^( {2,})(\S)/gm, "$1$2").replaceAll("\n", "\r\n"));
    assert.deepEqual(inputs(await render(folder)), inputs(before_));
  });
});
