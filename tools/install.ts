// Makes every tool of tools.yaml available. In this order: what PATH has, the official release through
// mise, a build from published Go modules.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Found, find, home, type Tool, tool, tools } from "./catalog.ts";
import { run } from "./command.ts";
import { assertCanBuild, buildSteps, type GoBuild, removeBuildCaches } from "./go-build.ts";
import { bin } from "./places.ts";
import { Failure } from "./program.ts";
import { getRelease } from "./release.ts";
import { steps } from "./steps.ts";

/** The Go build caches of all tools together, measured, with room to spare. */
const BUILD_GIB = 16;

/**
 * Makes the tools available; says nothing when they are.
 * @param more whether more builds follow, which use the same modules: then the build caches are theirs to remove
 * @param also tools that are wanted too, of those that are optional or built late
 * @throws Failure naming the tool and the way to get it
 */
export async function ensureTools({ more = false, also = [] as string[] } = {}): Promise<void> {
  if (!unchanged(also)) await provideAll({ more, also, first: () => true });
}

/**
 * Makes those tools available that a cluster is made with; where nothing has to be built, all.
 * @returns makes the others available, which only a deployment needs; undefined where they are
 * @throws Failure naming the tool and the way to get it
 */
export async function ensureClusterTools(): Promise<(() => Promise<void>) | undefined> {
  if (unchanged([])) return;
  return provideAll({ more: true, also: [], first: ({ cluster }) => cluster === true });
}

interface Wanted {
  more: boolean;
  also: string[];
  /** whether a tool is built before others are */
  first: (tool: Tool) => boolean;
}

/** @returns provides the others, where any of them has to be built */
async function provideAll({ more, also, first }: Wanted): Promise<(() => Promise<void>) | undefined> {
  const wanted = tools.filter((t) => (t.probe || t.plugin) && (!t.optional || also.includes(t.name)));
  const missing = (await Promise.all(wanted.map(find))).filter(({ fits }) => !fits);
  const buildable = ({ tool }: Found) => !tool.late || also.includes(tool.name);
  if (missing.length > 0) mkdirSync(bin, { recursive: true });
  const plugins = missing.filter(({ tool }) => tool.plugin);
  const found = await getReleases(
    missing.filter(({ tool }) => !tool.plugin),
    buildable,
  );
  const others = found.toBuild.filter((tool) => !first(tool));
  const later = plugins.map(({ tool }) => tool);
  await build({ ...found, toBuild: found.toBuild.filter(first) }, [...others, ...later]);
  const rest = async () => {
    await build({ ...found, toBuild: others }, later);
    await build(await getReleases(plugins, buildable)); // pulumi itself installs them, so they come after it
    if (missing.length > 0 && !more) removeBuildCaches();
    remember((await Promise.all(wanted.map(find))).filter((each) => each.fits || buildable(each)));
  };
  return others.length > 0 ? rest : void (await rest());
}

/** Makes one tool available, for who needs nothing else. @throws Failure naming the way to get it */
export async function ensureTool(name: string): Promise<void> {
  const found = await find(tool(name));
  if (found.fits) return;
  mkdirSync(bin, { recursive: true });
  await build(await getReleases([found], () => true));
  removeBuildCaches();
}

interface Unreleased {
  toBuild: Tool[];
  /** why no release of the last of them can be had */
  why: string;
}

/** Gets official releases, and answers with what has none from here and is to be built. */
async function getReleases(missing: Found[], buildable: (found: Found) => boolean): Promise<Unreleased> {
  const toBuild: Tool[] = [];
  let why = "";
  await steps(
    missing.map(({ tool, version }) => ({
      title: `${tool.name} ${tool.version}: ${version ? `PATH has ${version}; ` : ""}looking for the official release`,
      run: async (report) => {
        if (existsSync(join(home(tool), tool.name))) {
          await use(tool);
          return `${tool.name} ${tool.version}: built before`;
        }
        const missing = await getRelease(tool, (path) => link(path, tool.name), report);
        if (missing === undefined) return `${tool.name} ${tool.version}: official release`;
        const outcome = `${tool.name} ${tool.version}: the official release cannot be reached from here (${missing})`;
        if (!buildable({ tool, fits: false }))
          return `${outcome}; it is built when something asks for it, as \`make tools\` does`;
        toBuild.push(tool);
        why = missing;
        return outcome;
      },
    })),
    2,
  );
  return { toBuild, why };
}

/** @param later what is probably built after these */
async function build({ toBuild, why }: Unreleased, later: Tool[] = []): Promise<void> {
  if (toBuild.length === 0) return;
  const unbuildable = toBuild.filter((t) => !t.build).map((t) => `${t.name} ${t.fits}`);
  if (unbuildable.length > 0)
    throw new Failure(`${unbuildable.join(", ")}: neither on PATH nor to be downloaded; install it and run this again`);
  await assertCanBuild(toBuild.map((t) => t.name).join(", "), BUILD_GIB, { why });
  await steps(
    buildSteps(toBuild.map(buildOf), ({ name }) => use(tool(name)), later.map(buildOf)),
    2,
  );
}

/** How a tool is built from its Go modules. */
const buildOf = (each: Tool): GoBuild => ({
  name: each.name,
  version: each.version,
  into: home(each),
  packages: each.build ?? {},
  stamp: each.stamp?.map((definition) => definition.replace("$V", each.version)),
});

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

interface Memory {
  path?: string;
  names?: string[];
  found: Record<string, number>;
}

function unchanged(also: string[]): boolean {
  if (!existsSync(memory)) return false;
  const { path, names = [], found } = JSON.parse(readFileSync(memory, "utf8")) as Memory;
  return (
    path === process.env.PATH &&
    also.every((name) => names.includes(name)) &&
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
  const names = found.map(({ tool }) => tool.name);
  const text: Memory = { path: process.env.PATH, names, found: Object.fromEntries(times) };
  writeFileSync(memory, JSON.stringify(text));
}
