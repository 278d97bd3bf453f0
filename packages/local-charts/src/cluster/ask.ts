// What pods themselves answer: their logs, and what they say on the path of their probe.
import { questionsOf } from "../cause/causes.ts";
import type { Situation } from "../cause/situation.ts";
import { clusterAnswer, isRefusal, noteRefused } from "./request.ts";

const PATIENCE_MS = 5_000;
/** Lines of a log. */
const TAIL = 10;

/** Asks what is worth asking, and puts the answers into the situation; what cannot be had is left as it was. */
export async function ask(situation: Situation): Promise<void> {
  const { context, namespace } = situation;
  const { logs, answers } = questionsOf(situation);
  const place = `/api/v1/namespaces/${namespace}`;
  /** What this login may not ask is no answer of the pod. */
  const answerOf = async (path: string) => {
    const answer = await clusterAnswer(context, path, { milliseconds: PATIENCE_MS });
    if (!isRefusal(answer)) return answer;
    noteRefused(context, path);
    return undefined;
  };
  await Promise.allSettled([
    ...logs.map(async ({ pod, container, previous }) => {
      const query = `container=${container}&tailLines=${TAIL}${previous ? "&previous=true" : ""}`;
      const answer = await answerOf(`${place}/pods/${pod}/log?${query}`);
      if (answer?.status === 200) situation.logs.set(`${pod}/${container}`, answer.text);
    }),
    ...answers.map(async ({ pod, path, proxy }) => {
      const answer = await answerOf(`${place}/${proxy}`);
      if (answer) situation.answers.set(pod, { path, ...answer });
    }),
  ]);
}
