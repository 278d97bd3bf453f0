// A Docker engine of the project's own, for machines where none runs: Debian's dockerd on a socket of its own.
// It never meets an engine that is installed later: other socket, other data, other runtime folder.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run, tryRun } from "../../tools/command.ts";
import { assertCanBuild, buildSteps } from "../../tools/go-build.ts";
import { cache, state } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import type { Progress } from "../../tools/steps.ts";
import { installPackages } from "./debian.ts";

const runtimeFolder = "/run/todo-on-minikube"; // short and outside the home: a socket's path has 107 bytes at most
const dataFolder = join(state, "engine"); // holds the node's disk, and so the databases
export const engineHost = `unix://${runtimeFolder}/docker.sock`;
const log = join(dataFolder, "dockerd.log");

export const engineAnswers = async () =>
  (await tryRun("docker", ["-H", engineHost, "version", "--format", "{{.Server.Version}}"])) !== undefined;

/** Whether it has ever been started, so that it may hold something. */
export const engineHasRun = () => existsSync(dataFolder);

/** Starts the engine unless it answers. @throws Failure with the engine's last words */
export async function startEngine(report: Progress): Promise<string> {
  const done = `docker engine: runs at ${engineHost}`;
  if (await engineAnswers()) return done;
  const runtime = await ociRuntime(report); // first, as it may lack Go: then nothing is installed for nothing
  await installPackages(["docker.io", "iptables"], "dockerd", report);
  await mountCgroups();
  mkdirSync(dataFolder, { recursive: true });
  mkdirSync(runtimeFolder, { recursive: true });
  await endLeftovers();
  const config = join(dataFolder, "daemon.json");
  const settings = {
    "data-root": join(dataFolder, "data"),
    "exec-root": join(runtimeFolder, "exec"),
    pidfile: join(runtimeFolder, "docker.pid"),
    hosts: [engineHost],
    "storage-driver": "overlay2",
    "default-runtime": "restricted",
    runtimes: { restricted: { path: runtime } },
  };
  writeFileSync(config, JSON.stringify(settings, undefined, 2));
  report("starting dockerd");
  const out = openSync(log, "w");
  const engine = spawn("dockerd", ["--config-file", config], { detached: true, stdio: ["ignore", out, out] });
  engine.unref(); // it outlives this program
  for (let tries = 0; tries < 240; tries++) {
    if (await engineAnswers()) return done;
    if (engine.exitCode !== null) break;
    await sleep(250);
  }
  const last = readFileSync(log, "utf8").trim().split("\n").slice(-4).join("\n    ");
  throw new Failure(
    `docker engine: dockerd ${engine.exitCode !== null ? "ended" : "did not answer within 60 s"}, its last words (${log}):\n    ${last}`,
  );
}

/**
 * Ends what a killed engine leaves running: its containerd and shims, the containers under them, and the proxies of
 * published ports, which would go on answering for a node that is gone. The pid files go too: their numbers may by now
 * belong to anyone, and dockerd would give up or wait for them.
 */
async function endLeftovers(): Promise<void> {
  const all = processes();
  const engine = all.filter(({ name, args }) => name.startsWith("containerd") && args.includes(runtimeFolder));
  const containers = all.filter(({ parent }) => engine.some(({ pid }) => pid === parent));
  const proxies = all.filter(
    ({ name, parent }) => name === "docker-proxy" && !all.some((p) => p.pid === parent && p.name === "dockerd"),
  );
  for (const { pid } of [...containers, ...engine, ...proxies]) process.kill(pid, "SIGKILL");
  while (processes().some(({ pid }) => containers.some((container) => container.pid === pid))) await sleep(100);
  for (const file of ["docker.pid", "docker.sock", "exec/containerd/containerd.pid"])
    rmSync(join(runtimeFolder, file), { force: true });
}

/** The running processes, with the name of their program. */
function processes(): { pid: number; parent: number; name: string; args: string }[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        const parent = Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/^PPid:\s*(\d+)/m)?.[1]);
        return args[0] ? [{ pid: Number(pid), parent, name: basename(args[0]), args: args.join(" ") }] : [];
      } catch {
        return []; // it ended in the meantime
      }
    });
}

/** Ends the engine and removes what it kept. */
export async function removeEngine(): Promise<void> {
  const pidFile = join(runtimeFolder, "docker.pid");
  if ((await engineAnswers()) && existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, "utf8"));
    process.kill(pid, "SIGTERM");
    while (existsSync(`/proc/${pid}`)) await sleep(100);
  }
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1]);
  for (const mount of mounts.filter((m) => m?.startsWith(dataFolder) || m?.startsWith(runtimeFolder)).reverse())
    await run("umount", ["-l", mount]);
  rmSync(dataFolder, { recursive: true, force: true });
  rmSync(runtimeFolder, { recursive: true, force: true });
}

/** The OCI runtime that asks of this host only what it holds; see tools/go/oci-runtime. */
async function ociRuntime(report: Progress): Promise<string> {
  const folder = join(cache, "offline", "oci-runtime");
  const path = join(folder, "oci-runtime");
  if (!existsSync(path)) {
    await assertCanBuild("docker engine: its OCI runtime", 1);
    await buildSteps([{ name: "oci-runtime", into: folder, packages: { ".": ["./oci-runtime"] } }])[0].run(report);
  }
  return path;
}

/**
 * On a cgroup v1 host, mounts the controllers that systemd inside the node would otherwise mount for the whole host,
 * where they confuse the host's own runtime.
 */
async function mountCgroups(): Promise<void> {
  if (existsSync("/sys/fs/cgroup/cgroup.controllers")) return;
  const mounted = readFileSync("/proc/mounts", "utf8");
  const known = readFileSync("/proc/cgroups", "utf8");
  for (const controller of ["hugetlb", "perf_event", "net_cls", "net_prio"]) {
    const folder = `/sys/fs/cgroup/${controller}`;
    if (!known.includes(controller) || mounted.includes(` ${folder} `)) continue;
    mkdirSync(folder, { recursive: true });
    await run("mount", ["-t", "cgroup", "-o", controller, "cgroup", folder]);
  }
  // Network namespaces that the node's containers share need a mount point that propagates.
  mkdirSync("/run/netns", { recursive: true });
  if (!mounted.includes(" /run/netns ")) await run("mount", ["--bind", "/run/netns", "/run/netns"]);
  await run("mount", ["--make-shared", "/run/netns"]);
}
