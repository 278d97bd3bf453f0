// Official releases: through mise, which verifies them; Pulumi's plugins through pulumi. Where their places cannot be
// reached, building takes over; whatever else goes wrong is an error, as a build would only hide it.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa, type Options } from "execa";
import { home, type Tool, tool } from "./catalog.ts";
import { run, tryRun } from "./command.ts";
import { after, way } from "./network.ts";
import { cache } from "./places.ts";
import { Failure } from "./program.ts";
import type { Progress } from "./steps.ts";

/** Whether a download was refused by the network between, and not by what was downloaded or by this machine. */
export function unreachable(reason: string): boolean {
  if (/decoding response body/.test(reason)) return false; // mise: it began to arrive, and broke off
  if (/timed? ?out|timeout|rate limit|api\.github\.com.*\b403\b|\b403\b.*api\.github\.com/i.test(reason)) return false;
  return [
    /error sending request: .*\(Connect\)/, // mise: name, connection, proxy or certificate
    /dns error|no such host|ENOTFOUND|EAI_AGAIN/,
    /connection refused|ECONNREFUSED|unreachable|no route to host|connection reset|ECONNRESET/i,
    /proxyconnect|tunnel error|x509|certificate|SELF_SIGNED/i,
    /\bE?(403|407|451)\b/, // a proxy or a mirror that has no such thing for us
    /offline mode is enabled/,
  ].some((pattern) => pattern.test(reason));
}

/** What a failed download says for itself, without what came before and did not end it. */
export function essence(said: string): string {
  const lines = said
    .replaceAll(/\r/g, "\n")
    .split("\n")
    .map((line) => line.trim());
  // mise ends with its ERROR and notes on it; a note may well speak of the network when the ERROR is a checksum.
  const mise = lines.slice(lines.findIndex((line) => /^mise ERROR /.test(line)));
  if (mise[0]?.startsWith("mise ERROR ")) {
    const end = mise.findIndex((line) => /^note:|^mise ERROR (Version|Run with)/.test(line));
    const limited = /rate limit/i.test(said) ? " (GitHub rate limit exceeded)" : "";
    return `${mise
      .slice(0, end < 0 ? undefined : end)
      .join(" ")
      .replaceAll("mise ERROR ", "")
      .trim()}${limited}`;
  }
  // pulumi's last line only counts its attempts; the warnings before it say why.
  const attempt = lines.filter((line) => line.startsWith("warning: Error downloading plugin: ")).at(-1);
  if (attempt && /failed all \d+ attempts/.test(said)) return attempt.replace("warning: ", "");
  const npm = lines.filter((line) => line.startsWith("npm error "));
  if (npm.length > 0)
    return npm
      .slice(0, 5)
      .map((line) => line.replace("npm error ", ""))
      .join(" ");
  return lines.filter(Boolean).at(-1) ?? "nothing";
}

/** A refusal in as few words as say which one it is. */
function brief(reason: string): string {
  const words = reason.replace(/^Failed to install \S+: /, "").replaceAll("error sending request: ", "");
  return words.length > 120 ? `${words.slice(0, 120)}…` : words;
}

function fix(reason: string): string {
  if (/rate limit|api\.github\.com.*\b403\b|\b403\b.*api\.github\.com/i.test(reason))
    return "set GITHUB_TOKEN to a token of yours (it needs no rights), or wait an hour";
  if (/checksum|integrity|EINTEGRITY|provenance|attestation|signature/i.test(reason))
    return "what arrived is not what was released: a proxy may have answered in its place; do not use it";
  if (/no space left|ENOSPC|disk full/i.test(reason))
    return `free some disk below ${cache}, or set XDG_CACHE_HOME to a larger one`;
  if (/^npm is not on PATH/.test(reason))
    return "install Node with npm (https://nodejs.org), or mise (https://mise.jdx.dev)";
  return "where the network swallows what it forbids, TODO_BUILD_TOOLS=1 builds the tools from their Go modules";
}

