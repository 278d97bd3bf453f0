// The states that the chart beside this makes, and the cause that each has to be known by.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const CHART = join(import.meta.dirname, "chart");

/** Of a state that is not called after its cause. */
const CAUSES: Record<string, string> = {
  "admission-policy": "admission",
  "ends-well": "crash",
  "image-for-others": "architecture",
  "image-never-pulled": "image-not-loaded",
  "job-failed": "crash",
  "job-late": "job-failed",
  "job-stuck": "secret-missing",
  "late-image": "job-failed",
  "probe-command": "probe-failing",
  "volume-class": "storage-class",
  "volume-silent": "volume-pending",
  "webhook-away": "webhook-unreachable",
};

const { deployments, volumes, jobs, limited } = parse(readFileSync(join(CHART, "values.yaml"), "utf8"));

/** The kind of its cause, by a state's name, which is that of its workload. */
export const states = new Map(
  [...[deployments, volumes, jobs, limited].flatMap(Object.keys), "load-balancer"].map((name) => [
    name,
    CAUSES[name] ?? name,
  ]),
);
