// What looks like a credential in a text. A guess that is wrong costs a word of a preview; one that is missed, a password:
// so everything that prints something of a chart asks here, Helm's own errors included.

export const REDACTED = "[redacted]";

/** Names that end like a secret's, and are those of something public: of one half of a pair, or sent to every browser. */
const PUBLIC =
  "(?:.*_)?(?:PUBLIC|PUBLISHABLE|ANON|PRIMARY|FOREIGN|TOPOLOGY|PASSWORD)_KEY|(?:NEXT|NUXT|EXPO)_PUBLIC_.*_(?:KEY|TOKEN|DSN)";

/** Names of variables whose value is a secret; isSecretName knows those of other things too. */
export const SECRET_LIKE = new RegExp(
  `^(?!(?:${PUBLIC})$)(?:.*_)?(?:SECRET|PASSWORD|PASSWD|TOKEN|KEY|CREDENTIALS|DSN)$`,
  "i",
);

/** Some of them, for schemas: a pattern for Go's regular expressions too, which cannot leave out what is public. */
export const SURELY_SECRET =
  "(^|_)(SECRET|PASSWORD|PASSWD|CREDENTIALS)$|^KEY$|^([A-Z0-9]+_)?(TOKEN|DSN|(API|SECRET|PRIVATE|ACCESS|ENCRYPTION|SIGNING)_KEY)$";

/** A URL that carries a password: scheme://user:password@ */
export const URL_WITH_PASSWORD = /:\/\/[^/@\s]*:[^/@\s]+@/;

/** Names of what holds a credential: of variables, keys, flags and parameters. `secretName` and `tokenPath` hold none. */
const SECRET_NAME =
  /(?:^|[_.\-\s/])(?:pass(?:word|wd|phrase)?|pwd|pgpassword|secrets?|token|api_?key|key|credentials?|dsn|authorization|cookie|signature)$/;

/** What is not hidden for its name either, beside what is public. */
const PUBLIC_NAME = new RegExp(`^(?:key|existing_secret|checksum/.*|${PUBLIC.toLowerCase()})$`);

/** Whether the value under this name has to be hidden whatever it looks like. */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return SECRET_NAME.test(words) && !PUBLIC_NAME.test(words.replaceAll("-", "_"));
}

/** A text without what looks like a credential in it. */
export function redactText(text: string): string {
  return SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement as never), text)
    .replace(WORD, (word) => (isCredential(word) ? REDACTED : word))
    .replaceAll(`${REDACTED} ${REDACTED}`, REDACTED);
}

const QUOTED = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'`;
const NAMED = new RegExp(
  `(?<![\\w/.-])((?:--?)?["']?)([A-Za-z][\\w.-]*)(["']?\\s*(?::(?!//)|=|\\s)\\s*)(${QUOTED}|[^\\s,;&"'}\\])]+)`,
  "g",
);

