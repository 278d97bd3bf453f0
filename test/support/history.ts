// A history of a stack lab, of two releases that are called as its stack file (stack-text.ts) has them.
import type { HistoryEntry } from "local-charts/objects";

/** @param tags of backend and frontend @param digests of their objects; default: what follows from the tags */
export function entry(
  number: number,
  [backend, frontend]: [string, string],
  more: Partial<HistoryEntry> & { digests?: [string, string] } = {},
): HistoryEntry {
  const { digests = [`b-${backend}`, `f-${frontend}`], ...rest } = more;
  const release = (chart: string, image: string, digest: string) => ({
    ...{ revision: number, chart, version: "0.1.0", digest, images: [image] },
  });
  return {
    ...{
      number,
      at: `2026-11-2${number}T10:00:00.000Z`,
      by: "ann@desk",
      commit: `${number}`.repeat(40),
      changed: false,
    },
    releases: {
      "todo-backend-lab": release("todo-backend", `example.org/api:${backend}`, digests[0]),
      "todo-frontend-lab": release("todo-frontend", `example.org/page:${frontend}`, digests[1]),
    },
    details: { schema: "0001" },
    ...rest,
  };
}

/** The ConfigMap that holds it, as a list of the API server's. */
export const historyList = (entries: HistoryEntry[]) => ({
  items: [
    {
      metadata: { name: "deployments", resourceVersion: "1" },
      data: Object.fromEntries(entries.map((each) => [each.number, JSON.stringify(each)])),
    },
  ],
});
