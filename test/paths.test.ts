// The paths of this repository that comments, README and docs name: each is there.
// Does not prove: that what is said of it holds.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { ROOT } from "./support/mocks.ts";

const listed = ["ls-files", "--cached", "--others", "--exclude-standard"];
const files = execFileSync("git", listed, { cwd: ROOT, encoding: "utf8" })
  .split("\n")
  .filter((file) => file && existsSync(join(ROOT, file)));
/** What a team writes itself: any stack file at the root. */
const OWN = /^Pulumi\.[^/]+\.yaml$/;
const folders = files.flatMap((file) => file.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/")));
const known = new Set(folders);
const first = new Set(folders.filter((path) => !path.includes("/")));

/** Paths that may be named though they are not here, each with its reason. */
const ABSENT = [
  // CONTRIBUTING.md's example of a further service.
  /(^|\/)(todo-)?worker(\.ts)?$/,
  // Made by `helm dependency update`.
  /^helm\/todo-app\/charts$/,
];

/** What looks like a path below a folder of this repository; not one with a placeholder in it, nor the end of a URL. */
const PATH = /(?<![\w./@$}-])((?:\.\.?\/)*(?:[\w.-]+\/)+[\w.-]*\w\/?)(?![\w<…*{[/-])/g;
const LINK = /\]\(([^)#:]+)(?:#[^)]*)?\)/g;
/** Files whose every line is meant; of the others, comments. */
const TEXT = /\.md$/;
const COMMENT = /^\s*(\/\/|\*|\/\*\*|#|\{\{-? ?\/\*)/;

/** Places of a file that name what is not there. */
function missing(file: string): string[] {
  const folder = join(file, "..");
  return readFileSync(join(ROOT, file), "utf8")
    .split("\n")
    .flatMap((line, index) => {
      if (!TEXT.test(file) && !COMMENT.test(line)) return [];
      const links = TEXT.test(file) ? [...line.matchAll(LINK)].map(([, path]) => normalize(join(folder, path))) : [];
      const named = [...line.matchAll(PATH)].map(([, path]) => path).filter((path) => first.has(path.split("/")[0]));
      const absent = (path: string) =>
        !known.has(path.replace(/\/$/, "")) &&
        !known.has(normalize(join(folder, path))) &&
        !ABSENT.some((each) => each.test(path));
      return [...links, ...named].filter(absent).map((path) => `${file}:${index + 1}: ${path}`);
    });
}

describe("paths", () => {
  for (const [what, form] of [
    ["README.md, CONTRIBUTING.md and docs", /\.md$/],
    ["comments of the programs and tests", /\.ts$/],
    ["comments of YAML, charts and the Makefile", /\.(ya?ml|tpl)$|^Makefile$/],
  ] as const) {
    it(`that ${what} name are there`, () => {
      const read = files.filter((file) => form.test(file) && !OWN.test(file) && !/^app\/|lock/.test(file));
      assert.ok(read.length > 0);
      assert.deepEqual(read.flatMap(missing), []);
    });
  }
});
