// The images in the text of a stack file, and the edit of nothing but their tags and digests.
import { diffLines } from "diff";
import { type Document, isMap, isScalar, type Scalar, type YAMLMap } from "yaml";
import { FURTHER_SERVICES, NONE, serviceNames } from "../../settings/services.ts";
import { placeOf, sectionPlace } from "../../settings/stack-files.ts";
import { notYaml, parseYaml } from "../../settings/yaml.ts";
import { Failure } from "../../tools/program.ts";

export interface Image {
  repository: string;
  /** One of the two is there. */
  tag?: string;
  digest?: string;
}
/** Of each service that a stack file has a section of, by the service's key: backend, services.redis. */
export type Images = Record<string, Image>;

/** What says which of a repository's images it is, in the order of a stack file. */
const PARTS = ["tag", "digest"] as const;

/** The images of a stack file. @throws Failure where one is missing or is no text */
export function imagesIn(file: string, text: string): Images {
  const document = documentOf(file, text);
  return Object.fromEntries(
    keysOf(document, file).map((service) => {
      const field = (name: string) => {
        const { value } = fieldOf(document, file, service, name);
        if (typeof value === "string") return value;
        throw new Failure(`${file}: todo:${service}.image.${name}: expected a text, in quotes, found ${value}`);
      };
      const map = imageOf(document, service);
      const given = PARTS.filter((part) => map?.has(part));
      const parts = (given.length > 0 ? given : ["tag"]).map((part) => [part, field(part)]);
      return [service, { repository: field("repository"), ...Object.fromEntries(parts) }];
    }),
  );
}

/** The services of a stack file: those of the application that it does not do without, and its own. */
function keysOf(document: Document, file: string): string[] {
  const own = document.getIn(placeOf(document, FURTHER_SERVICES));
  if (own && !isMap(own)) {
    const what = `todo:${FURTHER_SERVICES}: expected a map of keys, found something else`;
    throw new Failure(`${file}: ${what}; nothing was changed, and what comes by an alias has to be written out there`);
  }
  const names = isMap(own) ? own.items.map(({ key }) => `${FURTHER_SERVICES}.${isScalar(key) ? key.value : key}`) : [];
  return [...serviceNames.filter((name) => document.getIn(placeOf(document, name)) !== NONE), ...names];
}

/** The text of a stack file with other tags and digests; every other character stays. @throws Failure as imagesIn */
export function withImages(file: string, text: string, images: Images): string {
  const document = documentOf(file, text);
  const present = imagesIn(file, text);
  return Object.entries<Image>(images)
    .flatMap(([service, image]) => {
      const place = (part: string) => fieldOf(document, file, service, part);
      const old = present[service] ?? image;
      const behind = place(PARTS.findLast((part) => old[part] !== undefined) ?? "repository");
      return PARTS.flatMap((part) => {
        const [from, to] = [old[part], image[part]];
        if (from === to) return [];
        if (from === undefined) return added(text, behind, part, to ?? "");
        return to === undefined ? removed(text, place(part)) : replaced(place(part), to);
      });
    })
    .sort((a, b) => b.start - a.start)
    .reduce((rest, { start, end, text }) => rest.slice(0, start) + text + rest.slice(end), text);
}

/** What takes the place of some characters. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/** In quotes in any case: a digest of digits alone would be read as a number. */
const replaced = ({ start, end, single }: Field, to: string): Edit => ({
  ...{ start, end },
  text: single ? `'${to}'` : `"${to}"`,
});

/** A key behind another: on a line of its own, unless the map is written in one. */
function added(text: string, { start, end, flow }: Field, part: string, to: string): Edit {
  if (flow) return { start: end, end, text: `, ${part}: "${to}"` };
  const at = lineEnd(text, end);
  const indent = /^[ ]*/.exec(text.slice(text.lastIndexOf("\n", start) + 1))?.[0];
  return { start: at, end: at, text: `${text[at - 1] === "\n" ? "" : "\n"}${indent}${part}: "${to}"\n` };
}

/** A key and its value: the line, or from the value before. In a map of one line it is never the first. */
function removed(text: string, { start, end, flow, before }: Field): Edit {
  if (flow) return { start: before, end, text: "" };
  return { start: text.lastIndexOf("\n", start) + 1, end: lineEnd(text, end), text: "" };
}

/** Behind the end of a line. */
const lineEnd = (text: string, from: number) => text.indexOf("\n", from) + 1 || text.length;

function documentOf(file: string, text: string): Document.Parsed {
  try {
    return parseYaml(text).document;
  } catch (error) {
    throw new Failure(notYaml(file, error as Error));
  }
}

/** The map of a service's image, where it stands there itself. */
function imageOf(document: Document, service: string): YAMLMap | undefined {
  const node = document.getIn([...sectionPlace(document, service), "image"], true);
  return isMap(node) ? node : undefined;
}

/** Where a value stands, and how. */
interface Field {
  value: unknown;
  start: number;
  end: number;
  /** Whether it is in single quotes. */
  single: boolean;
  /** Whether its map is written in one line, in braces. */
  flow: boolean;
  /** The end of the value before it in its map. */
  before: number;
}

function fieldOf(document: Document, file: string, service: string, name: string): Field {
  const map = imageOf(document, service);
  const node = map?.get(name, true);
  if (!map || !isScalar(node) || !node.range) {
    throw new Failure(
      `${file}: todo:${service}.image.${name}: expected a text, found ${node ? "something else" : "nothing"}; nothing was changed, and what comes by an alias or << has to be written out there`,
    );
  }
  const index = map.items.findIndex(({ value }) => value === node);
  const [start, end] = node.range;
  const previous = map.items[index - 1]?.value as Scalar | undefined;
  return {
    ...{ value: node.value, start, end },
    ...{ single: node.type === "QUOTE_SINGLE", flow: map.flow === true, before: previous?.range?.[1] ?? start },
  };
}

/** The lines that an edit changed, as a diff shows them. */
export function changedLines(before: string, after: string): string[] {
  return diffLines(before, after).flatMap(({ value, added, removed }) => {
    const lines = value.replace(/\n$/, "").split("\n");
    return added || removed ? lines.map((line) => `${added ? "+" : "-"} ${line}`) : [];
  });
}