/** Switches, small numbers, references to variables, the dash of a list's next element, and what is redacted already. */
const HARMLESS = /^["']?(?:true|false|null|-|\d{1,4}|\$[({]?\w+[)}]?|\[redacted\]@?.*)["']?$/;

type Shape = [RegExp, string | ((...match: string[]) => string)];
const SHAPES: Shape[] = [
  [/-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g, REDACTED],
  // A block of lines below a name, in YAML.
  [
    /^([ \t]*)((?:- )?["']?([\w.-]+)["']?:[ \t]*[|>][-+\d]*[ \t]*\n)((?:\1[ \t]+\S.*(?:\n|$)|[ \t]*\n)+)/gm,
    (all: string, indent: string, head: string, name: string) =>
      isSecretName(name) ? `${indent}${head}${indent}  ${REDACTED}\n` : all,
  ],
  // user:password@ in a URL; the password itself may hold an unquoted / or @.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*:[^\s"'<>]*@/gi, `$1${REDACTED}@`],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>/@]+@/gi, `$1${REDACTED}@`],
  [/\b(Bearer|Basic|Token)\s+[\w+/=.~-]{6,}/gi, `$1 ${REDACTED}`],
  [
    /\b(?:sk|pk|rk)-[\w-]{8,}|\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|\bxox[a-z]-[\w-]{8,}/g,
    REDACTED,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bAIza[\w-]{20,}|\bnpm_\w{20,}|\bhvs\.[\w-]{16,}/g, REDACTED],
  [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, REDACTED],
  // What Helm's schema check says of a value: at '/env/TOKEN': 'the value' does not match pattern '…'
  [
    /(at '\/[^']*?([^'/]+)': )([^\n;]*)/g,
    (all: string, at: string, name: string, rest: string) =>
      isSecretName(name) || /^secret/i.test(name) ? at + rest.replace(/'[^']*'/g, `'${REDACTED}'`) : all,
  ],
  // A flag and its value as elements of a list, in JSON or in YAML, also inside another text.
  [
    /(\\*["'])(--?[\w.-]+)\1(\s*,\s*)(\\*["'])(.*?)\4/g,
    (all: string, quote: string, flag: string, between: string, mark: string, value: string) =>
      isSecretFlag(flag) && !HARMLESS.test(value) ? `${quote}${flag}${quote}${between}${mark}${REDACTED}${mark}` : all,
  ],
  [
    /^(\s*-\s+["']?)(--?[\w.-]+)(["']?\s*\n\s*-\s+)(\S.*)$/gm,
    (all: string, dash: string, flag: string, between: string, value: string) =>
      isSecretFlag(flag) && !HARMLESS.test(value) ? `${dash}${flag}${between}${REDACTED}` : all,
  ],
  // password=…, "token": "…", --api-key …; of a name and a value with nothing but a space between, flags only.
  [
    NAMED,
    (all: string, quote: string, name: string, between: string, value: string) => {
      const separate = /[:=]/.test(between) || quote.startsWith("-");
      return separate && isSecretName(name) && !HARMLESS.test(value) ? `${quote}${name}${between}${REDACTED}` : all;
    },
  ],
];

const isSecretFlag = (flag: string) => isSecretName(flag.replace(/^-+/, ""));

const WORD = /(?<![\w+/=-])(?<!sha256:)[A-Za-z0-9+/_=-]{16,}/g;

/** The name of an object that follows from its content: words, and a hash of it at the end. */
const NAME_OF_CONTENT = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)-[0-9a-f]{8,12}$/;

/** A word that nobody types: random, or base64 of something that can be read. */
function isCredential(word: string): boolean {
  const name = NAME_OF_CONTENT.exec(word)?.[1];
  if (name) return isCredential(name);
  return isRandom(word) || isReadableBase64(word) || word.split(/[/_=-]/).some(isRandom);
}

function isRandom(word: string): boolean {
  if (word.length < 20) return false;
  // Of another length than that of an abbreviated hash; a digest of an image comes after "sha256:", which is left out.
  if (/^[0-9a-f]{32,}$/i.test(word)) return true;
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((each) => each.test(word)).length;
  const turns = [...word].filter((letter, at) => at > 0 && kindOf(letter) !== kindOf(word[at - 1])).length;
  const dense = turns / word.length;
  return entropy(word) >= 3.3 && ((classes === 3 && dense > 0.3) || (classes === 2 && dense > 0.38));
}

const kindOf = (letter: string) => (/[a-z]/.test(letter) ? 0 : /[A-Z]/.test(letter) ? 1 : /[0-9]/.test(letter) ? 2 : 3);

/** Bits for each letter. */
function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const letter of word) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / word.length) * Math.log2(count / word.length), 0);
}

/** Ordinary words decode to bytes that are no text; where readable text comes out, somebody has put it in. */
function isReadableBase64(word: string): boolean {
  const bare = word.replace(/=+$/, "");
  if (bare.length % 4 === 1 || /[-_]/.test(bare)) return false;
  const text = Buffer.from(bare, "base64").toString("latin1");
  return text.length >= 12 && /^[\x20-\x7e\r\n\t]+$/.test(text);
}
