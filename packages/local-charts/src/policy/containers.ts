// What each container needs: an image that stays the same, amounts, and probes.
import { isPinned } from "../kubernetes/image.ts";
import { serves } from "../kubernetes/pods.ts";
import { eachContainer, expectation, type Rule } from "./rule.ts";

export const containerRules: Rule[] = [
  {
    id: "pinned-images",
    title: "images are pinned",
    check: eachContainer(({ spec }) => [
      // IfNotPresent never looks again.
      !isPinned(spec.image ?? "") &&
        expectation(
          "an image with a tag that never moves",
          spec.image,
          "a version, a digest or the hash of its content",
        ),
    ]),
  },
  {
    id: "health-endpoint",
    title: "every container that serves has a health endpoint",
    check: eachContainer(({ pod, spec, init }) =>
      serves(pod.object) && !init
        ? [
            !spec.startupProbe &&
              expectation("a startupProbe", undefined, "it holds the others back until the start is over"),
          ]
        : [],
    ),
  },
  {
    id: "resources",
    title: "every container has CPU and memory requests and limits",
    check: eachContainer(({ spec }) =>
      (["requests", "limits"] as const).flatMap((bound) =>
        ["cpu", "memory"].map(
          (name) =>
            !spec.resources?.[bound]?.[name] &&
            expectation(`resources.${bound}.${name}`, undefined, "without it one pod can starve its neighbours"),
        ),
      ),
    ),
  },
  {
    id: "probes",
    title: "liveness and readiness are asked, and are two questions",
    check: eachContainer(({ pod, spec, init }, { databaseKeys = [], askedOnce = [] }) => {
      if (!serves(pod.object) || init) return [];
      const [live, ready] = [spec.livenessProbe, spec.readinessProbe];
      const database = (spec.env ?? []).some(({ valueFrom }) =>
        databaseKeys.includes(valueFrom?.secretKeyRef?.key ?? ""),
      );
      const same = live?.httpGet && live.httpGet.path === ready?.httpGet?.path;
      return [
        !live && expectation("a livenessProbe", undefined, "a hung process would never be restarted"),
        !ready && expectation("a readinessProbe", undefined, "requests would reach a pod that cannot answer them"),
        database &&
          same &&
          !askedOnce.includes(pod.owner) &&
          expectation(
            "a readiness path that asks the database, and a liveness path that does not",
            live?.httpGet?.path,
            "name both; with one path all is green on a dead database, or a database away restarts the app",
          ),
      ];
    }),
  },
];
