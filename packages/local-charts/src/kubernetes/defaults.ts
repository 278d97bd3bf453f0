import type { Path } from "./path.ts";

/** What the API server fills in by itself: to it, a field that says so and one that is not there are the same. */
const DEFAULTS: [RegExp, unknown][] = [
  [/(^|\.)ports\.protocol$/, "TCP"],
  [/^spec\.type$/, "ClusterIP"],
  [/^spec\.sessionAffinity$/, "None"],
  [/^spec\.podManagementPolicy$/, "OrderedReady"],
  [/^spec\.revisionHistoryLimit$/, 10],
  [/^spec\.progressDeadlineSeconds$/, 600],
  [/^spec\.minReadySeconds$/, 0],
  [/(^|\.)template\.spec\.restartPolicy$/, "Always"],
  [/(^|\.)template\.spec\.dnsPolicy$/, "ClusterFirst"],
  [/(^|\.)template\.spec\.schedulerName$/, "default-scheduler"],
  [/(^|\.)template\.spec\.terminationGracePeriodSeconds$/, 30],
  [/\.terminationMessagePath$/, "/dev/termination-log"],
  [/\.terminationMessagePolicy$/, "File"],
  [/Probe\.httpGet\.scheme$/, "HTTP"],
  [/Probe\.initialDelaySeconds$/, 0],
  [/Probe\.periodSeconds$/, 10],
  [/Probe\.timeoutSeconds$/, 1],
  [/Probe\.successThreshold$/, 1],
  [/Probe\.failureThreshold$/, 3],
  [/KeyRef\.optional$/, false],
];

export function isDefault(path: Path, value: unknown): boolean {
  const name = path.filter((each) => !each.startsWith("[")).join(".");
  return DEFAULTS.some(([form, standard]) => standard === value && form.test(name));
}
