// Charts that exist for one test, and a Helm that answers as the provider's does.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { readManifests } from "../../src/kubernetes/manifests.ts";
import type { Template } from "../../src/render/template.ts";

/** Writes charts, each by its files, below a folder of their own, and removes it in the end. */
export async function withCharts<T>(
  charts: Record<string, Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "charts-"));
  try {
    for (const [name, files] of Object.entries(charts)) {
      const all = { "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`, ...files };
      for (const [path, text] of Object.entries(all)) {
        const file = join(folder, "charts", name, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The helm on PATH, without what the provider leaves out of its answer: documents that are no objects. `asked` counts. */
export function providerLike(folder: string): Template & { asked: number } {
  const template = async ({ path, release_name, namespace, kube_version, values }: Parameters<Template>[0]) => {
    made.asked += 1;
    const args = ["template", release_name, path, "--namespace", namespace, "--kube-version", kube_version];
    const running = promisify(execFile)("helm", [...args, "--values", "-"], { cwd: folder });
    running.child.stdin?.end(JSON.stringify(values));
    const { stdout } = await running.catch(({ stderr }) => {
      throw new Error(stderr.replace("Error: ", ""));
    });
    return readManifests(stdout, "skip");
  };
  const made = Object.assign(template, { folder, asked: 0 });
  return made;
}
