// Whether NetworkPolicies allow the connections that the environment is wired with, and no others inside it.
import { isDeepStrictEqual } from "node:util";
import { hookEvents } from "../kubernetes/object.ts";
import type { Edge } from "./edges.ts";
import type { Entry } from "./entries.ts";
import { type Model, selectedBy } from "./model.ts";
import {
  type AllowRule,
  covers,
  type Direction,
  DNS,
  isolating,
  leaves,
  meets,
  type NetworkPolicy,
  opens,
  policyOf,
} from "./network-policy.ts";
import { nameOf, type Problem } from "./problem.ts";
import { containerPorts, type Placed, type Workload } from "./workloads.ts";

/** @param reported what is wrong with addresses and Services: who would call whom by them is not known */
export function policyProblems(model: Model, edges: Edge[], entries: Entry[], reported: Problem[]): Problem[] {
  const wrong = model.workloads.filter((workload) => reported.some(({ at }) => at === workload));
  const lost = reported.some(({ at }) => at.object.kind === "Service") ? model.workloads : wrong;
  const policies = model.all.flatMap((placed) => policyOf(model, placed));
  const forbidden = edges.filter(({ from }) => !wrong.includes(from)).flatMap((edge) => forbids(model, policies, edge));
  const unused = policies.flatMap((policy) =>
    (["Ingress", "Egress"] as const).flatMap((direction) =>
      (policy.rules[direction] ?? []).flatMap((rule, index) => {
        const field = `spec.${direction.toLowerCase()}[${index}]`;
        const sharing = policies.filter((each) => each.release === policy.release && has(each, direction, rule));
        return needless(model, edges, entries, lost, policy, sharing, direction, rule).map((found) => ({
          at: policy,
          field,
          ...found,
        }));
      }),
    ),
  );
  const closed = entries
    .filter(({ service }) => !reported.some(({ at }) => at === service))
    .flatMap((entry) => shutsOut(model, policies, entry));
  return [...forbidden, ...closed, ...unselected(model, policies), ...unused];
}

/** Pods that no policy selects, though all should be: whoever likes may connect. Tests come and go. */
function unselected(model: Model, policies: NetworkPolicy[]): Problem[] {
  const { networkPolicies } = model.facts;
  if (!networkPolicies) return [];
  return model.workloads
    .filter(({ test }) => !test)
    .flatMap((at) =>
      (["Ingress", "Egress"] as const).flatMap((direction) => {
        if (isolating(policies, at, direction).length > 0) return [];
        const expected = `labels that a NetworkPolicy of type ${direction} selects, because ${networkPolicies.because}`;
        const missing = policies.find(({ missed, rules }) => rules[direction] && missed.includes(at));
        return [
          { at, field: "spec.template.metadata.labels", expected, found: "others", ...(missing && away(at, missing)) },
        ];
      }),
    );
}

/** That the labels are right, but the policy is not there while the pods run. */
function away(at: Workload, policy: Placed): Pick<Problem, "found" | "fix"> {
  const events = hookEvents(at.object).join(" and ");
  const name = nameOf(policy);
  return events
    ? {
        found: `those of ${name}, which is not there while this hook runs`,
        fix: `give it one of its own that is a hook of ${events} too`,
      }
    : { found: `those of ${name}, which Helm deletes when its hooks have run`, fix: `make ${name} no hook` };
}

/** Whether policies, where there are any, have a rule that passes. */
const some = (policies: NetworkPolicy[], direction: Direction, passes: (rule: AllowRule) => boolean) =>
  policies.length === 0 || policies.some(({ rules }) => rules[direction]?.some(passes));

/** A browser whose way in is closed. */
function shutsOut(model: Model, policies: NetworkPolicy[], { service, how }: Entry): Problem[] {
  return selectedBy(model, service).flatMap((workload): Problem[] => {
    const inward = isolating(policies, workload, "Ingress");
    const ports = containerPorts(workload, service.ports[0].targetPort ?? service.ports[0].port);
    const enters = (rule: AllowRule) =>
      leaves(rule.peers) && ports.some(({ containerPort }) => opens(rule.ports, workload, containerPort));
    if (some(inward, "Ingress", enters)) return [];
    const expected = `a rule for ${nameOf(workload)} from outside the namespace, because of its ${how}`;
    return [{ at: inward[0], field: "spec.ingress", expected, found: "none" }];
  });
}

