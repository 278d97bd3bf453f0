// Runs in StrykerJS's sandbox, a copy of the checkout: packages from the registry are linked, while those of this repository
// have to be the copy's own, or the tests would load the sources that were not changed.
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

const checkout = resolve("../../..");
const link = (folder) => {
  const [from, into] = [join(checkout, folder), resolve(folder)];
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(from)) {
    const path = join(from, name);
    if (name.startsWith("@")) link(join(folder, name));
    else if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), join(into, name));
    else symlinkSync(path, join(into, name));
  }
};
if (!existsSync("node_modules")) link("node_modules");
