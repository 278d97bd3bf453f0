// What can be asked of objects, quantities and texts: pure, and without Pulumi, so that quick programs start quickly.

export { causesOf } from "./cause/causes.ts";
export type { CauseHints } from "./cause/pod.ts";
export { type Saved, savedCauses } from "./cause/saved.ts";
export type { Cause, LiveEvent, LiveObject, Situation } from "./cause/situation.ts";
export { type Diagnosis, diagnose, situationOf } from "./cluster/diagnose.ts";
export { type Entry as HistoryEntry, entriesOf, type HealthyRelease, HISTORY } from "./history/entry.ts";
export { readHistory } from "./history/record.ts";
export { compare, type FieldChange, fieldChanges, type ObjectChange } from "./kubernetes/compare.ts";
export { isLoopback } from "./kubernetes/host.ts";
export { IMAGE_NAME, IMAGE_TAG, imageText, isPinned, PINNED_TAG, PINNED_TAG_OR_DIGEST } from "./kubernetes/image.ts";
export { readManifests } from "./kubernetes/manifests.ts";
export { familyName, isMap, type KubernetesObject, title } from "./kubernetes/object.ts";
export { pathText } from "./kubernetes/path.ts";
export { type Container, type ContainerSpec, containersOf, type Pod, podsOf, serves } from "./kubernetes/pods.ts";
export { CPU, MEMORY, parseQuantity } from "./kubernetes/quantity.ts";
export { driftLines } from "./live/as-live.ts";
export { type Drifted, type Live, lookAt } from "./live/look.ts";
export { putBack } from "./live/put-back.ts";
export { type Consequence, consequences } from "./preview/consequences.ts";
export { type Deployed, deployedReleases } from "./preview/deployed.ts";
export { type Entry, type FullReport, REPORT_FILE_VARIABLE, type Report, report } from "./preview/report.ts";
export { foldedLines, isFolded, objectLines, runLines } from "./preview/text.ts";
export { hardLimits, peak, type Quota, quotaProblems } from "./quota.ts";
export { redactText, SECRET_LIKE, SURELY_SECRET, URL_WITH_PASSWORD } from "./redact/credentials.ts";
export { redactor } from "./redact/values.ts";
export { clusterName } from "./wiring/addresses.ts";
