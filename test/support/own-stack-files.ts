// Lets no test but one read the stack files at the root: whoever deploys edits them, and no edit of theirs may fail a test
// that is about something else. Loaded by .mocharc.yaml; the verbs that tests start get FIXTURES instead (verb.ts).
import fs from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** The one that says whether they are valid. */
const READER = join(ROOT, "test/stack-files.test.ts");

const isOwn = (path: unknown) => {
  const [folder, file] = String(path).split(/\/(?=[^/]*$)/);
  return folder === ROOT && /^Pulumi\.[^/]+\.yaml$/.test(file ?? "");
};

for (const name of ["readFileSync", "cpSync", "copyFileSync"] as const) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  const guarded = (path: unknown, ...rest: unknown[]) => {
    if (isOwn(path) && !new Error().stack?.includes(READER))
      throw new Error(`${path} is its owners' to edit; a test reads those of test/fixtures`);
    return real(path, ...rest);
  };
  Object.assign(fs, { [name]: guarded });
}
