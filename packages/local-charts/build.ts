// What npm runs before and after packing, because Node runs no TypeScript below node_modules: the packed copy has
// JavaScript, and a package.json that leads to it. The two forms of package.json follow from each other. So where packing
// was interrupted, it leads to a whole dist/ until the next packing, or `node build.ts --undo`, puts it right.
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const folder = import.meta.dirname;
const manifest = join(folder, "package.json");
const built = join(folder, "dist");

/** As package.json has it in either form. */
interface Manifest {
  exports: Record<string, string | { types: string; default: string }>;
  [field: string]: unknown;
}

/** With exports that lead to the sources. */
export function sourceForm({ main: _, types: __, typesVersions: ___, ...rest }: Manifest): Manifest {
  const exports = Object.entries(rest.exports).map(([entry, target]) => {
    const path = typeof target === "string" ? target : target.default.replace("/dist/", "/src/").replace(/js$/, "ts");
    return [entry, path];
  });
  return { ...rest, exports: Object.fromEntries(exports) };
}

/** With exports that lead to dist/, and what moduleResolution node10 reads, which knows no exports. */
export function packedForm(from: Manifest): Manifest {
  const source = sourceForm(from);
  const targets = Object.entries(source.exports as Record<string, string>).map(([entry, path]) => {
    const bare = path.replace("/src/", "/dist/").replace(/\.ts$/, "");
    return [entry, { types: `${bare}.d.ts`, default: `${bare}.js` }] as const;
  });
  const { ".": main, ...others } = Object.fromEntries(targets);
  const versions = Object.entries(others).map(([entry, { types }]) => [entry.replace("./", ""), [types]]);
  return {
    ...source,
    exports: Object.fromEntries(targets),
    main: main.default,
    types: main.types,
    typesVersions: { "*": Object.fromEntries(versions) },
  };
}

/** At once or not at all. */
function write(form: (from: Manifest) => Manifest): void {
  const text = `${JSON.stringify(form(JSON.parse(readFileSync(manifest, "utf8"))), null, 2)}\n`;
  writeFileSync(`${manifest}.new`, text);
  renameSync(`${manifest}.new`, manifest);
}

function build(): void {
  const fresh = join(folder, "dist.new");
  for (const old of [fresh, built]) rmSync(old, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", join(folder, "tsconfig.build.json"), "--outDir", fresh], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  renameSync(fresh, built);
}

if (process.argv[1] === import.meta.filename) {
  write(sourceForm);
  if (process.argv.includes("--undo")) rmSync(built, { recursive: true, force: true });
  else {
    build();
    write(packedForm);
  }
}