function forbids(model: Model, policies: NetworkPolicy[], { from, via, service, targets, port }: Edge): Problem[] {
  const out = isolating(policies, from, "Egress");
  const problems: Problem[] = [];
  const refuse = (policy: Placed, direction: Direction, what: string, fix?: string) => {
    const field = `spec.${direction.toLowerCase()}`;
    problems.push({ at: policy, field, expected: `a rule for ${what}`, found: "none", ...(fix && { fix }) });
  };
  // DNS may be anywhere but among these pods.
  const resolves = ({ peers, ports }: AllowRule) =>
    leaves(peers) && (!ports || ports.some((each) => each.port === DNS));
  if (!some(out, "Egress", resolves)) {
    refuse(out[0], "Egress", `DNS (port ${DNS}), which ${nameOf(from)} needs for ${via}`);
  }
  for (const { workload, port } of targets) {
    const what = `port ${port} of ${nameOf(workload)}, which ${nameOf(from)} calls (${via})`;
    const toPort = ({ ports }: AllowRule) => opens(ports, workload, port);
    if (!some(out, "Egress", (rule) => toPort(rule) && meets(model, rule.peers, workload.labels))) {
      refuse(out[0], "Egress", what);
    }
    const inward = isolating(policies, workload, "Ingress");
    if (!some(inward, "Ingress", (rule) => toPort(rule) && meets(model, rule.peers, from.labels))) {
      refuse(inward[0], "Ingress", what);
    }
  }
  const away = ({ peers, ports }: AllowRule) => leaves(peers) && (!ports || ports.some((each) => covers(each, port)));
  if (!service && !some(out, "Egress", away)) {
    const what = `${port ? `port ${port}` : "the port"} outside, which ${nameOf(from)} calls (${via})`;
    const { networkPolicies, settingsFile } = model.facts;
    const key = networkPolicies?.outsidePortsKey(out[0].release);
    refuse(
      out[0],
      "Egress",
      what,
      key && settingsFile ? `add ${port ?? "it"} to ${key} in ${settingsFile}` : undefined,
    );
  }
  return problems;
}

const has = ({ rules }: NetworkPolicy, direction: Direction, rule: AllowRule) =>
  rules[direction]?.some((each) => isDeepStrictEqual(each, rule));

/** What a rule allows although nothing is wired so. */
function needless(
  model: Model,
  edges: Edge[],
  entries: Entry[],
  lost: Workload[],
  { subjects }: NetworkPolicy,
  sharing: NetworkPolicy[],
  direction: Direction,
  { peers, ports }: AllowRule,
): Pick<Problem, "expected" | "found">[] {
  if (!peers) {
    if (direction === "Egress")
      return ports ? [] : [{ expected: "ports or peers", found: "a rule that allows everything" }];
    const origin = (workload: Workload) => workload.release === model.facts.page?.release && workload.longRunning;
    const entered = (workload: Workload) =>
      entries.some(({ service }) => selectedBy(model, service).includes(workload));
    if (subjects.some((subject) => origin(subject) || entered(subject))) return [];
    return [{ expected: "peers, because nobody comes from outside", found: "a rule that lets everybody in" }];
  }
  return peers.flatMap((peer) => {
    if (peer.ipBlock) return [];
    const others = model.workloads.filter(({ labels }) => meets(model, [peer], labels));
    const labels = JSON.stringify(peer.podSelector?.matchLabels ?? peer.podSelector ?? {});
    if (others.length === 0) {
      return peer.namespaceSelector ? [] : [{ expected: "labels of a rendered workload's pods", found: labels }];
    }
    return others.flatMap((other) => {
      const pairs = subjects.map((own) =>
        direction === "Ingress" ? { from: other, to: own } : { from: own, to: other },
      );
      const allowed = pairs.flatMap(({ from, to }) =>
        to.containers.flatMap((container) =>
          (container.ports ?? []).flatMap(({ containerPort }) =>
            opens(ports, to, containerPort) ? [{ from, to, port: containerPort }] : [],
          ),
        ),
      );
      const wired = ({ from, to, port }: (typeof allowed)[number]) =>
        edges.some(
          (edge) => edge.from === from && edge.targets.some((each) => each.workload === to && each.port === port),
        );
      // Pods of one policy share its ways out, and so do those of a release that has the same in several: what one of them
      // needs, the others may.
      const shared = (each: (typeof allowed)[number]) =>
        direction === "Egress" && sharing.some((policy) => policy.subjects.some((from) => wired({ ...each, from })));
      return allowed
        .filter((each) => !shared(each))
        .filter((each) => each.from !== each.to && !lost.includes(each.from) && !wired(each))
        .map(({ from, to, port }) => ({
          expected: "connections that the environment is wired with",
          found: `${nameOf(from)} to port ${port} of ${nameOf(to)}, which no variable or argument names`,
        }));
    });
  });
}
