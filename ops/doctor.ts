// `make doctor`: what is here, where it comes from, what is missing and how to get it. With an environment, what stands in its
// way. Changes nothing; where network policies count, it tries them in a namespace of its own.
import { clusterEnvironment } from "../cluster/environment.ts";
import { profile, readRecord } from "../cluster/profile.ts";
import { isCluster } from "../cluster/start.ts";
import { find, origin, type Tool, tools } from "../tools/catalog.ts";
import { tryRun } from "../tools/command.ts";
import { ensureTools } from "../tools/install.ts";
import { cache, state } from "../tools/places.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { examine } from "./doctor/environment.ts";
import { verdictLines } from "./doctor/verdict.ts";
import { usePulumi } from "./stack/pulumi.ts";
import { stackConfig } from "./stack/stack-file.ts";
import { settingsOf } from "./stack/stack-settings.ts";

const line = (verdict: string, what: string, version: string | undefined, remark: string) =>
  `${verdict.padEnd(8)} ${what.padEnd(27)} ${(version ?? "-").padEnd(9)} ${remark}`.trimEnd();

/** What `make up` does without. */
const mayLack = ({ optional, late }: Tool) => optional !== undefined || late === true;

async function doctor(): Promise<void> {
  const found = await Promise.all(tools.filter((t) => t.probe || t.plugin).map(find));
  for (const each of found) {
    const { tool, version, fits } = each;
    const verdict = fits ? "ok" : version ? "unfit" : mayLack(tool) ? "optional" : "missing";
    const hint = tool.optional ?? "make tools";
    console.log(
      line(verdict, tool.name, version, fits ? origin(each) : `wanted ${tool.fits ?? tool.version}: ${hint}`),
    );
  }
  const record = readRecord();
  if (record) Object.assign(process.env, await clusterEnvironment(record));
  const engine = await tryRun("docker", ["version", "--format", "{{.Server.Version}}"]);
  const where =
    record?.engine === "own" ? `the project's own, ${process.env.DOCKER_HOST}` : (process.env.DOCKER_HOST ?? "");
  console.log(line(engine ? "ok" : "missing", "docker engine", engine, engine ? where : "make up says what to do"));
  const answers = record?.uid !== undefined && (await isCluster(record.uid));
  const cluster = !record ? "none yet: make up" : answers ? "running" : "stopped or gone: make up";
  console.log(line(answers ? "ok" : "missing", `cluster ${profile}`, undefined, cluster));
  console.log(`\ncache  ${cache}\nstate  ${state}`);
  if (found.some(({ fits, tool }) => !fits && !mayLack(tool))) process.exitCode = 1;
}

/** @throws Failure where there is no cluster to look at, or no state of one that is not ours */
async function doctorOf(stack: string): Promise<void> {
  const record = readRecord();
  const { context } = settingsOf(stack).cluster;
  if (!record?.uid && context === profile)
    throw new Failure(`cluster ${profile}: there is none; \`make up ENV=${stack}\` makes it`);
  if (!record?.uid && !process.env.PULUMI_BACKEND_URL)
    throw new Failure(
      `PULUMI_BACKEND_URL: expected where Pulumi has stack ${stack}, which is for cluster ${context}, found nothing; set it as for \`pulumi up\` (docs/other-clusters.md)`,
    );
  await ensureTools();
  if (record) Object.assign(process.env, await clusterEnvironment(record));
  usePulumi(stack, record ?? { engine: "present", images: "pulled" });
  console.log();
  await examine(stack, record, (verdict) => {
    console.log(verdictLines([verdict]).join("\n"));
    if (verdict.is === "wrong") process.exitCode = 1;
  });
}

await runProgram(async () => {
  await doctor();
  const env = process.argv[2];
  // Of any cluster: it deploys nothing.
  if (env && stackConfig(env)) await doctorOf(env);
});
