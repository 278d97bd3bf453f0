// Rules about the way to the cluster: a scan of all files.
import { type EvidenceInput, filesOf, linesOf } from "./input.ts";
import { broken, type Line, verdict } from "./rule.ts";

/** All but what makes the local cluster: its network and its storage are there before Helm, for no environment. */
const isForEnvironments = (path: string) => !path.startsWith("cluster/");

/** K-002: manifests are templates of charts, or what those are generated from. Those of the tests are charts too. */
export function noLooseManifest(input: EvidenceInput): Line[] {
  const isTemplate = (path: string) =>
    `${path.split("/templates/")[0]}/Chart.yaml` in input.files || path.startsWith("helm/shared/");
  const manifests = filesOf(input, /\.ya?ml$/).filter(([, text]) => /^apiVersion:/m.test(text) && /^kind:/m.test(text));
  const others = manifests.map(([path]) => path).filter((path) => !isTemplate(path));
  if (manifests.length === 0) return [];
  return [
    ...verdict(`${manifests.length} manifests`, `of charts; of the local cluster itself are ${others.join(", ")}`),
    ...broken(others.filter(isForEnvironments).map((path) => `${path}: expected no loose manifest, found one`)),
  ];
}

const WORKLOAD =
  /new (?:kubernetes|k8s)\.((?:apps|batch|yaml|kustomize)\.[\w.]+|core\.v1\.(?:Pod|ReplicationController|ConfigMap)\b)/g;

/** H-001: the program makes Releases, and no workload itself. */
export function workloadsFromCharts(input: EvidenceInput): Line[] {
  const program = filesOf(input, /^(index\.ts|(components|packages\/local-charts\/src)\/.*\.ts)$/);
  const releases = program.filter(([, text]) => text.includes("new kubernetes.helm.v3.Release(")).map(([path]) => path);
  const direct = program.flatMap(([path, text]) =>
    [...text.matchAll(WORKLOAD)].map(([, type]) => `${path}: expected workloads in charts, found ${type}`),
  );
  const wrong = releases.length !== 1 && `expected one that makes Releases, found ${releases.length}`;
  return [
    ...verdict(`${program.length} files of the program`, `workloads are made by ${releases} alone`, wrong),
    ...broken(direct),
  ];
}

/** Tests and checksums run nothing in the way to production; the evidence and its page speak of commands. */
const RUNS_NOTHING =
  /\.lock$|(^|\/)(package-lock\.json|go\.(mod|sum))$|^(test|app|ops\/evidence)\/|^docs\/evidence\.md$/;
const APPLIES = /kubectl\b[^`]*\b(apply|replace)\b|["']apply["'],/;

/** K-003: neither run nor, in documentation, recommended. */
export function noApply(input: EvidenceInput): Line[] {
  const files = filesOf(input, /./).filter(([path]) => !RUNS_NOTHING.test(path));
  const found = linesOf(files)
    .filter(({ line }) => APPLIES.test(line.replace(/^\s*(#|\/\/|\*).*/, "")))
    .map(({ at, line }) => `${at}: ${line.trim()}`);
  if (files.length === 0) return [];
  return [
    ...verdict(`${files.length} files`, `kubectl apply and replace only make the local cluster: ${found.join(", ")}`),
    ...broken(found.filter(isForEnvironments).map((line) => `expected no raw kubectl, found ${line}`)),
  ];
}
