// A proposed value, in the text of a stack file. Pure.
import { createTwoFilesPatch } from "diff";
import { isAlias, isCollection, isScalar, parse, Scalar } from "yaml";
import { placeOf } from "../../settings/stack-files.ts";
import { parseYaml } from "../../settings/yaml.ts";

/** @param path of the key below `todo:` @throws Error that says why there is no such place */
export function edited(text: string, path: string[], value: string): string {
  const { document } = parseYaml(text);
  const [key, ...rest] = path;
  const place = [...placeOf(document, key), ...rest];
  for (let length = 1; length <= place.length; length++) {
    const node = document.getIn(place.slice(0, length), true);
    const name = `todo:${path.join(".")}`;
    if (isAlias(node)) throw new Error(`${name}: expected a value that stands there itself, found an alias`);
    if (length === place.length && isCollection(node))
      throw new Error(`${name}: expected the key of a single value, found one with several; name one below it`);
    if (length < place.length && node !== undefined && !isCollection(node))
      throw new Error(`${name}: expected a map on the way there, found a single value`);
  }
  const node = document.getIn(place, true);
  const given = parse(value) as unknown;
  if (given !== null && typeof given === "object")
    throw new Error(`todo:${path.join(".")}: expected a single value, found ${value}`);
  // What is a text stays one: a tag of digits alone would be a number.
  const isText = typeof given === "string" || (isScalar(node) && typeof node.value === "string");
  const scalar = new Scalar(isText ? (typeof given === "string" ? given : value) : given);
  if (isText) scalar.type = "QUOTE_DOUBLE";
  if (isScalar(node) && node.range) {
    const [start, end] = node.range;
    const written = isText ? JSON.stringify(scalar.value) : String(scalar.value);
    return text.slice(0, start) + written + text.slice(end);
  }
  document.setIn(place, scalar);
  return document.toString({ lineWidth: 0 });
}

/** As `git apply` takes it. */
export function patchOf(file: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, "", "", { context: 3 });
  return `diff --git a/${file} b/${file}\n${patch.slice(patch.indexOf("--- ")).replace(/^(---|\+\+\+) (.*?)\t?$/gm, "$1 $2")}`;
}
