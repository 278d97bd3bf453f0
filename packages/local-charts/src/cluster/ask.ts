// What pods themselves answer: their logs, and what they say on the path of their probe.
import { questionsOf } from "../cause/causes.ts";
import type { Situation } from "../cause/situation.ts";
import { clusterAnswer } from "./request.ts";

const PATIENCE_MS = 5_000;
/** Lines of a log. */
const TAIL = 10;

/** Asks what is worth asking, and puts the answers into the situation; what cannot be had is left as it was. */
export async function ask(situation: Situation): Promise<void> {
  const { context, namespace } = situation;
  const { logs, answers } = questionsOf(situation);
  const place = `/api/v1/namespaces/${namespace}`;
  const options = { milliseconds: PATIENCE_MS };
  await Promise.allSettled([
    ...logs.map(async ({ pod, container, previous }) => {
      const query = `container=${container}&tailLines=${TAIL}${previous ? "&previous=true" : ""}`;
      const { status, text } = await clusterAnswer(context, `${place}/pods/${pod}/log?${query}`, options);
      if (status === 200) situation.logs.set(`${pod}/${container}`, text);
    }),
    ...answers.map(async ({ pod, path, proxy }) => {
      const { status, text } = await clusterAnswer(context, `${place}/${proxy}`, options);
      situation.answers.set(pod, { path, status, text });
    }),
  ]);
}
