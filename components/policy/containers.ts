// What each container needs: an image that stays the same, amounts, and probes.
import { serves } from "../pods";
import { eachContainer, type Rule, say } from "./rule";

/** A tag that carries a digit, or a digest: what IfNotPresent needs to notice another image. */
const FIXED_TAG = /@sha256:[0-9a-f]{64}$|:(?!latest$)[A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]*$|:[a-f]{7,64}$/;

export const containerRules: Rule[] = [
  {
    id: "C-003",
    title: "images are pinned",
    check: eachContainer(({ spec }) => [
      !FIXED_TAG.test(spec.image ?? "") &&
        say("an image with a tag that never moves", spec.image, "a version, a digest or the hash of its content"),
    ]),
  },
  {
    id: "C-005",
    title: "every container that serves has a health endpoint",
    check: eachContainer(({ pod, spec, init }) =>
      serves(pod.object) && !init
        ? [!spec.startupProbe && say("a startupProbe", undefined, "it holds the others back until the start is over")]
        : [],
    ),
  },
  {
    id: "K-005",
    title: "every container has CPU and memory requests and limits",
    check: eachContainer(({ spec }) =>
      (["requests", "limits"] as const).flatMap((bound) =>
        ["cpu", "memory"].map(
          (name) =>
            !spec.resources?.[bound]?.[name] &&
            say(`resources.${bound}.${name}`, undefined, "without it one pod can starve its neighbours"),
        ),
      ),
    ),
  },
  {
    id: "K-006",
    title: "liveness and readiness are asked, and are two questions",
    check: eachContainer(({ pod, spec, init }) => {
      if (!serves(pod.object) || init) return [];
      const [live, ready] = [spec.livenessProbe, spec.readinessProbe];
      const database = (spec.env ?? []).some(({ valueFrom }) =>
        /DATABASE|POSTGRES_PASSWORD/.test(valueFrom?.secretKeyRef?.key ?? ""),
      );
      const same = live?.httpGet && live.httpGet.path === ready?.httpGet?.path;
      return [
        !live && say("a livenessProbe", undefined, "a hung process would never be restarted"),
        !ready && say("a readinessProbe", undefined, "requests would reach a pod that cannot answer them"),
        database &&
          same &&
          say(
            "a readiness path that asks the database, and a liveness path that does not",
            live?.httpGet?.path,
            "name both; with one path all is green on a dead database, or a database away restarts the app",
          ),
      ];
    }),
  },
];
