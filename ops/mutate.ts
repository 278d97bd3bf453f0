// `make mutate`: changes the pure parts of engine and settings, a line at a time, and counts the changes that no test notices.
// Takes tens of minutes on two cores; fails where less than 85 % of a part's changes are noticed.
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { root } from "../tools/places.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { parts } from "./mutate/parts.ts";

const folder = join(root, "ops", "mutate");

/** `wiring: 1700 of 1760 changes noticed, 96.6 %`, from StrykerJS's report of a part. */
function summary(part: string): string {
  const report = JSON.parse(readFileSync(join(root, ".stryker", `${part}.json`), "utf8")) as {
    files: Record<string, { mutants: { status: string }[] }>;
  };
  const all = Object.values(report.files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const noticed = all.filter((status) => ["Killed", "Timeout"].includes(status)).length;
  const counted = noticed + all.filter((status) => ["Survived", "NoCoverage"].includes(status)).length;
  return `${part}: ${noticed} of ${counted} changes noticed, ${((100 * noticed) / counted).toFixed(1)} %`;
}

await runProgram(async () => {
  const [part] = process.argv.slice(2);
  if (part && !(part in parts)) throw new Failure(`PART: expected ${Object.keys(parts).join(", ")}, found ${part}`);
  const [lock, installed] = [join(folder, "package-lock.json"), join(folder, "node_modules", ".package-lock.json")];
  if (!existsSync(installed) || statSync(lock).mtimeMs > statSync(installed).mtimeMs) {
    const { failed } = await execa("npm", ["ci", "--no-audit", "--no-fund", "--prefix", folder], {
      stdio: "inherit",
      reject: false,
    });
    if (failed) throw new Failure(`StrykerJS: npm ci failed in ${folder}; its message is above`);
  }
  const stryker = join(folder, "node_modules", "@stryker-mutator", "core", "bin", "stryker.js");
  const lines: string[] = [];
  for (const name of part ? [part] : Object.keys(parts)) {
    rmSync(join(root, ".stryker", `${name}.json`), { force: true });
    const { exitCode } = await execa(process.execPath, [stryker, "run", join(folder, "stryker.config.mjs")], {
      ...{ cwd: root, stdio: "inherit", reject: false },
      env: {
        MUTATE_PART: name,
        NODE_OPTIONS: `--require ${join(folder, "find-cjs.cjs")} --disable-warning=MODULE_TYPELESS_PACKAGE_JSON`,
      },
    });
    if (exitCode !== 0) process.exitCode = 1;
    lines.push(existsSync(join(root, ".stryker", `${name}.json`)) ? summary(name) : `${name}: not run`);
  }
  console.log(lines.join("\n"));
});
