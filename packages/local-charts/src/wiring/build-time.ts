// Variables that an image took in when it was built, going by their names: they are for browsers, and set later they have
// little effect or none.
import { shownPath } from "../render/chart.ts";
import type { Model } from "./model.ts";
import { nameOf } from "./problem.ts";
import { variablesOf } from "./variables.ts";
import type { Workload } from "./workloads.ts";

/** Such a variable of a release. */
export interface BrowserVariable {
  name: string;
  /** Where it stands, as messages say it. */
  place: string;
  /** Undefined where only a Secret knows it. */
  text?: string;
  prefix: string;
  by: string;
}

/** All of them; the first of several workloads that have the same stands for all. */
export function browserVariables(model: Model): BrowserVariable[] {
  const { buildTimeVariables = [], keyOf, secretKeyOf, settingsFile } = model.facts;
  const placeOf = (at: Workload, name: string) => {
    const key = keyOf?.(at.release, name) ?? secretKeyOf?.(at.release, name);
    return key && settingsFile ? `${key} in ${settingsFile}` : `${shownPath(at)}, ${nameOf(at)}, env ${name}`;
  };
  const found = buildTimeVariables.flatMap(({ release, prefix, by }) =>
    model.workloads
      .filter((workload) => workload.release === release)
      .flatMap((at) => textsOf(model, at).map(([name, text]) => ({ name, text, place: placeOf(at, name), prefix, by })))
      .filter(({ name }) => name.startsWith(prefix))
      .map((variable) => [`${release} ${variable.name}`, variable] as const),
  );
  return [...new Map(found.toReversed()).values()].toReversed();
}

/** A sentence for each such variable: where it has an effect, and where not. */
export function buildTimeWarnings(variables: BrowserVariable[]): string[] {
  return variables.map(({ place, prefix, by }) => {
    const why = `${by} puts what begins with ${prefix} into the code for browsers when the image is built`;
    return `${place}: ${why}, where this has no effect; it has one where the server reads it at run time`;
  });
}

/** A workload's variables, those without a text included. */
function textsOf(model: Model, { containers }: Workload): [name: string, text?: string][] {
  return containers.flatMap((container): [string, string?][] => {
    const { texts } = variablesOf(model, container);
    const others = (container.env ?? []).filter(({ name }) => !texts.has(name));
    return [...texts, ...others.map(({ name }): [string] => [name])];
  });
}
