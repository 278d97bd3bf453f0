// `make tools`: makes every tool of tools.yaml available. In this order: what PATH has, the official release through
// mise, a build from published Go modules.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Found, find, home, type Tool, tool, tools } from "./catalog.mts";
import { assertCanBuild, goBuild, removeBuildCaches } from "./go-build.mts";
import { ask, Failure, main, type Report, run, steps } from "./main.mts";
import { bin, cache, root } from "./places.mts";

/** The Go build caches of all tools together, measured, with room to spare. */
const BUILD_GIB = 16;

/**
 * Makes the tools available; says nothing when they are.
 * @param more whether more builds follow, which use the same modules: then the build caches are theirs to remove
 * @param also optional tools that are wanted too
 * @throws Failure naming the tool and the way to get it
 */
export async function ensureTools({ more = false, also = [] as string[] } = {}): Promise<void> {
  if (also.length === 0 && unchanged()) return;
  const wanted = tools.filter((t) => (t.probe || t.plugin) && (!t.optional || also.includes(t.name)));
  const missing = (await Promise.all(wanted.map(find))).filter(({ fits }) => !fits);
  if (missing.length > 0) {
    mkdirSync(bin, { recursive: true });
    // Plugins are installed by pulumi itself, so they come after it.
    await provide(missing.filter(({ tool }) => !tool.plugin));
    await provide(missing.filter(({ tool }) => tool.plugin));
    if (!more) await removeBuildCaches();
  }
  remember(await Promise.all(wanted.map(find)));
}

async function provide(missing: Found[]): Promise<void> {
  const toBuild: Tool[] = [];
  await steps(
    missing.map(({ tool, version }) => ({
      title: `${tool.name} ${tool.version}: ${version ? `PATH has ${version}; ` : ""}looking for the official release`,
      run: async (report) => {
        if (existsSync(join(home(tool), tool.name))) {
          await use(tool);
          return `${tool.name} ${tool.version}: built before`;
        }
        if (await download(tool, report)) return `${tool.name} ${tool.version}: official release`;
        toBuild.push(tool);
        return `${tool.name} ${tool.version}: the official release cannot be reached from here`;
      },
    })),
    2,
  );
  if (toBuild.length === 0) return;
  const unbuildable = toBuild.filter((t) => !t.build).map((t) => `${t.name} ${t.fits}`);
  if (unbuildable.length > 0)
    throw new Failure(`${unbuildable.join(", ")}: neither on PATH nor to be downloaded; install it and run this again`);
  await assertCanBuild(toBuild.map((t) => t.name).join(", "), BUILD_GIB);
  const minutes = toBuild.reduce((sum, t) => sum + (t.minutes ?? 1), 0);
  console.log(
    `Building ${toBuild.length} of the tools from their Go modules: about ${Math.ceil(minutes)} min on two cores, once per machine and version.`,
  );
  // Two at a time: the compilers fill both cores, and one's linking overlaps the other's compiling.
  await steps(
    toBuild.map((t) => ({
      title: `${t.name} ${t.version}: building`,
      run: (report) => build(t, report),
    })),
    2,
  );
}

async function download(tool: Tool, report: Report): Promise<boolean> {
  if (tool.plugin) {
    return (
      (await ask("pulumi", ["plugin", "install", "resource", tool.plugin, `v${tool.version}`], {
        timeout: 600_000,
      })) !== undefined
    );
  }
  const mise = await findMise();
  if (!mise || !tool.mise) return false;
  const spec = `${tool.mise}@${tool.version}`;
  const env = { MISE_DATA_DIR: join(cache, "mise"), MISE_YES: "1" };
  report("downloading");
  if ((await ask(mise, ["install", spec], { env, timeout: 600_000 })) === undefined) return false;
  const path = await run(mise, ["exec", spec, "--", "sh", "-c", `command -v ${tool.mise}`], { env, cwd: cache });
  link(path, tool.name);
  return true;
}

let mise: Promise<string | undefined> | undefined;
/** mise from PATH, else from npm: a package that carries its binary. */
function findMise(): Promise<string | undefined> {
  mise ??= (async () => {
    if (await ask("mise", ["--version"])) return "mise";
    const folder = home(tool("mise"));
    const path = join(folder, "node_modules", ".bin", "mise");
    if (!existsSync(path)) {
      mkdirSync(folder, { recursive: true });
      await ask("npm", ["install", "--no-save", "--prefix", folder, `@jdxcode/mise@${tool("mise").version}`], {
        timeout: 120_000,
      });
    }
    return (await ask(path, ["--version"])) ? path : undefined;
  })();
  return mise;
}

async function build(tool: Tool, report: Report): Promise<string> {
  const programs = (tool.build ?? []).map((name) => ({
    name,
    folder: join(root, "tools", "go", name),
    stamp: tool.stamp?.[name]?.map((definition) => definition.replace("$V", tool.version)),
    tags: tool.tags,
  }));
  await goBuild(home(tool), programs, report);
  await use(tool);
  return `${tool.name} ${tool.version}: built`;
}

/** Makes a tool that was built available: a link on PATH, or a plugin in Pulumi's folder. */
async function use(tool: Tool): Promise<void> {
  const path = join(home(tool), tool.name);
  if (!tool.plugin) return link(path);
  const version = `v${tool.version}`;
  await run("pulumi", ["plugin", "install", "resource", tool.plugin, version, "--reinstall", "--file", path]);
}

function link(path: string, as = basename(path)): void {
  const name = join(bin, as);
  rmSync(name, { force: true });
  symlinkSync(path, name);
}

// What the last run found, so that the next one asks no tool for its version: the paths and when they last changed.
const memory = join(bin, "found.json");

function unchanged(): boolean {
  if (!existsSync(memory)) return false;
  const { path, found } = JSON.parse(readFileSync(memory, "utf8")) as { path: string; found: Record<string, number> };
  return (
    path === process.env.PATH &&
    Object.entries(found).every(([file, time]) => statSync(file, { throwIfNoEntry: false })?.mtimeMs === time)
  );
}

function remember(found: Found[]): void {
  for (const { tool, fits, version } of found) {
    if (!fits)
      throw new Failure(
        `${tool.name}: expected ${tool.fits ?? tool.version}, found ${version ?? "none"} after installing; run \`make doctor\``,
      );
  }
  mkdirSync(bin, { recursive: true });
  const times = found.map(({ path }) => [path as string, statSync(path as string).mtimeMs]);
  writeFileSync(memory, JSON.stringify({ path: process.env.PATH, found: Object.fromEntries(times) }));
}

if (import.meta.main) await main(() => ensureTools());
