// Which file imports which: the house's floors. Does not prove that what stands on a floor belongs there.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const ENGINE = "packages/local-charts/src";

/** What each part may import besides itself. `ops` has the verbs, which may use all that is not a test. */
const MAY_IMPORT: Record<string, string[]> = {
  [ENGINE]: [],
  settings: [ENGINE],
  components: ["settings", ENGINE],
  "index.ts": ["components", "settings", ENGINE],
  "platform/index.ts": ["platform/charts.ts", "components", "settings", ENGINE],
  "platform/charts.ts": ["settings", ENGINE],
  tools: ["settings", ENGINE],
  cluster: ["tools", "settings", ENGINE],
  ops: ["cluster", "tools", "components", "settings", ENGINE],
};
const parts = Object.keys(MAY_IMPORT);

const partOf = (file: string): string | undefined =>
  file === "settings.ts" ? "settings" : parts.find((part) => file === part || file.startsWith(`${part}/`));

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], { cwd: root })
  .toString()
  .split("\n")
  .filter((file) => file && existsSync(join(root, file)) && partOf(file));

/** Files that a file imports, types included; packages from a registry are left out. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, name]) => name);
  return found.flatMap((name) => {
    if (name === "local-charts") return [`${ENGINE}/index.ts`];
    if (name.startsWith("local-charts/")) return [`${ENGINE}/${name.slice("local-charts/".length)}.ts`];
    return name.startsWith(".") ? [relative(root, resolve(root, dirname(file), name))] : [];
  });
}

const graph = new Map(files.map((file) => [file, importsOf(file)]));

/** Ways from each node back to itself, one for each circle that a search in depth meets. */
function circles(edges: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (node: string, way: string[]): void => {
    if (way.includes(node)) {
      found.push([...way.slice(way.indexOf(node)), node].join(" → "));
      return;
    }
    if (done.has(node)) return;
    for (const next of edges.get(node) ?? []) visit(next, [...way, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return found;
}

describe("imports", () => {
  it("run one way: verbs and program over components over settings over the engine", () => {
    const back = [...graph].flatMap(([file, targets]) => {
      const from = partOf(file) as string;
      const wrong = targets.filter((target) => {
        const to = partOf(target);
        return to !== from && !(to && MAY_IMPORT[from].includes(to));
      });
      return wrong.map((target) => `${file} imports ${target}`);
    });
    assert.deepEqual(back, []);
  });

  it("have no circle of files", () => {
    assert.deepEqual(circles(graph), []);
  });

  it("have no circle of folders inside the engine", () => {
    const folders = new Map<string, Set<string>>();
    for (const [file, targets] of graph) {
      if (!file.startsWith(`${ENGINE}/`) || dirname(file) === ENGINE) continue;
      const others = targets.map(dirname).filter((folder) => folder !== dirname(file) && folder !== ENGINE);
      folders.set(dirname(file), new Set([...(folders.get(dirname(file)) ?? []), ...others]));
    }
    assert.deepEqual(circles(new Map([...folders].map(([folder, others]) => [folder, [...others]]))), []);
  });

  it("of the deployment name the engine, not its files", () => {
    const inside = [...graph.keys()].filter((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return partOf(file) !== ENGINE && text.includes("packages/local-charts/src");
    });
    assert.deepEqual(inside, []);
  });

  it("leave nothing of the Todo in the engine", () => {
    const words = files
      .filter((file) => partOf(file) === ENGINE)
      .flatMap((file) =>
        readFileSync(join(root, file), "utf8")
          .split("\n")
          .flatMap((line, index) => (/todo/i.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
      );
    assert.deepEqual(words, []);
  });
});
