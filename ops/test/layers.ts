// Layers of tests and checks, run two at a time. What a layer says itself is shown when it fails.
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { type Progress, steps } from "../../tools/steps.ts";

/** What a layer is: a command, or a function of this program. */
export type Layer = { title: string; hint?: string } & (
  | {
      command: string[];
      folder?: string;
      /** how a test runner says how many tests passed and failed; a layer without is one check that holds or not */
      passed?: RegExp;
      failed?: RegExp;
      skipped?: RegExp;
    }
  | { check: () => Promise<Finding> }
);

export interface Finding {
  /** What does not hold; the layer then fails. */
  problem?: string;
  /** What a person may want to do, though everything holds. */
  advice?: string;
  /** Why it could not be looked at here. */
  skipped?: string;
}

interface Result {
  layer: Layer;
  passed: number;
  failed: number;
  skipped: number;
  /** Of one that failed. */
  said: string;
  advice?: string;
}

/** Runs all layers, and shows what the failed ones said, advice, and how much passed and failed. @throws Failure where something failed */
export async function runLayers(layers: Layer[]): Promise<void> {
  const results: Result[] = [];
  const step = (layer: Layer) => async (report: Progress) => {
    report("running");
    const result = await run(layer);
    results.push(result);
    return title(result);
  };
  await steps(
    layers.map((layer) => ({ title: layer.title, run: step(layer) })),
    2,
  );
  const texts = results.filter(({ failed }) => failed > 0).map(({ said }) => said);
  if (texts.length > 0) console.log(`\n${texts.join("\n\n")}\n`);
  for (const { advice } of results) if (advice) console.log(advice);
  const sum = (count: (result: Result) => number) => results.reduce((total, result) => total + count(result), 0);
  const [passed, failed] = [sum((result) => result.passed), sum((result) => result.failed)];
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) throw new Failure(`${failed} of ${passed + failed} failed; what each said stands above`);
}

function title({ layer, passed, failed, skipped }: Result): string {
  if (failed > 0) return `FAILED ${layer.title}`;
  const counts = `${passed} passed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  if ("passed" in layer) return `${layer.title}: ${counts}`;
  return skipped > 0 ? `skipped ${layer.title}` : layer.title;
}

async function run(layer: Layer): Promise<Result> {
  const said = (how: string, text: string) =>
    `── ${layer.title}${how}\n${text}${layer.hint ? `\n${layer.hint}` : ""}`.trimEnd();
  if ("check" in layer) {
    const { problem, ...rest } = await layer.check().catch(({ message }: Error): Finding => ({ problem: message }));
    const [failed, skipped] = [problem, rest.skipped].map((reason) => (reason === undefined ? 0 : 1));
    const advice = rest.skipped === undefined ? rest.advice : `skipped: ${layer.title}: ${rest.skipped}`;
    return { layer, passed: 1 - failed - skipped, failed, skipped, said: said("", problem ?? ""), advice };
  }
  const [command, ...args] = layer.command;
  const cwd = join(root, layer.folder ?? "");
  const result = await execa(command, args, { cwd, all: true, stdin: "ignore", reject: false });
  const output = stripVTControlCharacters(String(result.all));
  const found = (pattern: RegExp) => Number(output.match(pattern)?.[1] ?? 0);
  const good = layer.passed ? found(layer.passed) : Number(!result.failed);
  const bad = layer.failed ? found(layer.failed) : Number(result.failed);
  // A layer fails when a test failed, when its runner did, and when no test ran at all.
  const broken = result.failed || bad > 0 || good === 0;
  const skipped = layer.skipped ? found(layer.skipped) : 0;
  const text = said(`: ${layer.command.join(" ")}`, output);
  return { layer, passed: good, failed: broken ? Math.max(bad, 1) : 0, skipped, said: text };
}
