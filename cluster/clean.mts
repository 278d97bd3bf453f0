// `make clean`: removes the cluster with its data, and everything that was made for it. What is expensive to make again
// and belongs to no cluster (tools, image parts) stays, unless `make clean ALL=1`.
import { rmSync } from "node:fs";
import { execa } from "execa";
import { pluginHome, tools } from "../tools/catalog.mts";
import { ask, main, run, steps } from "../tools/main.mts";
import { cache, state } from "../tools/places.mts";
import { clusterEnvironment, profile, readRecord } from "./profile.mts";

await main(async () => {
  const all = process.argv.includes("ALL=1");
  const record = readRecord();
  if (record) {
    Object.assign(process.env, await clusterEnvironment(record));
    await steps([{ title: `cluster ${profile}: deleting`, run: deleteCluster }]);
  }
  rmSync(state, { recursive: true, force: true });
  console.log(`removed the state in ${state}`);
  if (!all) return console.log(`kept the tools in ${cache}; \`make clean ALL=1\` removes them too`);
  for (const path of [cache, ...tools.filter(({ plugin }) => plugin).map(pluginHome)])
    rmSync(path, { recursive: true, force: true });
  console.log(`removed ${cache} and Pulumi's plugins`);

  async function deleteCluster(report: (line: string) => void): Promise<void> {
    // A node may outlive its killed engine; only an engine can end it.
    if (record?.engine === "own") await (await import("./offline/engine.mts")).startEngine(report);
    if (await ask("docker", ["version"])) {
      await run("minikube", ["delete", "--profile", profile], { report });
      const ours = await run("docker", ["images", "--format", "{{.Repository}}:{{.Tag}}"]);
      const images = ours.split("\n").filter((image) => /^(localhost\/todo-|todo-on-minikube\/)/.test(image));
      if (images.length > 0) await execa("docker", ["rmi", ...images], { reject: false });
    }
    if (record?.engine === "own") await (await import("./offline/engine.mts")).removeEngine();
    await execa("kubectl", ["config", "delete-context", profile], { reject: false });
  }
});
