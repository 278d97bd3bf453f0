import { stringify } from "yaml";
import { elementAt, type ObjectChange } from "../kubernetes/compare.ts";
import { hookEvents, isMap, type KubernetesObject, title } from "../kubernetes/object.ts";
import { pathText } from "../kubernetes/path.ts";
import { REDACTED } from "../redact/credentials.ts";
import { redactField, redactObject } from "../redact/redact.ts";
import { consequences, isNoise } from "./consequences.ts";

/** What the objects of a release were compared with. */
export type Basis =
  | { from: "deployed"; revision: number; later?: string }
  | { from: "nothing" }
  | { from: "last known"; at: string; reason: string }
  | { from: "unknown"; reason: string };

/** What would happen to one object, ready to be shown: nothing in it looks like a credential. */
export interface Entry {
  what: ObjectChange["what"];
  /** `Deployment web-dev` */
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
  /** Hooks that run with this change though they do not differ: `Job web-dev-migration (pre-upgrade)`. */
  runs: string[];
  /** What a first install makes of `crds/`, and what no update will, a line each; none where there is nothing to say. */
  definitions?: string[];
  /** Fields that somebody changed in the cluster and that this leaves as they are, a line each. */
  drift?: string[];
}

/** A report with the words of the preview. */
export interface FullReport extends Report {
  /** The chart's name. */
  chart: string;
  headline: string;
  /** A line for each change of a chart label or a checksum, with the objects that have it. */
  folded: string[];
}

/**
 * Variable with the name of a file, to which a preview writes its reports in full and as JSON: a list of FullReport. For
 * commands that show more than a preview has room for.
 */
export const REPORT_FILE_VARIABLE = "LOCAL_CHARTS_REPORT_FILE";

/**
 * What changes come to, ready to be shown.
 * @param objects all that the release would have, for the hooks that run
 */
export function report(
  release: string,
  namespace: string,
  basis: Basis,
  changes: ObjectChange[],
  objects: KubernetesObject[],
): Report {
  const phase = basis.from === "nothing" ? "-install" : "-upgrade";
  const entries = changes.map((change) => entry(change, namespace, objects));
  const named = new Set(entries.flatMap(({ object, hook }) => (hook.length > 0 ? [object] : [])));
  const runs = objects.flatMap((object) => {
    const name = title(object, namespace);
    const events = named.has(name) ? [] : hookEvents(object).filter((event) => event.endsWith(phase));
    return events.map((event) => `${name} (${event})`);
  });
  return { release, basis, entries, runs: entries.length > 0 ? runs : [] };
}

function entry(change: ObjectChange, namespace: string, objects: KubernetesObject[]): Entry {
  const { what, before, after, hook, fields } = change;
  const object = (after ?? before) as KubernetesObject;
  const lines = fields.map((field) => {
    const shown = [before, after].map((side, index) =>
      side ? redactField(side, field.path, [field.before, field.after][index]) : undefined,
    );
    const [old, fresh] = shown.map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
    const [was, is] = short([old, marked(old, fresh)]);
    return { ...field, text: `${pathText(field.path)}: ${was} → ${is}` };
  });
  return {
    ...{ what, object: title(object, namespace), hook },
    fields: lines.filter(({ path }) => !isNoise(path)).map(({ text }) => text),
    noise: lines
      .filter(({ path }) => isNoise(path))
      .map(({ path, text }) => `${path.at(-1)}${text.slice(pathText(path).length)}`),
    notes: consequences(change, objects).map(({ text }) => text),
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
    if (!before || is === undefined) continue;
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
function short(texts: string[]): string[] {
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
