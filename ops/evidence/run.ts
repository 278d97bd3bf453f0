// Rules that only a run proves: what is in the cluster, and what the end-to-end tests said.
import { entriesOf, HISTORY } from "local-charts/objects";
import { rules } from "../../components/policy.ts";
import { type ClusterInput, type ClusterObject, type EvidenceInput, STACKS } from "./input.ts";
import { type Line, open, verdict } from "./rule.ts";

const NO_CLUSTER = "not run here: no cluster answers; `make up` makes one";
const NOTHING = "not run here: no environment is installed in the cluster; `make up` installs dev";
const UNTIMED = "not run here: no update has noted how long it waited; `make up` installs dev";

/** What the cluster says; without one the rule stays open. */
export const inCluster =
  (collect: (cluster: ClusterInput) => Line[]) =>
  ({ cluster }: EvidenceInput): Line[] =>
    cluster ? collect(cluster) : [open(NO_CLUSTER)];

/** What end-to-end tests proved, as they do what nobody wants to be done to a cluster. @param titles theirs, in full */
export const endToEnd =
  (titles: string[]) =>
  ({ endToEnd: record }: EvidenceInput): Line[] => {
    if (!record) return [open("not run here: no end-to-end tests of this commit are on record; `make e2e` runs them")];
    return titles.flatMap((title) => {
      const tests = record.tests.filter((test) => test.title === title);
      if (tests.length === 0)
        return open(`not run here: no end-to-end tests of this commit came to "${title}"; \`make e2e ALL=1\` runs all`);
      const where = `make e2e at ${record.commit.slice(0, 12)}, "${title}"`;
      return tests.flatMap(({ state }) =>
        verdict(where, state, state !== "passed" && `expected passed, found ${state}`),
      );
    });
  };

/** K-001 */
export const minikube = ({ nodes }: ClusterInput): Line[] =>
  nodes.flatMap(({ metadata: { name, labels }, status }) => {
    const profile = labels["minikube.k8s.io/name"];
    const proof = `Minikube profile ${profile}, Kubernetes ${status.nodeInfo.kubeletVersion}`;
    return verdict(`node ${name}`, proof, !profile && "expected one of Minikube, found no label of it");
  });

/** K-004: the names that the settings give. */
export const namespaceNames = ({ environments }: EvidenceInput): Line[] =>
  environments.flatMap(({ settings: { environment }, parts }) => {
    const { namespace } = parts.environment;
    const wrong = namespace !== `todo-${environment}` && `expected namespace todo-${environment}, found ${namespace}`;
    return verdict(environment, `namespace ${namespace}`, wrong);
  });

/** K-004: that they are there. */
export const namespaces = ({ namespaces: all }: ClusterInput): Line[] =>
  STACKS.flatMap((stack) =>
    all.some(({ metadata }) => metadata.name === `todo-${stack}`)
      ? verdict(`namespace todo-${stack}`, "is in the cluster")
      : open(`not installed here: todo-${stack}; \`make up ENV=${stack}\` installs it`),
  );

/**
 * SC-001, SC-004, SC-006: how long it took until all pods of a release were ready, hooks included, as the update that waited
 * for them has noted it: nothing that happened to them since counts.
 * @param limit in seconds
 * @param of what the time is taken: one release, or all releases of a namespace, which are installed one after the other
 */
export const readyWithin =
  (limit: number, of: "release" | "namespace") =>
  ({ configMaps }: ClusterInput): Line[] => {
    const took = new Map<string, number>();
    for (const { metadata, data } of configMaps.filter((each) => each.metadata.name === HISTORY)) {
      const [newest] = entriesOf({ data });
      for (const [name, { revision, seconds }] of Object.entries(newest?.releases ?? {})) {
        if (seconds === undefined) continue;
        const { namespace } = metadata;
        const what = of === "release" ? `${namespace}/${name}, revision ${revision}` : namespace;
        took.set(what, (took.get(what) ?? 0) + seconds);
      }
    }
    const lines = [...took].flatMap(([what, all]) => {
      const seconds = Math.round(all * 10) / 10;
      return verdict(
        what,
        `pods ready after ${seconds} s`,
        seconds > limit && `expected at most ${limit} s, found ${seconds}`,
      );
    });
    return lines.length > 0 ? lines : [open(UNTIMED)];
  };

/** SC-002 */
export function podsReady({ pods }: ClusterInput): Line[] {
  const running = pods.filter(({ status }) => status.phase !== "Succeeded");
  if (running.length === 0) return [open(NOTHING)];
  return running.flatMap(({ metadata: { namespace, name }, status }) => {
    const ready = status.conditions?.some((each: ClusterObject) => each.type === "Ready" && each.status === "True");
    return verdict(`${namespace}/${name}`, "ready", !ready && `expected a ready pod, found ${status.phase}`);
  });
}

/** SC-003: what the policy says of ConfigMaps in charts, said of those in the cluster. */
export function configMaps({ configMaps: all, pods }: ClusterInput): Line[] {
  if (pods.length === 0) return [open(NOTHING)];
  const policy = rules.find(({ id }) => id === "C-007");
  return all.flatMap((configMap) => {
    const where = `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`;
    const keys = Object.keys(configMap.data ?? {});
    const found = policy?.check([configMap], {}) ?? [];
    return verdict(where, keys.join(", ") || "no keys", ...found.map(({ text }) => text));
  });
}
