// Rules about what is rendered for each environment: what the policy finds, and what is plain to see in the objects.
import { applyExceptions, findings, findingText } from "local-charts";
import { type Container, type ContainerSpec, containersOf, podsOf, serves } from "local-charts/objects";
import { policyOf } from "../../components/policy.ts";
import { chartsOf, type EvidenceInput, nameOf, STACKS } from "./input.ts";
import { broken, type Line, verdict } from "./rule.ts";

/**
 * What a rule of the policy finds, its exceptions aside.
 * @param look what the rule is about in a container; undefined where it is not about this one
 */
export const policy =
  (id: string, look: (container: Container) => string | undefined) =>
  ({ environments, exceptions }: EvidenceInput): Line[] => {
    const lines = environments.flatMap(({ settings, charts }) => {
      const own = policyOf(settings, exceptions);
      const { open } = applyExceptions(findings(charts, own), own.exceptions ?? []);
      const found = open.filter(({ rule }) => rule === id);
      const containers = podsOf(charts.flatMap(({ objects }) => objects)).flatMap(containersOf);
      const seen = containers.map((one) => ({ text: look(one), where: `${one.pod.owner}, container ${one.name}` }));
      return [
        ...broken(found.map((finding) => `${settings.environment}: ${findingText(finding)}`)),
        ...seen.flatMap(({ text, where }) => (text ? verdict(where, text) : [])),
      ];
    });
    const allowed = exceptions.filter(({ rule }) => rule === id);
    return [...lines, ...allowed.flatMap(({ object, reason }) => verdict(`exception for ${object}`, reason))];
  };

const question = (probe: ContainerSpec["livenessProbe"]) => probe?.httpGet?.path ?? probe?.exec?.command?.at(-1);

export const probes = ({ pod, spec }: Container) =>
  serves(pod.object)
    ? `startup ${question(spec.startupProbe)} · liveness ${question(spec.livenessProbe)} · readiness ${question(spec.readinessProbe)}`
    : undefined;

export function secretNames({ spec }: Container): string {
  const references = (spec.env ?? []).flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef ? [`${name} ← ${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`] : [],
  );
  return references.join(", ");
}

export function configuration({ pod, spec }: Container): string {
  const kinds = (pod.spec.volumes ?? []).map(({ name: _, ...kind }) => Object.keys(kind).join());
  return `${spec.env?.length ?? 0} variables; volumes: ${[...new Set(kinds)].join(", ") || "none"}`;
}

export function resources({ spec: { resources } }: Container): string {
  const amounts = ({ cpu, memory }: { cpu?: string; memory?: string } = {}) => `${cpu}/${memory}`;
  return `${amounts(resources?.requests)} → ${amounts(resources?.limits)}`;
}

/** K-007: an environment with an external database has nothing that would run one. */
export function externalDatabase({ environments }: EvidenceInput): Line[] {
  const external = environments.filter(({ parts }) => !parts.postgres);
  return external.flatMap(({ settings: { environment }, charts }) => {
    const objects = charts.flatMap((chart) => chart.objects);
    const databases = objects.filter(
      (object) =>
        ["StatefulSet", "PersistentVolumeClaim"].includes(object.kind) ||
        /"image":"[^"]*(postgres|mysql|mariadb)/.test(JSON.stringify(object)),
    );
    return verdict(
      environment,
      `its workloads are ${objects.filter(serves).map(nameOf).join(", ")}`,
      ...databases.map((object) => `expected no database, found ${nameOf(object)}`),
    );
  });
}

/** H-002 */
export function oneChartPerService(input: EvidenceInput): Line[] {
  return chartsOf(input).flatMap(({ environment, name, objects }) => {
    const workloads = objects.filter(serves).map(nameOf);
    const found = workloads.join(", ");
    const wrong = workloads.length !== 1 && `expected one service, found ${workloads.length}: ${found}`;
    return verdict(`${environment} ${name}`, found, wrong);
  });
}

/** H-004 */
export function overrides({ environments, notRendered }: EvidenceInput): Line[] {
  return STACKS.flatMap((stack) => {
    const charts = environments.find(({ settings }) => settings.environment === stack)?.charts ?? [];
    const counts = charts.map(({ chart, objects }) => `${objects.length} objects of ${chart}`);
    const wrong = counts.length === 0 && `expected charts, found ${notRendered[stack] ?? "none"}`;
    return verdict(stack, counts.join(", "), wrong);
  });
}

/** H-008 */
export function releaseNames(input: EvidenceInput): Line[] {
  return chartsOf(input).flatMap(({ environment, name, release, objects }) =>
    objects.filter(serves).flatMap((object) => {
      const expected = `${name}-${environment}`;
      const instance = object.metadata.labels?.["app.kubernetes.io/instance"];
      const found = `${nameOf(object)}, of release ${release}, labelled ${instance}`;
      const wrong = [release, instance, object.metadata.name].some((each) => each !== expected);
      return verdict(`${environment} ${name}`, found, wrong && `expected ${expected}, found ${found}`);
    }),
  );
}
