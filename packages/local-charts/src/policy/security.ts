// What a pod may do to its node and its cluster.
import { eachContainer, eachPod, expectation, type Rule } from "./rule.ts";

export const securityRules: Rule[] = [
  {
    id: "pod-security",
    title: "pods keep to the restricted Pod Security Standard, on a read-only root",
    check: (objects, facts) => [
      ...eachPod(({ spec }) => [
        ...(["hostNetwork", "hostPID", "hostIPC"] as const).map(
          (field) => spec[field] && expectation(`no ${field}`, true, "the pod would see the node's own"),
        ),
        ...(spec.volumes ?? []).map(
          (volume) =>
            volume.hostPath && expectation("no hostPath", volume.name, "an emptyDir or a PersistentVolumeClaim"),
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
            ["RuntimeDefault", "Localhost"].includes((own.seccompProfile ?? shared.seccompProfile)?.type ?? ""),
          ],
          ["allowPrivilegeEscalation: false", own.allowPrivilegeEscalation, own.allowPrivilegeEscalation === false],
          ["readOnlyRootFilesystem: true", own.readOnlyRootFilesystem, own.readOnlyRootFilesystem === true],
          ["privileged: false", own.privileged, !own.privileged],
          ["capabilities.drop: [ALL]", own.capabilities?.drop, (own.capabilities?.drop ?? []).includes("ALL")],
          ["no added capabilities", own.capabilities?.add, (own.capabilities?.add ?? []).length === 0],
        ];
        return wanted.map(
          ([what, found, holds]) =>
            !holds && expectation(what, found, "set it in securityContext or podSecurityContext"),
        );
      })(objects, facts),
    ],
  },
  {
    id: "identity",
    title: "every pod has its own account, and no token",
    check: eachPod(({ spec }) => [
      ["", "default", undefined].includes(spec.serviceAccountName) &&
        expectation(
          "a ServiceAccount of its own",
          spec.serviceAccountName,
          "rights given to `default` are given to every pod of the namespace",
        ),
      spec.automountServiceAccountToken !== false &&
        expectation(
          "automountServiceAccountToken: false",
          spec.automountServiceAccountToken,
          "the application never talks to the cluster",
        ),
      spec.enableServiceLinks !== false &&
        expectation(
          "enableServiceLinks: false",
          spec.enableServiceLinks,
          "variables named after other Services could shadow the application's own",
        ),
    ]),
  },
];
