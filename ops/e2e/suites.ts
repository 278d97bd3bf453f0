// The suites that need the cluster, what they share, and which of them every change has to pass.
import { basename } from "node:path";

/** Pages of docs/, without their ending; each is written by the verb of its name. */
export const pages = ["faults", "guard"] as const;
export type Page = (typeof pages)[number];

/** A file of tests that is run in a process of its own. */
export interface Suite {
  /** Below the checkout. */
  file: string;
  /** Namespaces, and whatever else it changes: no suite that changes or reads the same runs beside it. */
  changes: string[];
  /** What nobody may change meanwhile, though it does not do so itself. */
  reads?: string[];
  /** Beyond what `make up` brings. */
  needs?: ("helm4" | "browser" | "scanners" | "assistant")[];
  /** Nothing runs beside it: it stops the cluster, or takes all the room on it. */
  alone?: true;
  /** The page of docs/ that shows what each of its tests said last. */
  page?: Page;
  /** Of one that only `make e2e ALL=1` runs: the files of the faster suites that hold every change to the same promise. */
  guardedBy?: [string, ...string[]];
}

/** `secrets` */
export const nameOf = ({ file }: Pick<Suite, "file">) => basename(file, ".test.ts");

/** Of the node's cores so many that two such suites do not find room beside each other. */
const MUCH_ROOM = "much of the node";

/** Of the node; two suites have them in turn. */
const APPLICATION_PORTS = ["node port 30302", "node port 30303"];

/** In the order in which they are started. */
export const suites: Suite[] = [
  { file: "test/e2e/secrets.test.ts", changes: ["todo-canary", "node port 30303"] },
  { file: "test/e2e/deployment.test.ts", changes: ["todo-dev"] },
  { file: "test/e2e/pods.test.ts", page: "guard", changes: [], reads: ["todo-dev"] },
  { file: "test/e2e/drift.test.ts", changes: ["todo-dev"] },
  { file: "test/e2e/todo.test.ts", changes: ["todo-dev"], needs: ["browser"] },
  { file: "test/e2e/causes.test.ts", changes: ["todo-causes", "todo-causes-limits"] },
  {
    file: "test/e2e/healing.test.ts",
    page: "faults",
    changes: ["todo-healing"],
    guardedBy: ["test/e2e/recovery.test.ts", "test/e2e/drift.test.ts"],
  },
  { file: "test/e2e/policies.test.ts", page: "guard", changes: ["todo-guarded", "todo-next-door"] },
  {
    file: "test/e2e/identity.test.ts",
    page: "guard",
    changes: ["todo-identity"],
    guardedBy: ["test/components/identity.test.ts"],
  },
  {
    file: "test/e2e/ask.test.ts",
    changes: ["todo-asked"],
    reads: ["todo-dev"],
    needs: ["assistant"],
    guardedBy: ["test/ops/ask/proxy.test.ts", "test/ops/ask/container.test.ts", "test/components/identity.test.ts"],
  },
  {
    file: "test/e2e/metrics.test.ts",
    changes: ["todo-met", "todo-met-scraper"],
    guardedBy: ["test/charts/metrics.test.ts"],
  },
  {
    file: "test/e2e/monitoring.test.ts",
    changes: ["todo-mon", "todo-monitoring", "todo-log-agent", "kube-system/metrics-server"],
    guardedBy: ["platform/test/charts.test.ts"],
  },
  { file: "test/e2e/umbrella.test.ts", changes: ["todo-umbrella-test"] },
  { file: "test/e2e/promote.test.ts", changes: ["todo-dev"] },
  {
    file: "test/e2e/other-images.test.ts",
    changes: ["todo-acme", "node port 30301"],
    guardedBy: ["test/e2e/private-registry.test.ts", "test/index.settings.test.ts"],
  },
  {
    file: "test/e2e/applications.test.ts",
    changes: [
      ...["login", "rewrite", "browser", "one", "worker"].map((name) => `todo-app-${name}`),
      ...APPLICATION_PORTS,
      MUCH_ROOM,
    ],
    needs: ["browser"],
    guardedBy: ["test/e2e/private-registry.test.ts", "test/index.settings.test.ts"],
  },
  {
    file: "test/e2e/private-registry.test.ts",
    changes: ["todo-app-registry", "registry", ...APPLICATION_PORTS],
    needs: ["browser"],
  },
  {
    file: "test/e2e/availability.test.ts",
    page: "guard",
    changes: ["todo-steady", MUCH_ROOM],
    reads: ["todo-ingress"],
    guardedBy: ["test/charts/rollout.test.ts"],
  },
  { file: "test/e2e/recovery.test.ts", page: "faults", changes: ["todo-dev"] },
  {
    file: "test/e2e/database.test.ts",
    page: "faults",
    changes: ["todo-switch", "external-database", "node port 30301"],
    reads: ["todo-dev"],
  },
  { file: "test/e2e/reach.test.ts", page: "guard", changes: ["todo-reach", "todo-ingress"] },
  {
    file: "test/e2e/scaling.test.ts",
    page: "guard",
    changes: ["todo-scaled", "kube-system/metrics-server", MUCH_ROOM],
    guardedBy: ["test/charts/rollout.test.ts"],
  },
  {
    file: "test/e2e/backup.test.ts",
    page: "guard",
    changes: ["todo-saved"],
    guardedBy: ["test/charts/backup.test.ts", "test/ops/backup.test.ts"],
  },
  { file: "test/e2e/prediction.test.ts", changes: ["todo-corpus"] },
  { file: "test/charts/helm4.test.ts", changes: [], needs: ["helm4"] },
  {
    file: "test/e2e/umbrella-helm4.test.ts",
    changes: ["todo-umbrella-test"],
    needs: ["helm4"],
    guardedBy: ["test/e2e/umbrella.test.ts", "test/charts/helm4.test.ts"],
  },
  {
    file: "test/e2e/prediction-all.test.ts",
    changes: ["todo-corpus"],
    guardedBy: ["test/e2e/prediction.test.ts", "test/corpus/edits.test.ts"],
  },
  {
    file: "test/e2e/environments.test.ts",
    changes: ["todo-staging", "todo-prod", "external-database", "todo-dev"],
    needs: ["browser"],
    alone: true,
  },
  {
    file: "test/e2e/scan.test.ts",
    changes: [],
    needs: ["scanners"],
    guardedBy: ["test/charts/pods.test.ts", "test/charts/network.test.ts"],
  },
  { file: "test/e2e/asleep.test.ts", page: "faults", changes: ["todo-dev"], alone: true },
  {
    file: "test/e2e/faults.test.ts",
    page: "faults",
    changes: ["todo-faulty"],
    alone: true,
    guardedBy: ["test/e2e/recovery.test.ts", "test/e2e/asleep.test.ts"],
  },
  {
    file: "test/e2e/drain.test.ts",
    page: "guard",
    changes: ["todo-drained", "nodes"],
    alone: true,
    guardedBy: ["test/charts/rollout.test.ts", "test/cluster/node-network.test.ts"],
  },
  {
    file: "test/e2e/kill-points.test.ts",
    page: "faults",
    changes: ["todo-killed"],
    guardedBy: ["test/e2e/recovery.test.ts", "packages/local-charts/test/live/release.test.ts"],
  },
];
