import { rules as policyRules } from "../../components/policy.ts";
import * as charts from "./charts.ts";
import * as connections from "./connections.ts";
import * as images from "./images.ts";
import * as objects from "./objects.ts";
import type { ProjectRule, Proof } from "./rule.ts";
import * as run from "./run.ts";
import * as tree from "./tree.ts";

type Collect = Proof["collect"];
const proof =
  (who: string, where: string) =>
  (what: string, collect: Collect): Proof => ({ by: `${who}, ${what}`, where, collect });

const image = proof("scan of app/*/Dockerfile", "ops/evidence/images.ts");
const chart = proof("scan of helm/", "ops/evidence/charts.ts");
const file = proof("scan of all files", "ops/evidence/tree.ts");
const rendered = proof("rendered environments", "components/rendered.ts");
const wiring = proof("wiring", "components/checks.ts");
const generator = proof("generator", "ops/generate/chart-schemas.ts");
const policy = (id: string, look: Parameters<typeof objects.policy>[1]) =>
  proof("policy", "components/policy.ts")(
    policyRules.find((rule) => rule.id === id)?.title ?? id,
    objects.policy(id, look),
  );
const cluster = (what: string, collect: Parameters<typeof run.inCluster>[0]) =>
  proof("cluster", "ops/evidence/run.ts")(what, run.inCluster(collect));
const endToEnd = (where: string, ...titles: string[]) =>
  proof("`make e2e`", `test/e2e/${where}`)(titles.map((title) => `“${title}”`).join(", "), run.endToEnd(titles));

const rule = (id: string, text: string, ...proofs: Proof[]): ProjectRule => ({ id, text, proofs });

/** Rules about how people and AI helpers work together while all this is made. No run can prove them. */
export const PROCESS = ["A-001", "A-003", "A-004", "A-005", "A-006", "A-008"];

/** All others, in the order of the report. */
export const rules: ProjectRule[] = [
  rule("C-002", "Images are built in several stages", image("stages", images.multiStage)),
  rule(
    "C-003",
    "Images and their bases are pinned, never latest",
    image("bases", images.pinnedBases),
    policy("C-003", ({ spec }) => spec.image),
  ),
  rule("C-004", "No development dependencies in an image", image("last stage", images.noDevelopmentDependencies)),
  rule("C-005", "A health endpoint for every container that serves", policy("C-005", objects.probes)),
  rule("C-006", "Environment variables are the only configuration", policy("C-006", objects.configuration)),
  rule(
    "C-007",
    "No secret in an image, ConfigMap, chart value or release record of Helm",
    image("variables and copies", images.noSecretBakedIn),
    policy("C-007", objects.secretNames),
    endToEnd("deployment.test.ts", "keeps every secret value in its Secret alone"),
    endToEnd("secrets.test.ts", "has no value anywhere else"),
  ),
  rule(
    "C-008",
    "All ports are documented: those of container, Service and README agree",
    wiring("ports of containers", connections.documentedPorts),
    image("EXPOSE", connections.exposedPorts),
  ),
  rule("K-001", "Minikube is the local cluster", cluster("nodes", run.minikube)),
  rule("K-002", "Helm is the only unit of deployment for workloads", file("manifests", tree.noLooseManifest)),
  rule("K-003", "No raw kubectl apply in the way to production", file("commands", tree.noApply)),
  rule(
    "K-004",
    "Namespaces todo-dev, todo-staging, todo-prod",
    rendered("their namespaces", run.namespaceNames),
    cluster("namespaces", run.namespaces),
  ),
  rule("K-005", "CPU and memory requests and limits on every container", policy("K-005", objects.resources)),
  rule("K-006", "Liveness and readiness probes", policy("K-006", objects.probes)),
  rule("K-007", "No database in the cluster where it is external", rendered("objects", objects.externalDatabase)),
  rule(
    "K-008",
    "Discovery by cluster DNS: each address is a rendered Service",
    wiring("connections of containers", connections.connections),
  ),
  rule("H-001", "All workloads come from charts", file("the program", tree.workloadsFromCharts)),
  rule("H-002", "One chart per service", rendered("workloads", objects.oneChartPerService)),
  rule(
    "H-003",
    "Everything configurable is in values.yaml, documented, with a closed schema",
    generator("values.schema.json", charts.schemas),
    chart("keys that templates read", charts.keysOfTemplates),
  ),
  rule("H-004", "Override files per environment", rendered("each stack file with the charts", objects.overrides)),
  rule("H-005", "Chart versions are SemVer", chart("Chart.yaml", charts.versions)),
  rule("H-006", "NOTES.txt says how to reach the service", chart("NOTES.txt", charts.notes)),
  rule("H-007", "Nothing of an environment is hard-coded in a chart", chart("each line", charts.nothingHardCoded)),
  rule("H-008", "Releases are named {service}-{environment}", rendered("releases", objects.releaseNames)),
  rule(
    "A-002",
    "AI helpers never change the cluster by themselves",
    endToEnd(
      "ask.test.ts",
      "is refused by the API server what its model has it try, though kubectl-ai takes it for a read",
      "does not run unasked what kubectl-ai itself takes for a change, and nobody is asked",
      "follows no log: one that says to delete the pod, with a password in it, changes nothing and is shown",
    ),
  ),
  rule(
    "A-007",
    "A person approves what an AI helper proposes",
    endToEnd("ask.test.ts", "explains a wrong tag, and proposes what heals it when a person applies it"),
  ),
  rule(
    "SC-001",
    "Pods are ready within 60 s of the install",
    cluster("what updates noted", run.readyWithin(60, "release")),
  ),
  rule("SC-002", "Probes pass", cluster("pods", run.podsReady)),
  rule("SC-003", "No secrets in ConfigMaps", cluster("ConfigMaps by the policy's C-007", run.configMaps)),
  rule(
    "SC-004",
    "From install to running in 5 minutes",
    cluster("what updates noted", run.readyWithin(300, "namespace")),
  ),
  rule(
    "SC-005",
    "Data survives a pod restart",
    endToEnd("todo.test.ts", "still has it after the PostgreSQL pod was deleted"),
  ),
  rule("SC-006", "Healthy in 30 s", cluster("what updates noted", run.readyWithin(30, "release"))),
  rule(
    "SC-007",
    "Rollback works",
    endToEnd("recovery.test.ts", "`make up` releases the lock, goes on from the release and deploys again"),
  ),
  rule(
    "SC-008",
    "Three environments side by side, each with its own page and data",
    endToEnd(
      "environments/side-by-side.ts",
      "each takes a todo at its own origin",
      "each shows its own alone",
      "keeps them in three databases",
    ),
  ),
];
