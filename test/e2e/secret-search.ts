// Where the values of secrets have no business to be: everything that an environment consists of and leaves behind, as
// text, and the forms in which a value can stand in it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Place } from "./cluster.ts";

/** Texts by where they were found. */
export type Texts = Record<string, string>;

/** A value as it may stand in a text. Of base64 the middle, which is the same wherever in a longer text the value begins. */
export function forms(value: string): Record<string, string> {
  const json = JSON.stringify(value).slice(1, -1);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.from("x".repeat(offset) + value).toString("base64");
    // The characters at both ends mix with what stands before and behind.
    return text.replace(/=+$/, "").slice(offset ? offset + 1 : 0, -1);
  });
  return {
    clear: value,
    "JSON string": json,
    // As Go writes it, and so kubectl, helm and pulumi.
    "JSON string of Go": json.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
    "JSON in JSON": JSON.stringify(json).slice(1, -1),
    "part of a URL": encodeURIComponent(value),
    "part of a form": new URLSearchParams({ "": value }).toString().slice(1),
    hexadecimal: Buffer.from(value).toString("hex"),
    base64: base64[0],
    "base64, one byte in": base64[1],
    "base64, two bytes in": base64[2],
  };
}

/** What of the secrets stands where: a line for each, without the value. */
export function leaks(secrets: Record<string, string>, texts: Texts): string[] {
  return Object.entries(texts).flatMap(([place, text]) => {
    if (text.length === 0) throw new Error(`${place}: nothing to search`);
    return Object.entries(secrets).flatMap(([name, value]) => {
      if (value.length < 16) throw new Error(`${name}: too short to be told from other text`);
      const form = Object.entries(forms(value)).find(([, needle]) => text.includes(needle));
      return form ? [`${place}: ${name} (${form[0]})`] : [];
    });
  });
}

interface SecretObject {
  metadata: { name: string; labels?: Record<string, string> };
  data: Record<string, string>;
}

const decoded = (text: string) => Buffer.from(text, "base64");
const OWN = /^(todo-(?:backend|frontend|postgres|registry)-secrets)-[0-9a-f]{12}$/;
const isOwn = ({ metadata }: SecretObject) => OWN.test(metadata.name);
const secretObjects = ({ kubectl }: Place) =>
  (JSON.parse(kubectl("get", "secrets", "--show-managed-fields", "--output", "json")) as { items: SecretObject[] })
    .items;

/** Names of the environment's Secrets: those that pods have now, and those of earlier contents that are still there. */
export function secretNames(place: Place): { used: string[]; others: string[] } {
  const names = secretObjects(place)
    .filter(isOwn)
    .map(({ metadata }) => metadata.name);
  const users = place.kubectl("get", "deployments,statefulsets", "--output", "json");
  const isUsed = (name: string) => users.includes(`"${name}"`);
  return { used: names.filter(isUsed), others: names.filter((name) => !isUsed(name)) };
}

/** The values that an environment's pods have from its Secrets, by their key. */
export function secretsOf(place: Place): Record<string, string> {
  const { used } = secretNames(place);
  const own = secretObjects(place).filter(({ metadata }) => used.includes(metadata.name));
  const entries = own.flatMap(({ data }) => Object.entries(data).map(([key, value]) => [key, `${decoded(value)}`]));
  return Object.fromEntries(entries);
}

/** The Secrets themselves: the one place where the values have to be found. */
export function secretTexts(place: Place): Texts {
  const own = secretObjects(place).filter(isOwn);
  return Object.fromEntries(own.map((object) => [object.metadata.name.replace(OWN, "$1"), JSON.stringify(object)]));
}

/** Everything in the cluster but the environment's Secrets: objects, Helm's records, logs. */
export function clusterTexts(place: Place): Texts {
  const { kubectl, helm, stack } = place;
  const list = kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name").trim().split("\n");
  const kinds = list.filter((kind) => kind !== "secrets").join();
  const texts: Texts = {
    namespace: kubectl("get", "namespace", `todo-${stack}`, "--output", "yaml", "--show-managed-fields"),
    // Every kind of object, events included.
    objects: kubectl("get", kinds, "--output", "yaml", "--show-managed-fields"),
  };
  for (const { metadata, data } of secretObjects(place).filter((object) => !isOwn(object))) {
    const release = metadata.labels?.owner === "helm" ? gunzipSync(decoded(`${decoded(data.release)}`)) : "";
    texts[`Secret ${metadata.name}`] = JSON.stringify({ metadata, data }) + release;
  }
  for (const { name } of JSON.parse(helm("list", "--all", "--output", "json")) as { name: string }[]) {
    texts[`values of ${name}`] = helm("get", "values", name, "--all");
    texts[`manifest, hooks and notes of ${name}`] = helm("get", "all", name);
  }
  for (const pod of kubectl("get", "pods", "--output", "name").trim().split("\n")) {
    texts[`log of ${pod}`] = `${pod}\n${kubectl("logs", pod, "--all-containers", "--tail=-1")}`;
  }
  return texts;
}

/** What Pulumi shows and keeps: a preview, the outputs, the config, the state, and the files of a local backend. */
export function pulumiTexts(place: Place): Texts {
  const { pulumi, stack } = place;
  const texts: Texts = {
    preview: pulumi("preview", "--diff", "--show-sames", "--show-replacement-steps", "--show-secrets=false"),
    outputs: pulumi("stack", "output", "--json"),
    "config as shown": pulumi("config", "--json"),
    state: pulumi("stack", "export"),
  };
  const backend = process.env.PULUMI_BACKEND_URL ?? "";
  if (!backend.startsWith("file://")) return texts;
  const folder = backend.slice("file://".length);
  const files = filesIn(folder).filter((file) => file.split(/[/.]/).includes(stack));
  if (files.length === 0) throw new Error(`${folder}: no file of stack ${stack} to search`);
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    texts[`state file ${file}`] = (file.endsWith(".gz") ? gunzipSync(content) : content).toString("latin1");
  }
  return texts;
}

/** Every file of the checkout but packages and builds of the application: stack files with their encrypted values, too. */
export function treeTexts({ folder }: Place): Texts {
  const entries = filesIn(folder).map((file) => [file, readFileSync(join(folder, file), "latin1")] as const);
  return Object.fromEntries(entries.filter(([, text]) => text.length > 0));
}

function filesIn(folder: string, below = ""): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", ".git", ".next", ".venv"].includes(entry.name)) return [];
    const path = join(below, entry.name);
    if (entry.isDirectory()) return filesIn(folder, path);
    return entry.isFile() ? [path] : [];
  });
}
