// What a machine must have before a cluster is made on it; each shortcoming is one sentence, within seconds.

import { existsSync, mkdirSync, statfsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, totalmem } from "node:os";
import { ask, Failure } from "../tools/main.mts";
import { state } from "../tools/places.mts";
import { type ClusterRecord, cpus, diskGiB, memoryMiB, publishedPorts } from "./profile.mts";

const socket = "/var/run/docker.sock";

/**
 * Decides how the cluster's machine is made: with the Docker engine and the official images where both are reachable.
 * @throws Failure where there is no engine and none may be brought
 */
export async function chooseGround(): Promise<ClusterRecord> {
  const images = (await reachable(["https://gcr.io/v2/", "https://registry-1.docker.io/v2/"])) ? "pulled" : "made";
  if (await engineAnswers()) return { engine: "present", images };
  const mayBring = process.platform === "linux" && process.getuid?.() === 0 && existsSync("/etc/debian_version");
  if (!mayBring) await assertEngine();
  return { engine: "own", images };
}

const engineAnswers = async () => (await ask("docker", ["version", "--format", "{{.Server.Version}}"])) !== undefined;

/** @throws Failure where this machine's Docker engine does not answer, saying whether it is missing or forbidden */
export async function assertEngine(): Promise<void> {
  if (await engineAnswers()) return;
  const forbidden = await access(socket, constants.R_OK | constants.W_OK).then(
    () => false,
    (error) => error.code === "EACCES",
  );
  throw new Failure(
    forbidden
      ? `docker: ${socket} exists, but this user may not use it; add yourself to its group (sudo usermod -aG docker $USER, then log in again) and run this again`
      : "docker: no engine answers; start it, or install one (https://docs.docker.com/engine/install), and run this again (only as root on Debian does this project bring an engine of its own)",
  );
}

/** True when each registry answers at all: 401 is the usual greeting of one that works. */
async function reachable(urls: string[]): Promise<boolean> {
  const answers = await Promise.all(
    urls.map((url) =>
      fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
        () => true,
        () => false,
      ),
    ),
  );
  return answers.every(Boolean);
}

export interface Machine {
  cpus: number;
  memoryMiB: number;
  /** free space where the cluster's disk will be */
  freeGiB: number;
}

function thisMachine(): Machine {
  mkdirSync(state, { recursive: true });
  const { bavail, bsize } = statfsSync(state);
  return {
    cpus: availableParallelism(),
    memoryMiB: Math.floor(totalmem() / 2 ** 20),
    freeGiB: Math.floor((bavail * bsize) / 2 ** 30),
  };
}

/** @throws Failure naming the first thing that is too small */
export function assertRoom(machine = thisMachine()): void {
  if (machine.cpus < cpus) {
    throw new Failure(
      `CPUs: the cluster needs ${cpus}, found ${machine.cpus}; give the machine (or Docker Desktop: Settings, Resources) more`,
    );
  }
  const needed = memoryMiB + 1024; // the machine itself needs some too
  if (machine.memoryMiB < needed) {
    throw new Failure(
      `memory: the cluster needs a machine with ${needed} MiB, found ${machine.memoryMiB} MiB; give the machine more`,
    );
  }
  if (machine.freeGiB < diskGiB) {
    throw new Failure(
      `disk: the cluster needs ${diskGiB} GiB free below ${state}, found ${machine.freeGiB} GiB; free some and run this again`,
    );
  }
}

/** @throws Failure naming the first port that another program has taken */
export async function assertPortsFree(ports = publishedPorts): Promise<void> {
  for (const port of ports) {
    if (await portIsTaken(port)) {
      throw new Failure(
        `port ${port}: the cluster publishes it on 127.0.0.1, but another program listens there (\`ss -ltnp 'sport = :${port}'\` names it); end that program and run this again`,
      );
    }
  }
}

/** Whether another program listens on a port of 127.0.0.1. */
export const portIsTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });
