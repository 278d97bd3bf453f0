import { type Container, containersOf, type Pod, podsOf } from "../pods";
import type { KubernetesObject } from "../render-chart";

/** What breaks a rule: where, and one sentence with what was expected, found, and the way out. */
export interface Breach {
  /** `Deployment todo-backend-dev`, followed by the container's name where it is about one. */
  where: string;
  text: string;
}

/** Pure: looks at the objects of one chart as they would be installed, and says what it found. */
export interface Rule {
  /** Of the project's rules where it is one of them. */
  id: string;
  title: string;
  check(objects: KubernetesObject[]): Breach[];
}

export const say = (what: string, found: unknown, wayOut: string) =>
  `expected ${what}, found ${found === undefined ? "nothing" : JSON.stringify(found)}; ${wayOut}`;

type Sentences = (string | false | undefined)[];

/** A rule about each container: the sentences it has to say about one. */
export function eachContainer(check: (container: Container) => Sentences) {
  return (objects: KubernetesObject[]): Breach[] =>
    podsOf(objects)
      .flatMap(containersOf)
      .flatMap((one) => breaches(`${one.pod.owner}, container ${one.name}`, check(one)));
}

/** The same about each pod. */
export function eachPod(check: (pod: Pod) => Sentences) {
  return (objects: KubernetesObject[]): Breach[] => podsOf(objects).flatMap((pod) => breaches(pod.owner, check(pod)));
}

export const breaches = (where: string, sentences: Sentences): Breach[] =>
  sentences.flatMap((text) => (text ? [{ where, text }] : []));
