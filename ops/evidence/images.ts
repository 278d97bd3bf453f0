import { SECRET_LIKE } from "../../settings/variables";
import { filesOf, type Outcome, type Rule, settle, type World } from "./rule";

/** A stage of a Dockerfile: its FROM, and the instructions below it. */
interface Stage {
  base: string;
  name?: string;
  lines: string[];
}

interface Dockerfile {
  path: string;
  /** Defaults of the arguments before the first stage. */
  args: Record<string, string>;
  stages: Stage[];
}

/** The application's images; those of the local cluster itself (cluster/) never leave a machine. */
function dockerfiles(world: World): Dockerfile[] {
  return filesOf(world, /^app\/[^/]+\/Dockerfile$/).map(([path, text]) => {
    // A backslash continues an instruction; a comment is none.
    const lines = text
      .replaceAll(/^\s*#.*\n/gm, "")
      .replaceAll(/\\\n/g, " ")
      .split("\n")
      .filter((line) => line.trim());
    const stages: Stage[] = [];
    const args: Record<string, string> = {};
    for (const line of lines) {
      const [, base, name] = /^FROM\s+(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
      const [, argument, value] = /^ARG\s+(\w+)=(\S+)/i.exec(line) ?? [];
      if (base) stages.push({ base, name, lines: [line] });
      else if (stages.length > 0) stages.at(-1)?.lines.push(line);
      else if (argument) args[argument] = value;
    }
    return { path, args, stages };
  });
}

const PINNED = /@sha256:[0-9a-f]{64}$|:(?!latest)[\w.-]*\d[\w.-]*$/;

/** C-002 */
export function multiStage(world: World): Outcome {
  const all = dockerfiles(world);
  const few = all.filter(({ stages }) => stages.length < 2);
  return settle(
    all.map(({ path, stages }) => `${path}: ${stages.map(({ lines }) => lines[0]).join(" · ")}`),
    few.map(({ path, stages }) => `${path}: expected two stages or more, found ${stages.length}`),
  );
}

/** C-003, for the bases of images; components/policy looks at the images themselves. */
export function pinnedBases(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const { path, args, stages } of dockerfiles(world)) {
    for (const { base } of stages) {
      const [, argument] = /^\$\{?(\w+)\}?$/.exec(base) ?? [];
      const image = argument ? args[argument] : base;
      const earlier = stages.some(({ name }) => name === base);
      if (earlier || (image && PINNED.test(image))) proof.push(`${path}: FROM ${earlier ? base : image}`);
      else
        problems.push(
          `${path}: expected a base with a version or a digest, found ${image ?? `${base} without a default`}`,
        );
    }
  }
  return settle([...new Set(proof)], problems);
}

const INSTALLS = /\b(pip3?|npm|yarn|pnpm|uv|poetry|apt-get|apk)\b.*\b(install|ci|add|sync|i)\b/;
/** The second also matches a copy of a whole build folder. */
const DEVELOPMENT = /requirements-dev|node_modules|\btests?\b|--from=\S+\s+(\/app)?\/?\s/;

/** C-004: the last stage takes what the others made, and installs nothing. */
export function noDevelopmentDependencies(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const { path, stages } of dockerfiles(world)) {
    const last = stages.at(-1)?.lines ?? [];
    const copies = last.filter((line) => /^(COPY|ADD)\b/i.test(line));
    for (const line of last) {
      const copy = copies.includes(line);
      if (INSTALLS.test(line)) problems.push(`${path}, last stage: expected nothing to be installed, found ${line}`);
      if (copy && !/--from=/.test(line))
        problems.push(`${path}, last stage: expected what a stage made, found ${line}`);
      if (copy && DEVELOPMENT.test(line))
        problems.push(`${path}, last stage: expected no development files, found ${line}`);
    }
    // What the environment for production holds is what the build put there.
    for (const line of stages.flatMap((stage) => stage.lines).filter((text) => /requirements-dev/.test(text))) {
      problems.push(`${path}: expected the requirements of production, found ${line}`);
    }
    proof.push(`${path}, last stage: ${copies.join(" · ")}`);
  }
  return settle(proof, problems);
}

/** C-007, for images: no secret among the variables that are baked in, and no file that holds variables. */
export function noSecretBakedIn(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const { path, args, stages } of dockerfiles(world)) {
    const lines = stages.flatMap((stage) => stage.lines);
    const set = lines.filter((line) => /^(ENV|ARG)\b/i.test(line)).flatMap((line) => [...line.matchAll(/(\w+)=/g)]);
    const names = [...Object.keys(args), ...set.map(([, name]) => name)];
    problems.push(
      ...names.filter((name) => SECRET_LIKE.test(name)).map((name) => `${path}: expected no secret, found ${name}`),
      ...lines
        .filter((line) => /^(COPY|ADD)\b.*\.env\b/i.test(line))
        .map((line) => `${path}: expected no file of variables, found ${line}`),
    );
    proof.push(`${path} bakes in ${names.join(", ") || "no variable"}`);
  }
  return settle(proof, problems);
}

export const imageRules: Rule[] = [
  { id: "C-002", text: "Images are built in several stages", check: multiStage },
  { id: "C-003", text: "Base images are pinned, never latest", check: pinnedBases },
  { id: "C-004", text: "No development dependencies in an image", check: noDevelopmentDependencies },
  { id: "C-007", text: "No secret in an image", check: noSecretBakedIn },
];
