// While Helm waits for pods it says nothing: why they do not get ready, said while it can still be mended.
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { containersOf, podsOf } from "../kubernetes/pods.ts";
import { missingImages } from "./missing-images.ts";
import type { PodList } from "./pods.ts";
import { clusterAnswer, clusterGet } from "./request.ts";
import { type Asked, unreadyPaths, unreadyText } from "./unready.ts";

/** What watchPods is told. */
export interface WatchOptions {
  context: string;
  namespace: string;
  /** Name of the release that is being installed, and its objects. */
  release: string;
  objects: KubernetesObject[];
  hints: WatchHints;
}

/** What may be done about what pods wait for. */
export interface WatchHints {
  /** Brings an image, which is put behind it, into the cluster's nodes: `minikube -p shop image load`. */
  loadImage?: string;
  /** What to do about what a pod of a release answers on its readiness path, in a few words; undefined where nobody knows. */
  aboutAnswer?: (release: string, answer: string) => string | undefined;
}

/** Between two looks; the first is early enough for nobody to wonder. */
const PAUSE_MS = 2_000;
const PATIENCE_MS = 5_000;
/** Sentences about one release: answers may differ each time. */
const MOST = 5;

/**
 * Says, under the component, what keeps the pods of a release from being ready: an image that they do not get, or what they
 * answer on their readiness path; each thing once, and within seconds. It ends nothing, as that may still come, and never
 * fails. Nothing in a preview.
 * @returns ends it, with a last look: where nothing was changed nobody has waited, and the pods need not be well
 */
export function watchPods(options: WatchOptions, component: pulumi.Resource): () => Promise<void> {
  const images = imagesOf(options.objects);
  if (pulumi.runtime.isDryRun() || images.length === 0) return async () => {};
  const said = new Set<string>();
  let ended = false;
  const say = (what: string, text: string) => {
    if (ended || said.has(what) || said.size >= MOST) return;
    said.add(what);
    void pulumi.log.warn(text, component);
  };
  // It must not keep a program alive that has failed.
  const lookOnce = () => look(options, images, say).catch(() => {});
  const timer = setInterval(() => void lookOnce(), PAUSE_MS).unref();
  return async () => {
    clearInterval(timer);
    await lookOnce();
    ended = true;
  };
}

async function look(
  { context, namespace, release, hints }: WatchOptions,
  images: string[],
  say: (what: string, text: string) => void,
): Promise<void> {
  const place = `/api/v1/namespaces/${namespace}`;
  const pods = (await clusterGet(context, `${place}/pods`, PATIENCE_MS)) as PodList;
  for (const { image, text } of missingImages(pods, images, { context, ...hints })) say(image, text);
  const answers = unreadyPaths(pods, images).map(async (asked: Asked) => {
    const answer = await clusterAnswer(context, `${place}/${asked.proxy}`, { milliseconds: PATIENCE_MS });
    const text = unreadyText(asked, answer, hints.aboutAnswer?.(release, answer.text));
    if (text) say(`${answer.status} ${answer.text}`, text);
  });
  await Promise.allSettled(answers);
}

/** Images of all pods that objects lead to. */
function imagesOf(objects: KubernetesObject[]): string[] {
  return [...new Set(podsOf(objects).flatMap((pod) => containersOf(pod).map(({ spec }) => spec.image ?? "")))];
}
