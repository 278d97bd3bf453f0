// The variables of a rendered container, wherever the chart has put them.

export interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
}

interface Container {
  env?: Variable[];
  envFrom?: { configMapRef: { name: string } }[];
}

/**
 * What a container finds: the variables of its ConfigMap, then those that stand in it.
 * @param objects among which the ConfigMap has to be
 */
export function variablesOf(objects: { kind: string; metadata: { name: string } }[], container: unknown): Variable[] {
  const { env = [], envFrom = [] } = container as Container;
  const shared = envFrom.flatMap(({ configMapRef: { name } }) => {
    const found = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === name);
    if (!found) throw new Error(`expected ConfigMap ${name} among the objects, found none`);
    return Object.entries((found as unknown as { data: Record<string, string> }).data);
  });
  const own = new Set(env.map(({ name }) => name));
  return [...shared.filter(([name]) => !own.has(name)).map(([name, value]) => ({ name, value })), ...env];
}
