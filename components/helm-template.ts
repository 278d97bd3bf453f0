import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject, TemplateOptions } from "./render-chart";

const ROOT = resolve(__dirname, "..");

/**
 * The objects of a chart by the `helm` on PATH, for whoever runs outside of `pulumi`: the same options, and the same
 * objects, as the provider's Helm. Rejects with what Helm says.
 */
export async function helmTemplate(options: TemplateOptions): Promise<KubernetesObject[]> {
  const { path, release_name, namespace, kube_version, include_test_hook_resources, values } = options;
  const tests = include_test_hook_resources ? [] : ["--skip-tests"];
  const args = ["template", release_name, path, "--namespace", namespace, "--kube-version", kube_version, ...tests];
  const text = await helm([...args, "--values", "-"], JSON.stringify(values));
  return parseAllDocuments(text).flatMap((document) => {
    // Helm itself lets a duplicate key pass and takes the last.
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() ?? [];
  });
}

function helm(args: string[], input: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile("helm", args, { cwd: ROOT, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) return done(stdout);
      if (typeof error.code === "number") return fail(new Error(stderr.trim().replace(/^Error: /, "")));
      fail(new Error(`helm did not run: ${error.message}; \`make tools\` makes it available`));
    });
    // A helm that ends before it has read everything says why on its standard error.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
