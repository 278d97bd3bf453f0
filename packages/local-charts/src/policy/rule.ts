import type { KubernetesObject } from "../kubernetes/object.ts";
import { type Container, containersOf, type Pod, podsOf } from "../kubernetes/pods.ts";

/** What breaks a rule: where, and one sentence with what was expected, found, and the fix. */
export interface Breach {
  /** `Deployment web-dev`, followed by the container's name where it is about one. */
  where: string;
  text: string;
}

/** Pure: looks at the objects of one chart as they would be installed, and says what it found. */
export interface Rule {
  /** As findings and exceptions name it: `pinned-images`. */
  id: string;
  /** What holds where it is kept: "images are pinned". */
  title: string;
  /** All that breaks it among the objects of one chart. */
  check(objects: KubernetesObject[], facts: RuleFacts): Breach[];
}

/** What a rule knows besides the objects. */
export interface RuleFacts {
  /** Keys of Secrets that lead to a database: a container that has one is asked for it by its readiness. */
  databaseKeys?: string[];
  /** Workloads, such as `Deployment web-dev`, whose image has one answer for liveness and readiness: somebody decided so. */
  askedOnce?: string[];
}

/** `expected a livenessProbe, found nothing; …`: the sentence of a breach. @param fix what to do, or why it matters */
export const expectation = (what: string, found: unknown, fix: string) =>
  `expected ${what}, found ${found === undefined ? "nothing" : JSON.stringify(found)}; ${fix}`;

type Sentences = (string | false | undefined)[];

/** A rule about each container: the sentences it has to say about one. */
export function eachContainer(check: (container: Container, facts: RuleFacts) => Sentences) {
  return (objects: KubernetesObject[], facts: RuleFacts): Breach[] =>
    podsOf(objects)
      .flatMap(containersOf)
      .flatMap((one) => breaches(`${one.pod.owner}, container ${one.name}`, check(one, facts)));
}

/** The same about each pod. */
export function eachPod(check: (pod: Pod) => Sentences) {
  return (objects: KubernetesObject[]): Breach[] => podsOf(objects).flatMap((pod) => breaches(pod.owner, check(pod)));
}

/** A breach for each sentence there is; false and undefined are none. */
export const breaches = (where: string, sentences: Sentences): Breach[] =>
  sentences.flatMap((text) => (text ? [{ where, text }] : []));
