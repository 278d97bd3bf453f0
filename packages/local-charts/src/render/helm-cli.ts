import { execFile } from "node:child_process";
import { readManifests } from "../kubernetes/manifests.ts";
import type { Template, TemplateOptions } from "./template.ts";

/**
 * The objects of a chart by the `helm` on PATH, for whoever runs outside of `pulumi`: the same options, and the same
 * objects, as the provider's Helm. Rejects with what Helm says.
 * @param folder what the charts' paths are relative to; default: the working directory
 */
export function helmTemplate(folder?: string): Template {
  const template = async ({ path, release_name, namespace, kube_version, values }: TemplateOptions) => {
    const args = ["template", release_name, path, "--namespace", namespace, "--kube-version", kube_version];
    return readManifests(await helm([...args, "--values", "-"], JSON.stringify(values), folder));
  };
  return Object.assign(template, { folder });
}

/** There is no helm on PATH that runs: nothing is known of the chart. */
export class NoHelm extends Error {}

function helm(args: string[], input: string, cwd?: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile("helm", args, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) return done(stdout);
      if (typeof error.code === "number") return fail(new Error(stderr.trim().replace(/^Error: /, "")));
      fail(new NoHelm(`helm did not run: ${error.message}; it has to be on PATH`));
    });
    // A helm that ends before it has read everything says why on its standard error.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
