// Where values of secrets may not stand.
import { CREDENTIALS } from "../../settings/fields";
import { SECRET_LIKE } from "../../settings/variables";
import { eachContainer, eachPod, type Rule, say } from "./rule";

/** `$(NAME)` is filled in by the kubelet, from a variable that is a reference itself: it is no value. */
function isInTheClear(name: string, value = ""): boolean {
  const text = value.replace(/\$\([A-Za-z_]\w*\)/g, "");
  return (SECRET_LIKE.test(name) && text !== "") || CREDENTIALS.test(text);
}

export const secretRules: Rule[] = [
  {
    id: "C-006",
    title: "environment variables are the only configuration",
    check: eachPod(({ spec }) =>
      (spec.volumes ?? []).map(
        (volume) =>
          (volume.configMap || volume.secret) &&
          say("no file of configuration", volume.name, "hand it over as a variable"),
      ),
    ),
  },
  {
    id: "C-007",
    title: "secrets are referred to by name",
    check: (objects) => [
      ...eachContainer(({ spec }) =>
        (spec.env ?? []).map(({ name, value }) =>
          isInTheClear(name, value)
            ? `expected a secretKeyRef for ${name}, found its value in the clear; Helm's record and every preview would show it`
            : undefined,
        ),
      )(objects),
      ...objects.flatMap(({ kind, metadata, ...rest }) => {
        const where = `${kind} ${metadata.name}`;
        if (kind === "Secret") {
          return [{ where, text: "expected no Secret in a chart, found one; Helm's record would hold its values" }];
        }
        const data = kind === "ConfigMap" ? Object.entries((rest.data ?? {}) as Record<string, string>) : [];
        return data
          .filter(([name, value]) => SECRET_LIKE.test(name) || CREDENTIALS.test(value))
          .map(([name]) => ({
            where,
            text: `expected nothing secret in a ConfigMap, found ${name}; it belongs in a Secret`,
          }));
      }),
    ],
  },
];
