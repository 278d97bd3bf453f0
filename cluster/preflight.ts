// Which engine and which images a cluster is made with; what is missing for either is one sentence, within seconds.

import { execa } from "execa";
import { after, way } from "../tools/network.ts";
import { Failure } from "../tools/program.ts";
import { type Progress, steps } from "../tools/steps.ts";
import type { Environment } from "./environment.ts";
import { isDebian } from "./offline/debian.ts";
import type { ClusterRecord } from "./profile.ts";

/** The official images' registries: Kubernetes' and Minikube's, and the one that everybody else's come from. */
const registries = ["gcr.io", "registry-1.docker.io"];

/** What decides on which ground a cluster is made. */
export interface Facts {
  /** why there is no Docker engine to be had, in a sentence; unset where one answers */
  engineLack?: string;
  /** why a registry of the official images cannot be reached; unset where all answer */
  registryLack?: string;
  /** whether this project can do without both here: as root on Debian's kind of Linux */
  canMake: boolean;
}

/**
 * How the cluster's node and images are to be provided. The official images on this machine's Docker are the rule; what
 * this project makes of packages is the last resort.
 * @throws Failure where neither is possible, naming what is missing
 */
export function choose({ engineLack, registryLack, canMake }: Facts): ClusterRecord {
  if (registryLack && !canMake)
    throw new Failure(`${registryLack}; check the network, and run this again${lastResort}`);
  if (registryLack) return { engine: engineLack ? "own" : "present", images: "made" };
  if (engineLack) throw new Failure(`${engineLack}, and run this again`);
  return { engine: "present", images: "pulled" };
}

const lastResort = " (only as root on Debian, x86-64, does this project do without them)";

/**
 * Looks at this machine and its network, and chooses.
 * @param env what differs in the environment of a new cluster
 */
export async function chooseProvisioning(env: Environment): Promise<ClusterRecord> {
  const root = process.platform === "linux" && process.arch === "x64" && process.getuid?.() === 0;
  let facts: Facts = { canMake: root && isDebian() };
  const run = async (report: Progress) => {
    report(`asking ${registries.join(" and ")}`);
    const [engineLack, registryLack] = await Promise.all([findEngine(env), findRegistries()]);
    facts = { ...facts, engineLack, registryLack };
    return `official images: ${registryLack ? "cannot be pulled" : "can be pulled"}`;
  };
  await steps([{ title: "official images: asking their registries", run }]);
  const record = choose(facts);
  if (record.images === "made") console.log(`${facts.registryLack}; so what is needed is made of packages instead`);
  return record;
}

/** Why no Docker engine answers, and what to do about it; undefined where one does. */
export async function findEngine(env: Environment = {}): Promise<string | undefined> {
  const options = { env, stdin: "ignore", all: true, timeout: 20_000, reject: false } as const;
  const { all, failed, timedOut, code } = await execa("docker", ["version"], options);
  const install = "install it (https://docs.docker.com/engine/install)";
  if (code === "ENOENT") return `docker: not on PATH; ${install} and start it`;
  if (/podman/i.test(all)) {
    return `docker: expected Docker's engine, found podman behind the command docker, with which this project was never run; ${install}, without podman-docker beside it`;
  }
  if (!failed) return undefined;
  const said = timedOut ? "nothing within 20 s" : (all.trim().split("\n").at(-1) ?? "").trim();
  if (/permission denied/i.test(all)) {
    return `docker: an engine is there, but this user may not use it (${said}); add yourself to its group (sudo usermod -aG docker $USER), log in again`;
  }
  const start = process.platform === "darwin" ? "open -a Docker" : "sudo systemctl start docker, or Docker Desktop";
  return `docker: no engine answers (${said}); start it (${start})`;
}

/** @throws Failure where this machine's Docker engine does not answer, saying whether it is missing, stopped or forbidden */
export async function assertEngine(): Promise<void> {
  const lack = await findEngine();
  if (lack) throw new Failure(`${lack}, and run this again`);
}

/** Why an official image could not be pulled: the first registry that does not answer as one, or undefined. */
export async function findRegistries(): Promise<string | undefined> {
  const lacks = await Promise.all(registries.map(findRegistry));
  return lacks.find((lack) => lack !== undefined);
}

/**
 * Asks with curl, which goes by the machine's proxies and certificates, as Docker and minikube do; Node does by neither.
 * Slow is not unreachable, and what failed by chance is asked again.
 */
async function findRegistry(host: string): Promise<string | undefined> {
  const url = `https://${host}/v2/`;
  const patience = ["--connect-timeout", "30", "--max-time", "60", "--retry", "2", "--retry-max-time", "60"];
  // The status follows the body: an output of its own, /dev/null, keeps curl from asking again.
  const args = ["--silent", "--show-error", "--write-out", "%{http_code}", ...patience, url];
  const started = Date.now();
  const { code, failed, stdout, stderr } = await execa("curl", args, { stdin: "ignore", reject: false });
  if (code === "ENOENT") throw new Failure("curl: not on PATH; install it and run this again");
  const status = stdout.slice(-3);
  // 401 is the greeting of a registry that works.
  if (!failed && ["200", "401"].includes(status)) return undefined;
  const found = failed ? (stderr.trim().split("\n").at(-1) ?? "nothing") : `HTTP ${status}`;
  return `registries: expected ${url} to answer, where official images come from, found: ${found}, ${after(started)} ${way()}`;
}
