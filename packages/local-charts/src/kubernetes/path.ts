/** A field of an object: names of keys, and for an element of a list `[its name]`, or `[its index]` where it has none. */
export type Path = string[];

/** `spec.template.spec.containers[backend].image`; a key with a dot in it stands in brackets and quotes. */
export function pathText(path: Path): string {
  return path.reduce((text, name) => {
    if (name.startsWith("[")) return `${text}${name}`;
    return name.includes(".") ? `${text}["${name}"]` : `${text}${text && "."}${name}`;
  }, "");
}
