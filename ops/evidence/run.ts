import { CREDENTIALS } from "../../settings/fields";
import { SECRET_LIKE } from "../../settings/variables";
import { type ClusterWorld, type Live, type Outcome, type Rule, settle, type World } from "./rule";

const open = (reason: string): Outcome => ({ state: "open", reason });
const NO_CLUSTER = "not run here: no cluster answers; `make up` makes one";

/** A rule about a cluster; without one it stays open. */
const live =
  (check: (cluster: ClusterWorld, world: World) => Outcome) =>
  (world: World): Outcome =>
    world.cluster ? check(world.cluster, world) : open(NO_CLUSTER);

/** The environments of which something was installed in the cluster. */
const NOTHING = "not run here: no environment is installed in the cluster; `make up` installs dev";
const UNTIMED = "not run here: the cluster has no release whose last revision is an update's; `make up` installs dev";

/** K-001 */
const minikube = live(({ nodes }) => {
  const label = (node: Live) => node.metadata.labels["minikube.k8s.io/name"];
  return settle(
    nodes.map(
      (node) =>
        `node ${node.metadata.name}: Minikube profile ${label(node)}, Kubernetes ${node.status.nodeInfo.kubeletVersion}`,
    ),
    nodes
      .filter((node) => !label(node))
      .map((node) => `node ${node.metadata.name}: expected one of Minikube, found no label of it`),
  );
});

/** K-004: the names are checked without a cluster; that they are there, only with all environments installed. */
function namespaces({ cluster, environments }: World): Outcome {
  const wrong = environments.filter(({ name, parts }) => parts.environment.namespace !== `todo-${name}`);
  if (wrong.length > 0 || environments.length === 0) {
    return settle(
      [],
      wrong.map(({ name, parts }) => `${name}: expected namespace todo-${name}, found ${parts.environment.namespace}`),
    );
  }
  if (!cluster) return open(NO_CLUSTER);
  const there = environments.filter(({ name }) =>
    cluster.namespaces.some(({ metadata }) => metadata.name === `todo-${name}`),
  );
  const missing = environments.filter((environment) => !there.includes(environment));
  const names = (list: typeof there) => list.map(({ name }) => `todo-${name}`).join(", ");
  if (missing.length > 0)
    return open(`not installed here: ${names(missing)}; in the cluster: ${names(there) || "none"}`);
  return settle(
    there.map(({ name }) => `namespace todo-${name} is in the cluster`),
    [],
  );
}

/** As whom the provider writes. `helm test` and `helm rollback` write as Helm, which says nothing of an installation. */
const INSTALLER = "pulumi-kubernetes";

/**
 * How long an update took until all pods of a release were ready: from its record's making to the installer's last change of
 * it. The label modifiedAt is no help: an upgrade copies it from the revision before.
 */
function installations({ records }: ClusterWorld): { release: string; revision: string; seconds: number }[] {
  return records
    .filter(({ metadata }) => metadata.labels.status === "deployed" && changes(metadata).length > 0)
    .map(({ metadata }) => ({
      release: `${metadata.namespace}/${metadata.labels.name}`,
      revision: metadata.labels.version,
      seconds: (Math.max(...changes(metadata)) - Date.parse(metadata.creationTimestamp)) / 1000,
    }));
}

/** When the installer wrote, in milliseconds since 1970. */
const changes = ({ managedFields = [] }: Live): number[] =>
  (managedFields as { manager: string; time: string }[])
    .filter(({ manager }) => manager === INSTALLER)
    .map(({ time }) => Date.parse(time));

/** A release may take so long until Helm has seen its pods ready, hooks included. */
const within = (limit: number) =>
  live((cluster) => {
    const all = installations(cluster);
    if (all.length === 0) return open(UNTIMED);
    return settle(
      all.map(({ release, revision, seconds }) => `${release}, revision ${revision}: pods ready after ${seconds} s`),
      all
        .filter(({ seconds }) => seconds > limit)
        .map(({ release, seconds }) => `${release}: expected at most ${limit} s, found ${seconds}`),
    );
  });

