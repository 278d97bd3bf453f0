// The image tags in the text of a stack file, and the edit of nothing but them.
import { isScalar, parseDocument } from "yaml";
import { Failure } from "../../tools/main.mts";

export const services = ["backend", "frontend"] as const;
export type Images = Record<(typeof services)[number], { repository: string; tag: string }>;

/** The images of a stack file. @throws Failure where one is missing or is no text */
export function imagesIn(file: string, text: string): Images {
  return Object.fromEntries(
    services.map((service) => {
      const field = (name: string) => {
        const value = fieldOf(file, text, service, name).value;
        if (typeof value === "string") return value;
        throw new Failure(`${file}: todo:${service}.image.${name}: expected a text, in quotes, found ${value}`);
      };
      return [service, { repository: field("repository"), tag: field("tag") }];
    }),
  ) as Images;
}

/** The text of a stack file with other image tags; every other character stays. @throws Failure as imagesIn */
export function withTags(file: string, text: string, images: Images): string {
  const edits = services.map((service) => ({ field: fieldOf(file, text, service, "tag"), tag: images[service].tag }));
  return edits
    .sort((a, b) => b.field.start - a.field.start)
    .reduce((rest, { field, tag }) => {
      const { start, end, single } = field;
      // In quotes in any case: a digest of digits alone would be read as a number.
      return `${rest.slice(0, start)}${single ? `'${tag}'` : `"${tag}"`}${rest.slice(end)}`;
    }, text);
}

function fieldOf(file: string, text: string, service: string, name: string) {
  const document = parseDocument(text);
  const path = ["image", name];
  if (document.errors[0]) throw new Failure(`${file}: not valid YAML: ${document.errors[0].message.split("\n")[0]}`);
  // Pulumi takes `backend` for `todo:backend` too.
  const node =
    document.getIn(["config", `todo:${service}`, ...path], true) ?? document.getIn(["config", service, ...path], true);
  if (!isScalar(node) || !node.range) {
    throw new Failure(
      `${file}: todo:${service}.image.${name}: expected a text, found ${node ? "something else" : "nothing"}`,
    );
  }
  return { value: node.value, start: node.range[0], end: node.range[1], single: node.type === "QUOTE_SINGLE" };
}

/** The lines that an edit changed, as a diff shows them. Both texts have the same number of lines. */
export function changedLines(before: string, after: string): string[] {
  const lines = after.split("\n");
  return before.split("\n").flatMap((line, index) => (line === lines[index] ? [] : [`- ${line}`, `+ ${lines[index]}`]));
}
