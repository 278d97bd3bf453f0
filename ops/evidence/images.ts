// Rules about how the application's images are made: a scan of their Dockerfiles. Those of the local cluster itself
// (cluster/) never leave a machine.
import { isPinned, SECRET_LIKE } from "local-charts/objects";
import { type EvidenceInput, filesOf } from "./input.ts";
import { type Line, verdict } from "./rule.ts";

/** Path, the instructions before the first stage, and those of each stage, its FROM first. */
export function dockerfiles(input: EvidenceInput) {
  return filesOf(input, /^app\/[^/]+\/Dockerfile$/).map(([path, text]) => {
    // A backslash continues an instruction; a comment is none.
    const bare = text.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n/g, " ");
    const [head, ...stages] = bare.split(/^(?=FROM\s)/im).map((part) => part.split("\n").filter((line) => line.trim()));
    return { path, head, stages };
  });
}

const isCopy = (line: string) => /^(COPY|ADD)\b/i.test(line);

/** C-002 */
export function multiStage(input: EvidenceInput): Line[] {
  return dockerfiles(input).flatMap(({ path, stages }) =>
    verdict(
      path,
      stages.map(([from]) => from).join(" · "),
      stages.length < 2 && `expected two stages or more, found ${stages.length}`,
    ),
  );
}

/** C-003 */
export function pinnedBases(input: EvidenceInput): Line[] {
  return dockerfiles(input).flatMap(({ path, head, stages }) => {
    const defaults = new Map(head.map((line) => /^ARG\s+(\w+)=(\S+)/i.exec(line)?.slice(1) as [string, string]));
    const earlier = stages.map(([from]) => /\sAS\s+(\S+)/i.exec(from)?.[1]);
    const bases = stages.map(([from]) =>
      from.split(/\s+/)[1].replace(/^\$\{?(\w+)\}?$/, (all, name) => defaults.get(name) ?? `${all} without a default`),
    );
    const loose = bases.filter((base) => !earlier.includes(base) && !isPinned(base));
    return verdict(
      path,
      `FROM ${[...new Set(bases)].join(", ")}`,
      ...loose.map((base) => `expected a base with a version or a digest, found ${base}`),
    );
  });
}

const INSTALLS = /\b(pip3?|npm|yarn|pnpm|uv|poetry|apt-get|apk)\b.*\b(install|ci|add|sync|i)\b/;
/** The last also matches a copy of a whole build folder. */
const DEVELOPMENT = /requirements-dev|node_modules|\btests?\b|--from=\S+\s+(\/app)?\/?\s/;

/** C-004: the last stage takes what the others made, from the requirements of production, and installs nothing. */
export function noDevelopmentDependencies(input: EvidenceInput): Line[] {
  return dockerfiles(input).flatMap(({ path, stages }) => {
    const last = stages.at(-1) ?? [];
    const copies = last.filter(isCopy);
    const wrong: [expected: string, found: string[]][] = [
      ["the requirements of production", stages.flat().filter((line) => line.includes("requirements-dev"))],
      ["nothing to be installed in the last stage", last.filter((line) => INSTALLS.test(line))],
      ["what another stage made", copies.filter((line) => !line.includes("--from="))],
      ["no development files", copies.filter((line) => DEVELOPMENT.test(line))],
    ];
    return verdict(
      path,
      `the last stage has ${copies.join(" · ")}`,
      ...wrong.flatMap(([expected, found]) => found.map((line) => `expected ${expected}, found ${line}`)),
    );
  });
}

/** C-007: no secret among the variables that are baked in, and no file that holds variables. */
export function noSecretBakedIn(input: EvidenceInput): Line[] {
  return dockerfiles(input).flatMap(({ path, head, stages }) => {
    const lines = [...head, ...stages.flat()];
    const variables = lines.filter((line) => /^(ENV|ARG)\b/i.test(line)).join(" ");
    const names = [...variables.matchAll(/(\w+)=/g)].map(([, name]) => name);
    const files = lines.filter((line) => isCopy(line) && /\.env\b/i.test(line));
    return verdict(
      path,
      `bakes in ${names.join(", ") || "no variable"}`,
      ...names.map((name) => SECRET_LIKE.test(name) && `expected no secret, found ${name}`),
      ...files.map((line) => `expected no file of variables, found ${line}`),
    );
  });
}
