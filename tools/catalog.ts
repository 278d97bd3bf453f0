// The list of tools, and what of it is here: the question `make tools`, `make doctor` and the cluster ask.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import semver from "semver";
import { parse } from "yaml";
import { withKubernetes } from "../settings/kubernetes-version.ts";
import { onPath, tryRun } from "./command.ts";
import { bin, cache } from "./places.ts";

/** A line of tools.yaml; the meaning of each key stands there. */
export interface Tool {
  name: string;
  version: string;
  fits?: string;
  probe?: string;
  mise?: string;
  build?: Record<string, string[]>;
  stamp?: string[];
  optional?: string;
  late?: boolean;
  cluster?: boolean;
  plugin?: string;
}

export const tools: Tool[] = Object.entries(parse(readFileSync(join(import.meta.dirname, "tools.yaml"), "utf8"))).map(
  ([name, entry]) => ({ name, ...withKubernetes(entry as Omit<Tool, "name">) }),
);

export function tool(name: string): Tool {
  const found = tools.find((t) => t.name === name);
  if (!found) throw new Error(`tools.yaml has no tool ${name}`);
  return found;
}

/** Where one version of a tool is kept. */
export const home = ({ name, version }: Tool) => join(cache, "tools", `${name}-${version}`);

/** Pulumi's own folder for a provider's plugin. */
export const pluginHome = ({ plugin, version }: Tool) =>
  join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins", `resource-${plugin}-v${version}`);

export interface Found {
  tool: Tool;
  path?: string;
  version?: string;
  /** whether `version` is one that the project works with */
  fits: boolean;
}

/** Looks for a tool on PATH (our own folder comes first there) and asks for its version. */
export async function find(tool: Tool): Promise<Found> {
  if (tool.plugin) {
    const path = pluginHome(tool);
    const fits = existsSync(path) && !existsSync(`${path}.partial`) && !existsSync(`${path}.lock.partial`);
    return { tool, path: fits ? path : undefined, version: fits ? tool.version : undefined, fits };
  }
  if (!tool.probe) throw new Error(`tools.yaml: ${tool.name} has neither probe nor plugin`);
  const [command, ...args] = tool.probe.split(" ");
  const path = onPath(command);
  if (!path) return { tool, fits: false };
  const version = semver.coerce(await tryRun(path, args))?.version;
  return { tool, path, version, fits: version !== undefined && semver.satisfies(version, tool.fits ?? tool.version) };
}

/** Where a found tool came from, in words. */
export function origin({ path }: Found): string {
  if (!path) return "missing";
  // In our own folder there are only links: to what was built, and to what mise keeps.
  return path.startsWith(bin) ? realpathSync(path) : path;
}