/**
 * Runs a download.
 * @returns why it cannot be reached, with the time it took and the proxy; undefined when it is here
 * @throws Failure with what it said when something else is wrong
 */
async function attempt(what: string, command: string, args: string[], options: Options): Promise<string | undefined> {
  const started = Date.now();
  const result = await execa(command, args, { stdin: "ignore", all: true, ...options, reject: false });
  if (!result.failed) return undefined;
  const reason = result.timedOut
    ? `timed out after ${Number(options.timeout) / 1000} s`
    : result.code === "ENOENT"
      ? `${command} is not on PATH`
      : result.exitCode === undefined
        ? (result.originalMessage ?? "did not start")
        : essence(String(result.all ?? ""));
  if (unreachable(reason)) return `${brief(reason)}, ${after(started)} ${way()}`;
  throw new Failure(
    `${what}: expected \`${command} ${args.slice(0, 2).join(" ")}\` to get it, found: ${reason}; ${fix(reason)}; then run this again`,
  );
}

/**
 * Gets a tool's official release.
 * @param use is given the program's path; a plugin has none, as pulumi keeps it
 * @returns why it cannot be had from here, undefined when it is here
 */
export async function getRelease(
  tool: Tool,
  use: (path: string) => void,
  report: Progress,
): Promise<string | undefined> {
  if (process.env.TODO_BUILD_TOOLS) return "TODO_BUILD_TOOLS is set";
  const what = `${tool.name} ${tool.version}`;
  if (tool.plugin) {
    const args = ["plugin", "install", "resource", tool.plugin, `v${tool.version}`];
    return attempt(what, "pulumi", args, { timeout: 600_000 });
  }
  if (!tool.mise) return "it has none";
  report("looking for mise");
  const { path: mise, missing } = await getMise();
  if (!mise) return missing;
  const spec = `${tool.mise}@${tool.version}`;
  // GITHUB_TOKEN, if there is one, reaches mise with the rest of the environment.
  const env = { MISE_DATA_DIR: join(cache, "mise"), MISE_YES: "1" };
  report("downloading");
  const reason = await attempt(what, mise, ["install", spec], { env, timeout: 600_000 });
  if (reason) return reason;
  use(await run(mise, ["exec", spec, "--", "sh", "-c", `command -v ${tool.mise}`], { env, cwd: cache }));
  return undefined;
}

interface Mise {
  path?: string;
  missing?: string;
}

let found: Promise<Mise> | undefined;
/** mise from PATH, else from npm. */
export function getMise(): Promise<Mise> {
  found ??= (async () => {
    if (await tryRun("mise", ["--version"])) return { path: "mise" };
    // The package of this platform has the binary in it. @jdxcode/mise itself only has a script that fetches it, and npm
    // 12 runs no such scripts.
    const name = `@jdxcode/mise-${process.platform}-${process.arch}`;
    const { version } = tool("mise");
    const folder = home(tool("mise"));
    const path = join(folder, "node_modules", name, "bin", "mise");
    if (!existsSync(path)) {
      mkdirSync(folder, { recursive: true });
      const flags = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
      const args = ["install", `${name}@${version}`, ...flags, "--prefix", folder];
      const missing = await attempt(`mise ${version}`, "npm", args, { timeout: 300_000 }).catch((error: Error) => {
        if (/ E404 |code E404/.test(error.message)) return `the npm registry has no ${name}@${version}`;
        throw error;
      });
      if (missing) return { missing: `mise: ${missing}` };
    }
    if (await tryRun(path, ["--version"])) return { path };
    throw new Failure(
      `mise ${version}: expected ${path} to run on this system, found that it does not; install mise (https://mise.jdx.dev) or the tools, or set TODO_BUILD_TOOLS=1 to build them from their Go modules, and run this again`,
    );
  })();
  return found;
}
