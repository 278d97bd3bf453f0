import { filesOf, type Outcome, type Rule, settle, type World } from "./rule";

/** What makes the local cluster: its network and its storage are there before Helm, and belong to no environment. */
const CLUSTER = /^cluster\//;
/** Text that speaks about commands rather than running them. */
const PROSE = /\.(md|lock)$|(^|\/)(package-lock\.json|go\.(mod|sum))$/;

/** K-002, H-001: what runs comes from charts, neither from manifests nor from the program itself. */
function onlyHelm(world: World): Outcome {
  // A chart of the tests is one too: Helm installs it.
  const inChart = (path: string) => `${path.split("/templates/")[0]}/Chart.yaml` in world.files;
  const yaml = filesOf(world, /\.ya?ml$/);
  const manifests = yaml.filter(([path, text]) => !inChart(path) && /^apiVersion:/m.test(text) && /^kind:/m.test(text));
  const loose = manifests
    .filter(([path]) => !CLUSTER.test(path))
    .map(([path]) => `${path}: expected no loose manifest, found one`);
  const program = filesOf(world, /^(index\.ts|components\/.*\.ts)$/);
  const direct = program.flatMap(([path, text]) =>
    [
      ...text.matchAll(
        /new (?:kubernetes|k8s)\.((?:apps|batch|yaml|kustomize)\.[\w.]+|core\.v1\.(?:Pod|ReplicationController|ConfigMap)\b)/g,
      ),
    ].map(([, type]) => `${path}: expected workloads in charts, found ${type}`),
  );
  const releases = program.filter(([, text]) => /new kubernetes\.helm\.v3\.Release\(/.test(text));
  const charts =
    releases.length === 1 ? [] : [`components: expected one file that makes Releases, found ${releases.length}`];
  return settle(
    [
      `${yaml.length} YAML files: manifests are templates of charts`,
      `${program.length} files of the program: workloads are made by ${releases.map(([path]) => path).join()} alone`,
      ...manifests
        .filter(([path]) => CLUSTER.test(path))
        .map(([path]) => `${path}: of the local cluster itself, no workload of an environment`),
    ],
    [...loose, ...direct, ...charts],
  );
}

const APPLY = /kubectl\b[^\n]*\b(apply|replace)\b|["']apply["'],/;

/** K-003 */
function noApply(world: World): Outcome {
  const all = filesOf(world, /./).filter(([path]) => !PROSE.test(path) && !/^(test|app)\/|^ops\/evidence\//.test(path));
  const found = all.flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => {
      const code = line.replace(/^\s*(#|\/\/|\*).*/, "");
      return APPLY.test(code) ? [{ path, line: `${path}:${index + 1}: ${line.trim()}` }] : [];
    }),
  );
  const documented = filesOf(world, /^(README|CONTRIBUTING)\.md$|^docs\//).flatMap(([path, text]) =>
    text
      .split("\n")
      .flatMap((line, index) => (/kubectl\b[^`]*\bapply\b/.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  const inTheWay = found.filter(({ path }) => !CLUSTER.test(path));
  if (all.length === 0) return settle([], []);
  return settle(
    [
      `${all.length} files searched for kubectl apply and replace`,
      ...found
        .filter(({ path }) => CLUSTER.test(path))
        .map(({ line }) => `${line} (makes the local cluster, no way to production)`),
    ],
    [...inTheWay.map(({ line }) => line), ...documented].map((line) => `expected no raw kubectl, found ${line}`),
  );
}

export const treeRules: Rule[] = [
  { id: "K-002", text: "Helm is the only unit of deployment for workloads", check: onlyHelm },
  { id: "H-001", text: "All workloads come from charts", check: onlyHelm },
  { id: "K-003", text: "No raw kubectl apply in the way to production", check: noApply },
];
