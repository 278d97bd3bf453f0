// The program beside plain Helm, on the same cluster, releases and values, in one run: ratios, which hold where seconds do not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profile } from "../../cluster/profile.ts";
import { run } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";

const CHARTS = ["todo-postgres", "todo-backend", "todo-frontend"];
const TIMES = 3;

/** Median of a few runs, in seconds. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < TIMES; index += 1) {
    const started = performance.now();
    await work();
    times.push((performance.now() - started) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(TIMES / 2)];
}

/** Rows `what | Pulumi | Helm | ratio`. Each `helm upgrade` adds a revision and runs the hooks; the objects stay as they are. */
export async function comparedWithHelm(stack: string): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), "todo-bench-"));
  const helm = (...args: string[]) =>
    run("helm", ["--kube-context", profile, "--namespace", `todo-${stack}`, ...args], { cwd: root });
  const pulumi = (...args: string[]) => run("pulumi", [...args, "--stack", stack, "--non-interactive"], { cwd: root });
  const values = (chart: string) => join(folder, `${chart}.yaml`);
  const each = async (work: (chart: string, release: string) => Promise<unknown>) => {
    for (const chart of CHARTS) await work(chart, `${chart}-${stack}`);
  };
  try {
    await each(async (chart, release) =>
      writeFileSync(values(chart), await helm("get", "values", release, "--output", "yaml")),
    );
    const upgrade = (chart: string, release: string) =>
      helm(
        "upgrade",
        "--install",
        release,
        `./helm/${chart}`,
        "--values",
        values(chart),
        "--wait",
        "--history-max",
        "10",
      );
    const diff = async (chart: string, release: string) => {
      writeFileSync(join(folder, "deployed"), await helm("get", "manifest", release));
      writeFileSync(
        join(folder, "rendered"),
        await helm("template", release, `./helm/${chart}`, "--values", values(chart)),
      );
      await run("git", ["diff", "--no-index", "--no-color", "deployed", "rendered"], { cwd: folder }).catch(
        () => "differs",
      );
    };
    const rows: [string, number, number][] = [
      [
        "nothing changed: `pulumi up --skip-preview` / `helm upgrade --install --wait` of the three charts",
        await seconds(() => pulumi("up", "--yes", "--skip-preview")),
        await seconds(() => each(upgrade)),
      ],
      [
        "nothing changed: `pulumi preview` / `helm get manifest`, `helm template` and a diff of the three charts",
        await seconds(() => pulumi("preview")),
        await seconds(() => each(diff)),
      ],
    ];
    return rows.map(([what, ours, theirs]) => [what, ours.toFixed(1), theirs.toFixed(1), (ours / theirs).toFixed(2)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
