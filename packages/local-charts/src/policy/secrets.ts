// Where values of secrets may not stand.
import { isSecretName, URL_WITH_PASSWORD } from "../redact/credentials.ts";
import { eachContainer, eachPod, expectation, type Rule } from "./rule.ts";

/** `$(NAME)` is filled in by the kubelet, from a variable that is a reference itself: it is no value. */
function isInTheClear(name: string, value = ""): boolean {
  const text = value.replace(/\$\([A-Za-z_]\w*\)/g, "");
  return (isSecretName(name) && text !== "") || URL_WITH_PASSWORD.test(text);
}

export const secretRules: Rule[] = [
  {
    id: "variables-only",
    title: "environment variables are the only configuration",
    check: eachPod(({ spec }) =>
      (spec.volumes ?? []).map(
        (volume) =>
          (volume.configMap || volume.secret) &&
          expectation("no file of configuration", volume.name, "hand it over as a variable"),
      ),
    ),
  },
  {
    id: "secrets-by-name",
    title: "secrets are referred to by name",
    check: (objects, facts) => [
      ...eachContainer(({ spec }) =>
        (spec.env ?? []).map(({ name, value }) =>
          isInTheClear(name, value)
            ? `expected a secretKeyRef for ${name}, found its value in the clear; Helm's record and every preview would show it`
            : undefined,
        ),
      )(objects, facts),
      ...objects.flatMap(({ kind, metadata, ...rest }) => {
        const where = `${kind} ${metadata.name}`;
        if (kind === "Secret") {
          return [{ where, text: "expected no Secret in a chart, found one; Helm's record would hold its values" }];
        }
        const data = kind === "ConfigMap" ? Object.entries((rest.data ?? {}) as Record<string, string>) : [];
        return data
          .filter(([name, value]) => isSecretName(name) || URL_WITH_PASSWORD.test(value))
          .map(([name]) => ({
            where,
            text: `expected nothing secret in a ConfigMap, found ${name}; it belongs in a Secret`,
          }));
      }),
    ],
  },
];
