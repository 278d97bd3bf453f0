// Values that are known to be secret, in the forms in which logs, events and errors carry them.
import { REDACTED, redactText } from "./credentials.ts";

/** What a text may say without giving anything away, though some Secret holds the same. */
const COMMON = /^(true|false|null|none|yes|no|\d{1,4}|.{0,2})$/is;
/** A value as short as a word is hidden where it stands by itself, or little would be left of a log. */
const SHORT = 6;

/**
 * Hides values, and what looks like a credential besides, in any text.
 * @param values of Secrets; of a URL or DSN its password too, of one that has lines each of them
 * @param names of objects, which are shown though the end of a pod's looks random
 */
export function redactor(values: string[], names: string[] = []): (text: string) => string {
  const hideLooks = exceptFor(names);
  const parts = new Set(values.flatMap(partsOf).filter((value) => !COMMON.test(value)));
  // The longest first, or what contains another is hidden in part.
  const forms = [...parts].sort((a, b) => b.length - a.length).flatMap(formsOf);
  if (forms.length === 0) return hideLooks;
  const shape = new RegExp(forms.join("|"), "g");
  return (text) => hideLooks(text.replace(shape, REDACTED));
}

/** redactText, by which these names come through unchanged. */
function exceptFor(names: string[]): (text: string) => string {
  const known = [...new Set(names)].sort((a, b) => b.length - a.length);
  if (known.length === 0) return redactText;
  const shape = new RegExp(`(?<![\\w-])(?:${known.map(escaped).join("|")})(?![\\w-])`, "g");
  return (text) => {
    const marked = text.replaceAll("\0", "").replace(shape, (name) => `\0${known.indexOf(name)}\0`);
    return redactText(marked).replace(/\0(\d+)\0/g, (_, index: string) => known[Number(index)]);
  };
}

function partsOf(value: string): string[] {
  const [, inUrl] = /:\/\/[^:/?#]*:(.*)@/s.exec(value) ?? [];
  const [, inDsn] = /(?:^|\s)password\s*=\s*'?([^\s']+)/i.exec(value) ?? [];
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  return [value, ...lines, ...[inUrl, inUrl && decoded(inUrl), inDsn].filter((part) => part !== undefined)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As patterns: as it is and in URLs, in JSON, in base64, in hexadecimal. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = escaped(bytes.toString("base64").replace(/=+$/, ""));
  const quoted = [JSON.stringify(value).slice(1, -1), JSON.stringify(JSON.stringify(value)).slice(3, -3)].map(escaped);
  const encoded = [base64, base64.replaceAll("\\+", "\\-").replaceAll("\\/", "_")].map((form) => `${form}={0,2}`);
  const patterns = [[...value].map(inUrls).join(""), ...quoted, ...encoded, bytes.toString("hex")];
  return patterns.map((pattern) => (value.length < SHORT ? `(?<![\\w-])${pattern}(?![\\w-])` : pattern));
}

/** A character as it is, or as a URL has it: which ones are escaped, and with which letters, is each program's own choice. */
function inUrls(character: string): string {
  if (/[a-z0-9]/i.test(character)) return character;
  const hex = [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  const either = hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return `(?:${escaped(character)}|${either}${character === " " ? "|\\+" : ""})`;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
