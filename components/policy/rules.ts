// What every environment's objects have to keep to, by the ids of the project's rules where they have one.
// Pure: a rule looks at the objects of one chart as they would be installed, and says what it found.

import { CREDENTIALS } from "../../settings/fields";
import { SECRET_LIKE } from "../../settings/variables";
import type { KubernetesObject } from "../render-chart";
import { type Container, containersOf, type Pod, podsOf, serves } from "./pods";

/** What breaks a rule: where, and one sentence with what was expected, found, and the way out. */
export interface Breach {
  /** `Deployment todo-backend-dev`, followed by the container's name where it is about one. */
  where: string;
  text: string;
}

export interface Rule {
  id: string;
  title: string;
  check(objects: KubernetesObject[]): Breach[];
}

const of = ({ pod, name }: Container) => `${pod.owner}, container ${name}`;
const containers = (objects: KubernetesObject[]) => podsOf(objects).flatMap(containersOf);
const say = (what: string, found: unknown, wayOut: string) =>
  `expected ${what}, found ${found === undefined ? "nothing" : JSON.stringify(found)}; ${wayOut}`;

/** A rule about each container, or each pod: the sentences it has to say about one. */
const eachContainer =
  (check: (container: Container) => (string | false | undefined)[]) => (objects: KubernetesObject[]) =>
    containers(objects).flatMap((one) => check(one).flatMap((text) => (text ? [{ where: of(one), text }] : [])));
const eachPod = (check: (pod: Pod) => (string | false | undefined)[]) => (objects: KubernetesObject[]) =>
  podsOf(objects).flatMap((pod) => check(pod).flatMap((text) => (text ? [{ where: pod.owner, text }] : [])));

/** A tag that carries a digit, or a digest: what IfNotPresent needs to notice another image. */
const FIXED_TAG = /@sha256:[0-9a-f]{64}$|:(?!latest$)[A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]*$|:[a-f]{7,64}$/;

const replicasOf = (object: KubernetesObject) => (object.spec as { replicas?: number } | undefined)?.replicas ?? 1;

