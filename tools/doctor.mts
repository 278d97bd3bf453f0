// `make doctor`: what is here, where it comes from, what is missing and how to get it. Changes nothing.
import { clusterEnvironment, profile, readRecord } from "../cluster/profile.mts";
import { clusterUid } from "../cluster/start.mts";
import { find, origin, tools } from "./catalog.mts";
import { ask, main } from "./main.mts";
import { cache, state } from "./places.mts";

const line = (verdict: string, what: string, version: string | undefined, remark: string) =>
  `${verdict.padEnd(8)} ${what.padEnd(27)} ${(version ?? "-").padEnd(9)} ${remark}`.trimEnd();

async function doctor(): Promise<void> {
  const found = await Promise.all(tools.filter((t) => t.probe || t.plugin).map(find));
  for (const each of found) {
    const { tool, version, fits } = each;
    const verdict = fits ? "ok" : version ? "unfit" : tool.optional ? "optional" : "missing";
    const wayOut = tool.optional ? "make e2e" : "make tools";
    console.log(
      line(verdict, tool.name, version, fits ? origin(each) : `wanted ${tool.fits ?? tool.version}: ${wayOut}`),
    );
  }
  const record = readRecord();
  if (record) Object.assign(process.env, await clusterEnvironment(record));
  const engine = await ask("docker", ["version", "--format", "{{.Server.Version}}"]);
  const where =
    record?.engine === "own" ? `the project's own, ${process.env.DOCKER_HOST}` : (process.env.DOCKER_HOST ?? "");
  console.log(line(engine ? "ok" : "missing", "docker engine", engine, engine ? where : "make up says what to do"));
  const uid = record?.uid && (await clusterUid());
  const cluster = !record ? "none yet: make up" : uid === record.uid ? "running" : "stopped or gone: make up";
  console.log(line(uid ? "ok" : "missing", `cluster ${profile}`, undefined, cluster));
  console.log(`\ncache  ${cache}\nstate  ${state}`);
  if (found.some(({ fits, tool }) => !fits && !tool.optional)) process.exitCode = 1;
}

await main(doctor);