/** Releases of an environment are installed one after the other. */
const installed = live((cluster) => {
  const sums = new Map<string, number>();
  for (const { release, seconds } of installations(cluster)) {
    const [namespace] = release.split("/");
    sums.set(namespace, (sums.get(namespace) ?? 0) + seconds);
  }
  if (sums.size === 0) return open(UNTIMED);
  return settle(
    [...sums].map(([namespace, seconds]) => `${namespace}: its releases took ${seconds} s together`),
    [...sums]
      .filter(([, seconds]) => seconds > 300)
      .map(([namespace, seconds]) => `${namespace}: expected at most 300 s, found ${seconds}`),
  );
});

const probesPass = live(({ pods }) => {
  const running = pods.filter(({ status }) => status.phase !== "Succeeded");
  if (running.length === 0) return open(NOTHING);
  const ready = (pod: Live) =>
    pod.status.conditions?.some(({ type, status }: Live) => type === "Ready" && status === "True");
  const name = ({ metadata }: Live) => `${metadata.namespace}/${metadata.name}`;
  return settle(
    running.map((pod) => `${name(pod)}: ready`),
    running.filter((pod) => !ready(pod)).map((pod) => `${name(pod)}: expected a ready pod, found ${pod.status.phase}`),
  );
});

const configMaps = live(({ configMaps: all, pods }) => {
  if (pods.length === 0) return open(NOTHING);
  const entries = all.flatMap(({ metadata, data = {} }) =>
    Object.entries<string>(data).map(([key, value]) => ({
      where: `${metadata.namespace}/${metadata.name} ${key}`,
      key,
      value,
    })),
  );
  const secret = entries.filter(({ key, value }) => SECRET_LIKE.test(key) || CREDENTIALS.test(value));
  return settle(
    [
      `${all.length} ConfigMaps with ${entries.length} keys, none secret: ${entries.map(({ where }) => where).join(", ") || "none"}`,
    ],
    secret.map(({ where }) => `ConfigMap ${where}: expected nothing secret, found what looks like one`),
  );
});

/** What only the end-to-end tests do: they break things. */
const endToEnd =
  (title: RegExp, what: string) =>
  ({ endToEnd: record }: World): Outcome => {
    if (!record) return open("not run here: no end-to-end tests of this commit on record; `make e2e` runs them");
    const tests = record.tests.filter((test) => title.test(test.title));
    if (tests.length === 0) return open(`not run here: the last \`make e2e\` did not come to ${what}`);
    const lines = tests.map((test) => `make e2e at ${record.commit.slice(0, 12)}: "${test.title}" ${test.state}`);
    return settle(
      lines,
      lines.filter((_, index) => tests[index].state !== "passed"),
    );
  };

const helpers = () => open("not part of this project yet: there is no AI helper that could change anything");

export const runRules: Rule[] = [
  { id: "K-001", text: "Minikube is the local cluster", check: minikube },
  { id: "K-004", text: "Namespaces todo-dev, todo-staging, todo-prod", check: namespaces },
  {
    id: "C-007",
    text: "No secret in Helm's release records, logs or previews",
    check: endToEnd(/^keeps every secret value in its Secret alone$/, "the search for secrets"),
  },
  { id: "A-002", text: "AI helpers never change the cluster by themselves", check: helpers },
  { id: "A-007", text: "A person approves what an AI helper proposes", check: helpers },
  { id: "SC", text: "Pods are ready within 60 s of the install", check: within(60) },
  { id: "SC", text: "Healthy in 30 s", check: within(30) },
  { id: "SC", text: "Probes pass", check: probesPass },
  { id: "SC", text: "No secrets in ConfigMaps", check: configMaps },
  { id: "SC", text: "From install to running in 5 minutes", check: installed },
  {
    id: "SC",
    text: "Data survives a pod restart",
    check: endToEnd(/still has it after the PostgreSQL pod was deleted/, "the lost pod"),
  },
  { id: "SC", text: "Rollback works", check: endToEnd(/roll(s|ed)?[ -](the release )?back/i, "a rollback") },
];
