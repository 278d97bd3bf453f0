// `make bench`: how long the commands take here, each once from a defined beginning. Figures to read, never a test: they
// hold for one machine on one day. Changes stack dev of the project's own cluster, and leaves it up; ONLY=metrics needs no cluster.
import { availableParallelism, totalmem } from "node:os";
import { clusterEnvironment } from "../cluster/environment.ts";
import { profile, readRecord } from "../cluster/profile.ts";
import { GATEWAY } from "../settings/minikube.ts";
import { run } from "../tools/command.ts";
import { costTable } from "../tools/costs.ts";
import { root } from "../tools/places.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { clock } from "../tools/steps.ts";
import { measuredMetricsCost } from "./bench/metrics-cost.ts";
import { podsOf, readyWithin } from "./bench/pods.ts";
import { measuredWiring } from "./bench/wiring.ts";
import { comparedWithHelm } from "./bench/with-helm.ts";
import { waitForUrl } from "./page/url.ts";
import { usePulumi } from "./stack/pulumi.ts";

const rows: [string, string][] = [];

async function measure(title: string, work: () => Promise<unknown>): Promise<void> {
  process.stdout.write(`${title} … `);
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const text = seconds < 60 ? `${seconds.toFixed(1)} s` : `${clock(Math.round(seconds))} min`;
  rows.push([title, text]);
  console.log(text);
}

const command = (file: string, ...args: string[]) => run(file, args, { cwd: root });
const update = (...args: string[]) => command("pulumi", "up", "--stack", "dev", "--yes", "--skip-preview", ...args);

const table = (lines: string[][]) => lines.map((line) => `| ${line.join(" | ")} |`).join("\n");

async function showMetricsCost(): Promise<void> {
  console.log(
    `\nmetrics, requests per second with them as a ratio of those without:\n${(await measuredMetricsCost()).join("\n")}`,
  );
}

await runProgram(async () => {
  const only = process.argv[2];
  if (only === "metrics") return showMetricsCost();
  if (only) throw new Failure(`ONLY: expected metrics, or nothing for all of it, found ${only}; nothing was measured`);
  const record = readRecord();
  if (!record?.uid) throw new Failure("bench: there is no cluster to measure; run `make up` first");
  Object.assign(process.env, await clusterEnvironment(record));
  usePulumi("dev", record);
  await command("make", "up");

  await measure("`make tools`, all there", () => command("make", "tools"));
  await measure("`make up`, nothing changed", () => command("make", "up"));
  await measure("`pulumi up --skip-preview`, nothing changed", () => update("--expect-no-changes"));
  await measure("`pulumi preview`, nothing changed", () => command("pulumi", "preview", "--stack", "dev"));
  const ratios = await comparedWithHelm("dev");
  await measure("`make test`", () => command("make", "test"));
  await command("minikube", "--profile", profile, "stop");
  await measure("`make up` on a stopped cluster", () => command("make", "up"));
  await command("make", "down");
  await measure("first installation, images loaded: `pulumi up` until the URL answers", async () => {
    await update();
    await waitForUrl(JSON.parse(await command("pulumi", "stack", "output", "--json", "--stack", "dev")).url);
  });

  // From the newest installation, of which nothing was replaced since.
  const ready = readyWithin(await podsOf(profile, "todo-dev"));
  rows.push(["of its pods 95 of 100 ready, from their creation, within", `${ready} s`]);
  await command("make", "cluster", "ADDONS=1");
  await measure("`make cluster ADDONS=1`, all there", () => command("make", "cluster", "ADDONS=1"));
  for (const [name, namespace] of [
    ["metrics-server", "kube-system"],
    ["traefik", GATEWAY.namespace],
  ])
    await command("kubectl", "--context", profile, "delete", "deployment", name, "--namespace", namespace);
  await measure("the same, its images there and its pods not", () => command("make", "cluster", "ADDONS=1"));

  const machine = `${availableParallelism()} processors, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  console.log(`\n| on ${machine} | time |\n| --- | --- |\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}`);
  const cold = costTable();
  if (cold) console.log(`\n${cold}`);
  console.log(`\n| | Pulumi, s | Helm, s | ratio |\n| --- | --- | --- | --- |\n${table(ratios)}`);
  console.log(`\nwiring, settings to an empty list of problems:\n${(await measuredWiring()).join("\n")}`);
  await showMetricsCost();
});
