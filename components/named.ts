/** Values under the names that an image has for them; what it has no name for, or what has no value, is left out. */
export function named<Setting extends string>(
  names: Record<Setting, string | false>,
  values: Record<Setting, string | undefined>,
): Record<string, string> {
  const settings = Object.keys(names) as Setting[];
  return Object.fromEntries(
    settings.flatMap((setting) => {
      const [name, value] = [names[setting], values[setting]];
      return name && value !== undefined ? [[name, value]] : [];
    }),
  );
}

/** Texts as the charts have to be told them: there a variable with `{{` is a template, in a stack file it is a text. */
export function literal(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [name, text.replaceAll("{{", '{{ "{{" }}')]),
  );
}
