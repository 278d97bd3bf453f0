// How large Helm's record of a release would be: a Secret takes no more than 1 MiB, and Helm makes the record first.
import { readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { filesIn } from "./chart-files.ts";
import type { Plain } from "./template.ts";

/** Bytes that a Secret may hold. */
const LIMIT = 2 ** 20;
/** What cannot get over the limit, however badly it is compressed, is not compressed here. */
const SMALL = LIMIT / 2;

/**
 * Why Helm could not keep down what it installs, in a sentence; undefined where it could.
 * @param folder the chart's
 */
export function tooLarge(
  objects: KubernetesObject[],
  values: Record<string, Plain>,
  folder: string,
): string | undefined {
  const files = filesIn(folder, true);
  // The record has the chart, its values and what they gave.
  const texts = [JSON.stringify(values), JSON.stringify(objects)];
  const sizes = [...texts.map(({ length }) => length), ...files.map((file) => statSync(file).size)];
  if (sizes.reduce((sum, size) => sum + size, 0) < SMALL) return undefined;
  const contents = files.map((file) => readFileSync(file).toString("base64"));
  const size = Math.ceil((gzipSync(JSON.stringify([...texts, ...contents])).length * 4) / 3);
  if (size <= LIMIT) return undefined;
  const shown = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
  return `expected a record of at most ${shown(LIMIT)}, which is what a Secret takes, found ${shown(size)} (chart, values and objects, compressed)`;
}
