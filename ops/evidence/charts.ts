// Rules about the charts' own files.
import { valid } from "semver";
import { parse } from "yaml";
import { readDefinitions, schemaText } from "../generate/chart-schemas.ts";
import { type EvidenceInput, filesOf, linesOf, STACKS } from "./input.ts";
import { broken, type Line, verdict } from "./rule.ts";

/** Folder and files of each chart, without the values for environments, which are generated from the stack files. */
function charts(input: EvidenceInput) {
  const folders = filesOf(input, /^helm\/[^/]+\/Chart\.yaml$/).map(([path]) => path.replace("/Chart.yaml", ""));
  return folders.map((folder) => ({
    folder,
    file: (name: string) => input.files[`${folder}/${name}`] ?? "",
    files: filesOf(input, new RegExp(`^${folder}/(?!values/)`)),
  }));
}

/** H-003: the generator demands a description of every key and closes every map, so its schema is the proof. */
export function schemas(input: EvidenceInput): Line[] {
  const definitions = readDefinitions(input.files["helm/definitions.yaml"] ?? "");
  return charts(input).flatMap(({ folder, file }) => {
    const path = `${folder}/values.schema.json`;
    const schema = schemaText(folder.replace("helm/", ""), file("values.yaml"), definitions);
    return verdict(
      path,
      `closed, ${schema.match(/"description":/g)?.length} descriptions, as values.yaml has them`,
      schema !== file("values.schema.json") &&
        `expected the closed schema of values.yaml, found another; \`make generate\` writes it`,
    );
  });
}

/** H-003: Helm takes a value that nobody has for nothing, so no rendering shows that a template reads one. */
export function keysOfTemplates(input: EvidenceInput): Line[] {
  return charts(input).flatMap(({ folder, file, files }) => {
    const values = parse(file("values.yaml"));
    const read = files
      .filter(([path]) => path.startsWith(`${folder}/templates/`))
      .flatMap(([path, text]) =>
        [...text.matchAll(/(?<!\$\w+)\.Values\.(\w[\w.]*\w)/g)].map(([, key]) => ({ path, key })),
      );
    const missing = read.filter(({ key }) => !has(values, key.split(".")));
    return [
      ...verdict(folder, `the ${new Set(read.map(({ key }) => key)).size} keys that templates read are in values.yaml`),
      ...broken(missing.map(({ path, key }) => `${path}: expected ${key} in values.yaml, found nothing`)),
    ];
  });
}

/** Whether a key is there, or below one that is a free map, as `global` is. */
function has(values: unknown, [name, ...rest]: string[]): boolean {
  const free = values === null || (typeof values === "object" && Object.keys(values).length === 0);
  if (free || name === undefined || name === "global") return true;
  return typeof values === "object" && name in values && has(values[name as keyof typeof values], rest);
}

/** H-005 */
export function versions(input: EvidenceInput): Line[] {
  return charts(input).flatMap(({ folder, file }) => {
    const { version } = parse(file("Chart.yaml"));
    const wrong = valid(version) !== version && `expected a SemVer version, found ${version}`;
    return verdict(`${folder}/Chart.yaml`, `version ${version}`, wrong);
  });
}

/** H-006: that it renders is proved with the rest of the chart, for Helm renders it whenever it renders the templates. */
export function notes(input: EvidenceInput): Line[] {
  return charts(input).flatMap(({ folder, file }) => {
    const [line] = /port-forward .*(fullname|serviceName|\.Release\.Name).*/.exec(file("templates/NOTES.txt")) ?? [];
    const wrong = !line && "expected how to reach the release's Service, found nothing";
    return verdict(`${folder}/templates/NOTES.txt`, `${line}`, wrong);
  });
}

/** H-007: no environment's name or address in what is packed. */
export function nothingHardCoded(input: EvidenceInput): Line[] {
  const names = STACKS.join("|");
  const own = new RegExp(`\\btodo-(?:[a-z]+-)?(?:${names})\\b|["':\\s](?:${names})["'\\s]|//[a-z0-9.-]+:30\\d{3}\\b`);
  return charts(input).flatMap(({ folder, files }) => {
    // A comment is documentation: it may give an example.
    const bad = linesOf(files).filter(({ line }) => own.test(`${line.replace(/(^|\s)#.*|"description":.*/, "")} `));
    return [
      ...verdict(folder, `${files.length} files name none of ${STACKS.join(", ")}`),
      ...broken(bad.map(({ at, line }) => `${at}: expected nothing of an environment, found ${line.trim()}`)),
    ];
  });
}