export const rules: Rule[] = [
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
        ? ["startupProbe"].map(
            (probe) => !spec[probe] && say(`a ${probe}`, undefined, "it holds the others back until the start is over"),
          )
        : [],
    ),
  },
  {
    id: "C-006",
    title: "environment variables are the only configuration",
    check: eachPod(({ spec }) =>
      (spec.volumes ?? []).map(
        (volume: Record<string, unknown>) =>
          (volume.configMap || volume.secret) &&
          say("no file of configuration", volume.name, "hand it over as a variable"),
      ),
    ),
  },
  {
    id: "C-007",
    title: "secrets are referred to by name",
    check: (objects) => [
      ...eachContainer(({ spec }) =>
        (spec.env ?? []).map(({ name, value }: { name: string; value?: string }) =>
          // `$(NAME)` is filled in by the kubelet, from a variable that is a reference itself.
          value && !/\$\([A-Z_]+\)/.test(value) && (SECRET_LIKE.test(name) || CREDENTIALS.test(value))
            ? `expected a secretKeyRef for ${name}, found its value in the clear; Helm's record and every preview would show it`
            : undefined,
        ),
      )(objects),
      ...objects.flatMap(({ kind, metadata, ...rest }) => {
        const where = `${kind} ${metadata.name}`;
        if (kind === "Secret") {
          return [{ where, text: "expected no Secret in a chart, found one; Helm's record would hold its values" }];
        }
        const data = kind === "ConfigMap" ? Object.entries((rest.data ?? {}) as Record<string, string>) : [];
        return data
          .filter(([name, value]) => SECRET_LIKE.test(name) || CREDENTIALS.test(value))
          .map(([name]) => ({
            where,
            text: `expected nothing secret in a ConfigMap, found ${name}; it belongs in a Secret`,
          }));
      }),
    ],
  },
  {
    id: "K-005",
    title: "every container has CPU and memory requests and limits",
    check: eachContainer(({ spec }) =>
      ["requests", "limits"].flatMap((bound) =>
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
      const database = (spec.env ?? []).some(({ valueFrom }: { valueFrom?: { secretKeyRef?: { key: string } } }) =>
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
            live.httpGet.path,
            "name both; with one path all is green on a dead database, or a database away restarts the app",
          ),
      ];
    }),
  },
  {
    id: "pod-security",
    title: "pods keep to the restricted Pod Security Standard, on a read-only root",
    check: (objects) => [
      ...eachPod(({ spec }) => [
        ...["hostNetwork", "hostPID", "hostIPC"].map(
          (field) => spec[field] && say(`no ${field}`, true, "the pod would see the node's own"),
        ),
        ...(spec.volumes ?? []).map(
          (volume: { name: string; hostPath?: unknown }) =>
            volume.hostPath && say("no hostPath", volume.name, "an emptyDir or a PersistentVolumeClaim"),
        ),
      ])(objects),
      ...eachContainer(({ pod, spec }) => {
        const own = spec.securityContext ?? {};
        const shared = pod.spec.securityContext ?? {};
        const wanted: [string, unknown, boolean][] = [
          [
            "runAsNonRoot: true",
            own.runAsNonRoot ?? shared.runAsNonRoot,
            (own.runAsNonRoot ?? shared.runAsNonRoot) === true,
          ],
          ["runAsUser above 0", own.runAsUser ?? shared.runAsUser, (own.runAsUser ?? shared.runAsUser) !== 0],
          [
            "seccompProfile RuntimeDefault",
            (own.seccompProfile ?? shared.seccompProfile)?.type,
            ["RuntimeDefault", "Localhost"].includes((own.seccompProfile ?? shared.seccompProfile)?.type),
          ],
          ["allowPrivilegeEscalation: false", own.allowPrivilegeEscalation, own.allowPrivilegeEscalation === false],
          ["readOnlyRootFilesystem: true", own.readOnlyRootFilesystem, own.readOnlyRootFilesystem === true],
          ["privileged: false", own.privileged, !own.privileged],
          ["capabilities.drop: [ALL]", own.capabilities?.drop, (own.capabilities?.drop ?? []).includes("ALL")],
          ["no added capabilities", own.capabilities?.add, (own.capabilities?.add ?? []).length === 0],
        ];
        return wanted.map(
          ([what, found, holds]) => !holds && say(what, found, "set it in securityContext or podSecurityContext"),
        );
      })(objects),
    ],
  },
  {
    id: "identity",
    title: "every pod has its own account, and no token",
    check: eachPod(({ spec }) => [
      ["", "default", undefined].includes(spec.serviceAccountName) &&
        say(
          "a ServiceAccount of its own",
          spec.serviceAccountName,
          "rights given to `default` are given to every pod of the namespace",
        ),
      spec.automountServiceAccountToken !== false &&
        say(
          "automountServiceAccountToken: false",
          spec.automountServiceAccountToken,
          "the application never talks to the cluster",
        ),
      spec.enableServiceLinks !== false &&
        say(
          "enableServiceLinks: false",
          spec.enableServiceLinks,
          "variables named after other Services could shadow the application's own",
        ),
    ]),
  },
  {
    id: "rollout",
    title: "an update loses no request, and a changed secret restarts its users",
    check: (objects) =>
      podsOf(objects.filter(serves)).flatMap(({ owner: where, object, metadata, spec }) => {
        const { strategy } = (object.spec ?? {}) as { strategy?: { rollingUpdate?: { maxUnavailable?: unknown } } };
        const secrets = JSON.stringify(spec.containers).includes('"secretKeyRef"');
        const checksums = Object.keys(metadata.annotations ?? {}).some((name) => name.startsWith("checksum/"));
        const texts = [
          object.kind === "Deployment" &&
            strategy?.rollingUpdate?.maxUnavailable !== 0 &&
            say(
              "maxUnavailable: 0",
              strategy?.rollingUpdate?.maxUnavailable,
              "Helm would call an update ready with no pod serving",
            ),
          secrets &&
            !checksums &&
            say("a checksum/… annotation on the pod", undefined, "Kubernetes restarts nothing for a changed Secret"),
        ];
        return texts.flatMap((text) => (text ? [{ where, text }] : []));
      }),
  },
  {
    id: "drain",
    title: "no PodDisruptionBudget blocks every drain",
    check: (objects) =>
      objects
        .filter(({ kind }) => kind === "PodDisruptionBudget")
        .flatMap((budget) => {
          const { minAvailable, maxUnavailable, selector } = budget.spec as Record<string, unknown>;
          const wanted = Object.entries((selector as { matchLabels?: Record<string, string> })?.matchLabels ?? {});
          const targets = podsOf(objects.filter(serves)).filter(({ metadata }) =>
            wanted.every(([name, value]) => metadata.labels?.[name] === value),
          );
          const pods = targets.reduce((sum, { object }) => sum + replicasOf(object), 0);
          const blocks =
            maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%" || Number(minAvailable) >= pods;
          const found = minAvailable ?? maxUnavailable;
          return blocks
            ? [
                {
                  where: `PodDisruptionBudget ${budget.metadata.name}`,
                  text: say(
                    `a budget below the ${pods} pods there are`,
                    found,
                    "at this one no node could ever be drained",
                  ),
                },
              ]
            : [];
        }),
  },
];
