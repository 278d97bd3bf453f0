// `make test`: every layer that needs no cluster, two at a time. `make check` runs those that only read the sources.
// What a layer says itself is shown when it fails.
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { ensureTools } from "../tools/install.mts";
import { Failure, main, type Report, steps } from "../tools/main.mts";
import { root } from "../tools/places.mts";

interface Layer {
  title: string;
  command: string[];
  folder?: string;
  /** how a test runner says how many tests passed and failed; a layer without is one check that holds or not */
  passed?: RegExp;
  failed?: RegExp;
  skipped?: RegExp;
  wayOut?: string;
}

const checks: Layer[] = [
  { title: "types", command: ["node_modules/.bin/tsc", "-p", "tsconfig.check.json"] },
  {
    title: "format and lint",
    command: ["node_modules/.bin/biome", "check"],
    wayOut: "`make format` mends what can be mended by itself",
  },
  {
    title: "generated files are current: the charts' schemas",
    command: ["node", "helm/schema.mts", "--check"],
    wayOut: "`make generate` writes them again",
  },
  {
    title: "generated files are current: the stack files' schema, docs/configuration.md",
    command: ["node", "-r", "ts-node/register", "settings/artifacts.ts", "--check"],
    wayOut: "`make generate` writes them again",
  },
  {
    title: "generated files are current: the charts' values for each environment",
    command: ["node", "-r", "ts-node/register", "helm/values.ts", "--check"],
    wayOut: "`make generate` writes them again",
  },
  {
    title: "generated files are current: docs/wiring.md, from charts that fit together",
    command: ["node", "-r", "ts-node/register", "components/wiring/artifact.ts", "--check"],
    wayOut: "`make generate` writes it again",
  },
];

const tests: Layer[] = [
  {
    title: "settings, components, program (mocks) and charts (rendered by helm)",
    command: ["node_modules/.bin/mocha", "--parallel", "--jobs", "2"],
    passed: /(\d+) passing/,
    failed: /(\d+) failing/,
    skipped: /(\d+) pending/,
  },
  {
    title: "backend, on a real PostgreSQL",
    command: ["app/backend/test"],
    passed: /(\d+) passed/,
    failed: /(\d+) (?:failed|error)/,
  },
  {
    title: "frontend, its types first",
    command: [
      "bash",
      "-ec",
      "[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; npm run types; npm test",
    ],
    folder: "app/frontend",
    passed: /Tests .*?(\d+) passed/,
    failed: /Tests .*?(\d+) failed/,
  },
];

const count = { passed: 0, failed: 0 };
const said: string[] = [];

/** A layer fails when a test failed, when its runner did, and when no test ran at all. */
async function runLayer(layer: Layer, report: Report): Promise<string> {
  const [command, ...args] = layer.command;
  const child = execa(command, args, {
    cwd: join(root, layer.folder ?? ""),
    all: true,
    stdin: "ignore",
    reject: false,
  });
  report("running");
  const result = await child;
  const output = stripVTControlCharacters(String(result.all));
  const found = (pattern: RegExp) => Number(output.match(pattern)?.[1] ?? 0);
  const good = layer.passed ? found(layer.passed) : Number(!result.failed);
  const bad = layer.failed ? found(layer.failed) : Number(result.failed);
  const broken = result.failed || bad > 0 || good === 0;
  count.passed += good;
  count.failed += broken ? Math.max(bad, 1) : 0;
  const skipped = layer.skipped && found(layer.skipped) ? `, ${found(layer.skipped)} skipped` : "";
  if (!broken) return layer.passed ? `${layer.title}: ${good} passed${skipped}` : layer.title;
  said.push(`── ${layer.title}: ${layer.command.join(" ")}\n${output}\n${layer.wayOut ?? ""}`.trimEnd());
  return `FAILED ${layer.title}`;
}

await main(async () => {
  await ensureTools();
  const layers = process.argv[2] === "checks" ? checks : [...tests, ...checks];
  await steps(
    layers.map((layer) => ({ title: layer.title, run: (report) => runLayer(layer, report) })),
    2,
  );
  if (said.length > 0) console.log(`\n${said.join("\n\n")}\n`);
  console.log(`${count.passed} passed, ${count.failed} failed`);
  if (count.failed > 0)
    throw new Failure(`${count.failed} of ${count.passed + count.failed} failed; what each said stands above`);
});
