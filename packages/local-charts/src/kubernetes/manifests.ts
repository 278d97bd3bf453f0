import {
  type Document,
  isAlias,
  isMap as isMapNode,
  isSeq,
  type Node,
  parseAllDocuments,
  Scalar,
  type ScalarTag,
  type Tags,
} from "yaml";
import { isMap, type KubernetesObject } from "./object.ts";
import { objectsOf } from "./objects-of.ts";

/**
 * The objects of a YAML stream as Helm reads them: `0440` is octal and `on` is true, while times and `1:30` are texts; of a
 * key that stands twice, the last counts; the elements of a List are objects of their own.
 * @param others what happens to a document that is no object; default: refuse
 * @param made what made the text, where no comment of Helm's says it
 * @throws Error for what is no YAML, and for a document that is refused, with the template that Helm names above it
 */
export function readManifests(
  text: string,
  others: "refuse" | "skip" = "refuse",
  made = "a manifest",
): KubernetesObject[] {
  const documents = parseAllDocuments(text, { version: "1.1", customTags: asGo, uniqueKeys: false, strict: false });
  return (documents as Document[]).flatMap((document) => {
    if (document.errors[0]) throw document.errors[0];
    const content: unknown = document.toJS();
    const missing = ["apiVersion", "kind"].find((field) => !isMap(content) || typeof content[field] !== "string");
    if (missing === undefined) return objectsOf([content]);
    if (content === null || others === "skip") return [];
    const comments = [document.commentBefore, document.contents?.commentBefore].join("\n");
    const source = /^ Source: (.*)$/m.exec(comments)?.[1] ?? made;
    throw new Error(`${source}: expected documents with apiVersion and kind, found one without ${missing}`);
  });
}

const CORE = "tag:yaml.org,2002:";

/** Go's YAML, which Helm uses, is 1.1 with differences: what a plain scalar is there is told by one function. */
const asGo = (tags: Tags): Tags => {
  const kept = tags.filter(
    (tag) => typeof tag !== "string" && ["map", "seq", "str"].includes(tag.tag.replace(CORE, "")),
  );
  const plain: ScalarTag = { tag: `${CORE}plain`, default: true, test: /^(?!<<$)/, resolve: scalar };
  const named = ["null", "bool", "int", "float"].map((name): ScalarTag => ({ tag: CORE + name, resolve: scalar }));
  const binary: ScalarTag = { tag: `${CORE}binary`, resolve: (text) => Buffer.from(text, "base64").toString() };
  return [...kept, merge, plain, ...named, binary];
};

/** `<<` is assigned where it stands: over what stands before it, though YAML says otherwise. */
const merge: ScalarTag = {
  tag: `${CORE}merge`,
  default: "key",
  test: /^<<$/,
  resolve: () => Object.assign(new Scalar(Symbol("<<")), { addToJSMap: assign }),
};

function assign({ doc }: { doc: Document }, map: object, value: Node): void {
  const source = isAlias(value) ? value.resolve(doc) : value;
  if (isSeq(source)) for (const inner of source.items.toReversed()) assign({ doc }, map, inner as Node);
  else if (isMapNode(source)) Object.assign(map, source.toJS(doc));
  else throw new Error("expected a map, or a list of maps, below <<");
}

const WORDS = new Map<string, boolean | null>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
]);
const INTEGER = /^([-+]?)(?:0x([0-9a-f]+)|0o?([0-7]+)|0b([01]+)|(0|[1-9]\d*))$/i;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i;

/** What a plain scalar is to gopkg.in/yaml.v2, in its `resolve`. */
function scalar(text: string): unknown {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(text)) return text;
  const bare = text.startsWith(".") ? text : text.replaceAll("_", "");
  const [, sign, hexadecimal, octal, binary, decimal] = INTEGER.exec(bare) ?? [];
  if (sign !== undefined) {
    const [digits, base] =
      (
        [
          [hexadecimal, 16],
          [octal, 8],
          [binary, 2],
          [decimal, 10],
        ] as const
      ).find(([found]) => found) ?? [];
    const size = Number.parseInt(digits ?? "", base);
    return sign === "-" && size > 0 ? -size : size;
  }
  if (!FLOAT.test(bare)) return text;
  const number = Number(bare);
  // Too large for Go, and -0, which JSON has no other form for.
  return Number.isFinite(number) ? number || 0 : text;
}
