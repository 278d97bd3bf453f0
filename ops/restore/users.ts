// Who uses the database of an environment: the Deployments whose pods read its address, which are away while it is restored.
import { DATABASE_KEYS } from "../../settings/secret-keys.ts";
import type { Settings } from "../../settings.ts";

interface Container {
  env?: { name: string; valueFrom?: { secretKeyRef?: { key: string } } }[];
}

/** A Deployment as far as it is looked at. */
export interface Deployment {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    replicas?: number;
    selector: { matchLabels?: Record<string, string> };
    template: { spec: { initContainers?: Container[]; containers: Container[] } };
  };
}

/** A Deployment that goes away and comes back. */
export interface User {
  name: string;
  /** How many pods come back. */
  pods: number;
  /** Labels of its pods. */
  selector: string;
}

/** Says of a Deployment that is away how many pods it had, in case that whoever took them away is no more. */
export const PODS_BEFORE = "todo/pods-before-restore";

/** Keys of Secrets that lead to a stack's database. */
export const keysOf = ({ database }: Pick<Settings, "database">) => [
  ...DATABASE_KEYS,
  ...Object.keys(database.urls),
  "POSTGRES_PASSWORD",
];

/** Those of the Deployments that have pods with such a key, or had before a restore that was killed. */
export function usersOf(deployments: Deployment[], keys: string[]): User[] {
  return deployments.flatMap(({ metadata: { name, annotations = {} }, spec }): User[] => {
    const { initContainers = [], containers } = spec.template.spec;
    const variables = [...initContainers, ...containers].flatMap(({ env = [] }) => env);
    if (!variables.some(({ valueFrom }) => keys.includes(valueFrom?.secretKeyRef?.key ?? ""))) return [];
    const { replicas = 1 } = spec;
    const pods = replicas > 0 ? replicas : Number(annotations[PODS_BEFORE] ?? 0);
    const labels = Object.entries(spec.selector.matchLabels ?? {}).map(([label, value]) => `${label}=${value}`);
    return pods > 0 ? [{ name, pods, selector: labels.join(",") }] : [];
  });
}
