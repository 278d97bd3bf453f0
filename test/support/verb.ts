// A verb as `make` starts it, without tools/run, which would look for Node and packages first.
import { join } from "node:path";
import { execa, type Options } from "execa";
import { root } from "../../tools/places.ts";
import { FIXTURES } from "./mocks.ts";

/** As in tools/run. */
const FLAGS = ["--disable-warning=ExperimentalWarning", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];

/** Runs `make <name>` with its arguments to its end, whatever that is; by default with the stack files of FIXTURES. */
export async function verb(name: string, args: string[], options: Options = {}) {
  const command = [...FLAGS, join(root, "ops", `${name}.ts`), ...args];
  const env = { TODO_ROOT: FIXTURES, ...options.env };
  const settled = { cwd: root, ...options, env, reject: false } as const;
  const { exitCode, stdout, stderr } = await execa(process.execPath, command, settled);
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}
