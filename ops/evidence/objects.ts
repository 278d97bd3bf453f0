import { type Container, type ContainerSpec, containersOf, podsOf, serves } from "../../components/pods";
import { findings, judge, sentence } from "../../components/policy";
import { releaseName } from "../../components/render-chart";
import { chartsOf, type Outcome, type Rule, settle, variablesOf, type World } from "./rule";

/** What components/policy finds by a rule of its own, exceptions aside; the proof is a line for each container. */
export const policy =
  (id: string, line: (container: Container) => string | undefined) =>
  (world: World): Outcome => {
    const problems = world.environments.flatMap(({ name, charts }) =>
      judge(name, findings(charts), world.exceptions)
        .open.filter(({ rule }) => rule === id)
        .map((one) => `${name}: ${sentence(one)}`),
    );
    const allowed = world.exceptions.filter(({ rule }) => rule === id);
    const exceptions = allowed.map(({ object, reason }) => `exception for ${object}: ${reason}`);
    return settle([...containerLines(world, line), ...exceptions], problems);
  };

function containerLines(world: World, line: (container: Container) => string | undefined): string[] {
  return chartsOf(world).flatMap(({ objects }) =>
    podsOf(objects)
      .flatMap(containersOf)
      .flatMap((container) => {
        const text = line(container);
        return text ? [`${container.pod.owner}, container ${container.name}: ${text}`] : [];
      }),
  );
}

const question = (probe: ContainerSpec["livenessProbe"]) => probe?.httpGet?.path ?? probe?.exec?.command?.at(-1);
const probes = ({ pod, spec }: Container) =>
  serves(pod.object)
    ? `startup ${question(spec.startupProbe)} · liveness ${question(spec.livenessProbe)} · readiness ${question(spec.readinessProbe)}`
    : undefined;

const secretNames = (container: Container) => {
  const references = variablesOf(container).flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef ? [`${name} ← ${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`] : [],
  );
  return references.length > 0 ? references.join(", ") : undefined;
};

/** H-008 */
function releaseNames(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const { chart, environment, objects } of chartsOf(world)) {
    const expected = releaseName(chart, environment);
    for (const { kind, metadata } of objects.filter(serves)) {
      const instance = metadata.labels?.["app.kubernetes.io/instance"];
      const fits = expected === `${chart}-${environment}` && instance === expected && metadata.name === expected;
      const line = `${kind} ${metadata.name}, of release ${instance}`;
      if (fits) proof.push(line);
      else problems.push(`${environment} ${chart}: expected ${chart}-${environment}, found ${line}`);
    }
  }
  return settle(proof, problems);
}

/** H-002 */
function oneChartPerService(world: World): Outcome {
  const counts = chartsOf(world).map(({ chart, environment, objects }) => ({
    where: `${environment} ${chart}`,
    names: objects.filter(serves).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
  }));
  return settle(
    counts.map(({ where, names }) => `${where}: ${names.join(", ")}`),
    counts
      .filter(({ names }) => names.length !== 1)
      .map(({ where, names }) => `${where}: expected one service, found ${names.length}: ${names}`),
  );
}

const amounts = ({ cpu, memory }: { cpu?: string; memory?: string } = {}) => `${cpu}/${memory}`;

export const objectRules: Rule[] = [
  { id: "C-003", text: "Images that run are pinned", check: policy("C-003", ({ spec }) => spec.image) },
  { id: "C-005", text: "A health endpoint for every container that serves", check: policy("C-005", probes) },
  {
    id: "C-006",
    text: "Environment variables are the only configuration",
    check: policy("C-006", (container) => {
      const kinds = (container.pod.spec.volumes ?? []).map(({ name: _, ...kind }) => Object.keys(kind).join());
      return `${variablesOf(container).length} variables; volumes: ${[...new Set(kinds)].join(", ") || "none"}`;
    }),
  },
  { id: "C-007", text: "No secret in a ConfigMap or a chart's objects", check: policy("C-007", secretNames) },
  {
    id: "K-005",
    text: "CPU and memory requests and limits on every container",
    check: policy("K-005", ({ spec }) => `${amounts(spec.resources?.requests)} → ${amounts(spec.resources?.limits)}`),
  },
  { id: "K-006", text: "Liveness and readiness probes", check: policy("K-006", probes) },
  { id: "H-002", text: "One chart per service", check: oneChartPerService },
  { id: "H-008", text: "Releases are named {service}-{environment}", check: releaseNames },
];
