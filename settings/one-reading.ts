// A stack file has two kinds of readers: Pulumi, whose YAML is that of Go's yaml.v3, and the verbs here, whose YAML is that of
// the package `yaml`. What the two would read differently is refused, by place; so is what Pulumi alone loses on its way.
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, type Scalar, visit, type YAMLMap, type YAMLSeq } from "yaml";
import type { YamlFile } from "./yaml.ts";

/** A place of a file that has more than one reading, or none that Pulumi hands over as it stands there. */
export interface Ambiguity {
  /** The keys that lead there, from the top of the file; numbers are places in lists. */
  path: (string | number)[];
  text: string;
}

const QUOTES = "put it in quotes";

/** All places of a file that are not read alike. */
export function ambiguities({ document, lines, text }: YamlFile): Ambiguity[] {
  const found: Ambiguity[] = [];
  const add = (path: Ambiguity["path"], what: string, offset: number, fix: string) => {
    const { line, col } = lines.linePos(offset);
    const at = `line ${line}, column ${col}`;
    found.push({ path, text: `expected what all readers take alike, found ${what} (${at}); ${fix}` });
  };
  visit(document, (key, node, ancestors) => {
    if (!isNode(node) || isAlias(node)) return;
    const [what, fix] = wrongMark(node) ?? (isScalar(node) ? wrongScalar(node, key === "key") : wrongMap(node)) ?? [];
    if (what && fix) add(pathOf([...ancestors, node]), what, node.range?.[0] ?? 0, fix);
  });
  for (const { 0: character, index } of text.matchAll(BREAKS)) {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    add([], `the character U+${code.toUpperCase()}`, index, `write it as "\\u${code}", in double quotes`);
  }
  if (document.directives?.yaml.explicit) add([], "a line %YAML", 0, "leave it out");
  return found;
}

/** Ends of lines to YAML 1.1 alone, and characters that Pulumi takes in quotes as escapes only. */
const BREAKS = /(?![\t\n]|\r\n)[\p{Cc}\u2028\u2029\uFFFE\uFFFF]/gu;

/** What was found, and the fix. */
type Wrong = [found: string, fix: string];

/** Of a node's tag and anchor. */
function wrongMark({ tag, anchor }: Scalar | YAMLMap | YAMLSeq): Wrong | undefined {
  if (tag !== undefined && tag !== "tag:yaml.org,2002:str") {
    return [`the tag ${tag.replace("tag:yaml.org,2002:", "!!")}`, "leave it out"];
  }
  return anchor === undefined || /^[\w-]+$/.test(anchor)
    ? undefined
    : [`the anchor ${anchor}`, "name it with letters, digits, _ and -"];
}

function wrongMap(node: YAMLMap | YAMLSeq): Wrong | undefined {
  const merges = isMap(node) ? node.items.filter(({ key }) => isScalar(key) && key.source === "<<") : [];
  return merges.length > 1 ? ["<< more than once in a map", "merge by one, <<: [*a, *b]"] : undefined;
}

function wrongScalar(node: Scalar, isKey: boolean): Wrong | undefined {
  const { value, type, source = "", tag } = node;
  if (isKey && source === "<<") {
    return type === "PLAIN" ? undefined : ["<< in quotes, which merges too for Pulumi", "leave the quotes out"];
  }
  if (isKey && typeof value !== "string") return ["a key that is no text", QUOTES];
  if (type === "PLAIN" && tag === undefined) {
    if (WRITTEN_DATE.test(source)) {
      return ["what `pulumi config set` made of a date without quotes", "write the date again, in quotes"];
    }
    if (DATE.test(source)) return ["a date without quotes, which Pulumi writes in another form", QUOTES];
    if (source.startsWith("?")) return ["a text without quotes that begins with ?", QUOTES];
    const number = typeof value === "number" ? value : undefined;
    if (number !== undefined && !isExact(number)) return ["a number that is not kept as it is", QUOTES];
    if (number !== numberIn(source)) return [OTHER_NUMBER, `${QUOTES}, or write a number in decimal digits`];
  }
  if (type === "QUOTE_DOUBLE" && escapes(node).some((code) => /^(u.+|\/)$/.test(code))) {
    return ["an escape that Pulumi does not know, \\/ or half a character", "write the character itself"];
  }
  // Pulumi writes the file once more before it reads it, and that may lose them.
  if (typeof value === "string" && /^(\n|[ \t][\s\S]*\n)/.test(value)) {
    return ["several lines that begin with white space, which Pulumi may drop", "begin them with another character"];
  }
  return undefined;
}

const OTHER_NUMBER = "what is one number to Pulumi, and another or a text to others";

/** What stands behind the backslashes of a text in double quotes; of half a character, `u` and more. */
function escapes({ srcToken }: Scalar): string[] {
  const source = srcToken && "source" in srcToken ? srcToken.source : "";
  return [...source.matchAll(/\\(u[dD][89a-fA-F]|[\s\S])/g)].map(([, code]) => code);
}

/** Whether it is told apart from its neighbours, which whole numbers of more than 53 bits are not. */
const isExact = (value: number) => Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));

const DATE = /^\d{4}-\d\d?-\d\d?([Tt ]\d\d?:\d\d?:\d\d?([.,]\d*)?(Z|[+-]\d\d:\d\d)?)?$/;
/** As Go prints a time. Whatever `pulumi config set` is told to change, it writes all dates of the file like this. */
const WRITTEN_DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} [+-\w]+$/;
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const BASES: [RegExp, number][] = [
  [/^0[bB]([01]+)$/, 2],
  [/^0[oO]?([0-7]+)$/, 8],
  [/^0[xX]([\da-fA-F]+)$/, 16],
];

/** The number that yaml.v3 takes a plain text for; undefined for none. */
function numberIn(source: string): number | undefined {
  if (!/^[-+.\d]/.test(source)) return undefined;
  const plain = source.startsWith(".") ? source : source.replaceAll("_", "");
  const unsigned = plain.replace(/^[-+]/, "");
  for (const [form, base] of BASES) {
    const digits = form.exec(unsigned)?.[1];
    if (digits) return (plain.startsWith("-") ? -1 : 1) * Number.parseInt(digits, base);
  }
  return FLOAT.test(plain) ? Number(plain) : undefined;
}

/** The keys and places in lists that lead to the last of some nodes. */
function pathOf(nodes: readonly unknown[]): (string | number)[] {
  return nodes.flatMap((node, index): (string | number)[] => {
    if (isPair(node)) return isScalar(node.key) ? [node.key.source ?? ""] : [];
    return isSeq(node) && index + 1 < nodes.length ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}
