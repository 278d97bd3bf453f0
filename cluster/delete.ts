// Removes the cluster with all it holds, whatever state it is in.
import { execa } from "execa";
import { run } from "../tools/command.ts";
import type { Progress } from "../tools/steps.ts";
import { clusterEnvironment } from "./environment.ts";
import { assertEngine } from "./preflight.ts";
import { type ClusterRecord, profile } from "./profile.ts";

/** Removes the cluster, the images that were built for it, an engine of its own, and its kubectl context. @throws Failure */
export async function deleteCluster(record: ClusterRecord, report: Progress): Promise<void> {
  Object.assign(process.env, await clusterEnvironment(record));
  // A node outlives its stopped or killed engine; only an engine can end it.
  const engine = record.engine === "own" ? await import("./offline/engine.ts") : undefined;
  await (engine ? engine.startEngine(report) : assertEngine());
  await run("minikube", ["delete", "--profile", profile], { report, hint: "`make doctor` says what is missing" });
  const ours = await run("docker", ["images", "--format", "{{.Repository}}:{{.Tag}}"]);
  const images = ours.split("\n").filter((image) => /^(localhost\/todo-|todo-on-minikube\/)/.test(image));
  if (images.length > 0) await execa("docker", ["rmi", ...images], { reject: false });
  await engine?.removeEngine();
  await execa("kubectl", ["config", "delete-context", profile], { reject: false });
}
