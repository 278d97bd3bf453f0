import { stringify } from "yaml";
import type { KubernetesObject } from "../render-chart";
import { consequences, isNoise } from "./consequences";
import { REDACTED } from "./credentials";
import { type ObjectChange, pathText } from "./diff";
import { isMap, title } from "./objects";
import { elementAt, redactField, redactObject } from "./redact";

/** What the objects of a release were compared with. */
export type Basis =
  | { from: "deployed"; revision: number; later?: string }
  | { from: "nothing" }
  | { from: "last known"; at: string; reason: string }
  | { from: "unknown"; reason: string };

/** What would happen to one object, ready to be shown: nothing in it looks like a credential. */
export interface Entry {
  what: ObjectChange["what"];
  /** `Deployment todo-backend-dev` */
  object: string;
  /** When Helm runs it; empty for an object that it installs. */
  hook: string[];
  /** `path: before → after`, a line each; chart labels and checksums are left out. */
  fields: string[];
  /** Chart labels and checksums: `name: before → after`. */
  noise: string[];
  /** What follows for pods and data, and what the API server would refuse. */
  notes: string[];
  /** YAML; empty where there is none. */
  before: string;
  after: string;
}

/** What would happen to a release. */
export interface Report {
  release: string;
  basis: Basis;
  entries: Entry[];
  /** Hooks that run with this change though they do not differ: `Job todo-backend-dev-migration (pre-upgrade)`. */
  runs: string[];
}

export function report(
  release: string,
  namespace: string,
  basis: Basis,
  changes: ObjectChange[],
  objects: KubernetesObject[],
): Report {
  const phase = basis.from === "nothing" ? "-install" : "-upgrade";
  const runs = objects.flatMap((object) => {
    const events = (object.metadata.annotations?.["helm.sh/hook"] ?? "").split(",").map((event) => event.trim());
    return events.filter((event) => event.endsWith(phase)).map((event) => `${title(object, namespace)} (${event})`);
  });
  const entries = changes.map((change) => entry(change, namespace));
  const named = new Set(entries.flatMap(({ object, hook }) => (hook.length > 0 ? [object] : [])));
  const others = runs.filter((run) => !named.has(run.replace(/ \(.*/, "")));
  return { release, basis, entries, runs: entries.length > 0 ? others : [] };
}

function entry(change: ObjectChange, namespace: string): Entry {
  const { what, before, after, hook, fields } = change;
  const object = (after ?? before) as KubernetesObject;
  const lines = fields.map((field) => {
    const shown = [before, after].map((side, index) =>
      side ? redactField(side, field.path, [field.before, field.after][index]) : undefined,
    );
    const [was, is] = short(shown);
    return { ...field, text: `${pathText(field.path)}: ${was} → ${marked(was, is)}` };
  });
  return {
    ...{ what, object: title(object, namespace), hook },
    fields: lines.filter(({ path }) => !isNoise(path)).map(({ text }) => text),
    noise: lines
      .filter(({ path }) => isNoise(path))
      .map(({ path, text }) => `${path.at(-1)}${text.slice(pathText(path).length)}`),
    notes: consequences(change).map(({ text }) => text),
    before: before ? yaml(redactObject(before)) : "",
    after: after ? yaml(withMarks(change, after)) : "",
  };
}

const yaml = (object: KubernetesObject) => stringify(object, { sortMapEntries: true, lineWidth: 0 });

/** Two values that are both hidden look alike: the new one says that it is another. */
const ANOTHER = "[redacted: another]";
const marked = (was: string, is: string) => (was === is ? is.replaceAll(REDACTED, ANOTHER) : is);

function withMarks({ before, fields }: ObjectChange, after: KubernetesObject): KubernetesObject {
  const hidden = redactObject(after);
  for (const { path, before: was, after: is } of fields) {
    if (!before || was === undefined || is === undefined) continue;
    const [old, fresh] = [redactField(before, path, was), redactField(after, path, is)].map((each) =>
      JSON.stringify(each),
    );
    const parent = elementAt(hidden, path.slice(0, -1));
    if (old === fresh && isMap(parent)) parent[path.at(-1) as string] = JSON.parse(marked(old, fresh));
  }
  return hidden;
}

const LONGEST = 80;

/** The value before and the one after on a line each; long ones that begin alike from shortly before they differ. */
function short(values: unknown[]): string[] {
  const texts = values.map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
  const [was, is] = texts;
  let same = 0;
  while (same < was.length && was[same] === is[same]) same += 1;
  const cut = was !== is && Math.max(was.length, is.length) > LONGEST;
  const start = cut && same > LONGEST / 2 ? same - LONGEST / 4 : 0;
  return texts.map((text) => {
    const rest = start > 0 ? `…${text.slice(start)}` : text;
    return rest.length > LONGEST ? `${rest.slice(0, LONGEST - 1)}…` : rest;
  });
}
