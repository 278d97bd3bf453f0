// Whether there is room for the cluster, asked where it will live: an engine may have a machine of its own, as Docker
// Desktop has, and then neither its processors nor its memory are this one's.
import { existsSync, mkdirSync, statfsSync } from "node:fs";
import { availableParallelism, hostname, totalmem } from "node:os";
import { tryRun } from "../tools/command.ts";
import { cache, state } from "../tools/places.ts";
import { Failure } from "../tools/program.ts";
import { type ClusterRecord, cpus, diskGiB, memoryMiB } from "./profile.ts";

export interface Room {
  cpus: number;
  memoryMiB: number;
  /** Where the cluster's disk will be, and what is free there; absent where only the engine's machine could tell. */
  disk?: { folder: string; freeGiB: number };
  /** Whose these are, in words. */
  of: string;
  /** How a person makes it more. */
  more: string;
}

/** The fields that are read of `docker info`. */
export interface EngineInfo {
  NCPU: number;
  /** bytes */
  MemTotal: number;
  /** Host name of the machine that the engine runs on. */
  Name: string;
  OperatingSystem: string;
  DockerRootDir: string;
}

/** The room that an engine has. */
export async function roomOf(engine: ClusterRecord["engine"]): Promise<Room> {
  const said = engine === "present" ? await tryRun("docker", ["info", "--format", "{{json .}}"]) : undefined;
  const info: Partial<EngineInfo> = JSON.parse(said ?? "{}");
  if (info.NCPU) return roomOfEngine(info as EngineInfo);
  mkdirSync(state, { recursive: true });
  return {
    cpus: availableParallelism(),
    memoryMiB: Math.floor(totalmem() / 2 ** 20),
    disk: freeBelow(state),
    of: "this machine",
    more: "give the machine more",
  };
}

/**
 * What an engine says of itself. Its disk is seen from here only where it runs on this machine; elsewhere minikube looks
 * at it, once the node is there.
 */
export function roomOfEngine(info: EngineInfo, here = hostname()): Room {
  const { NCPU, MemTotal, Name, OperatingSystem, DockerRootDir } = info;
  const local = Name === here;
  const more =
    OperatingSystem === "Docker Desktop"
      ? "give it more (Docker Desktop: Settings, Resources)"
      : `give ${local ? "the machine" : "the machine that it runs on"} more`;
  return {
    cpus: NCPU,
    memoryMiB: Math.floor(MemTotal / 2 ** 20),
    disk: local ? freeBelow(DockerRootDir) : undefined,
    of: `Docker (${OperatingSystem})`,
    more,
  };
}

function freeBelow(folder: string): Room["disk"] {
  if (!existsSync(folder)) return undefined;
  const { bavail, bsize } = statfsSync(folder);
  return { folder, freeGiB: Math.floor((bavail * bsize) / 2 ** 30) };
}

/** Whether a cluster can be started while tools are built, which takes GiB of memory and of disk: what both take at most. */
export const roomBeside = () =>
  process.availableMemory() >= 8 * 2 ** 30 && (freeBelow(cache)?.freeGiB ?? 0) >= diskGiB + 8;

/** @throws Failure naming the first thing that is too small */
export function assertRoom(room: Room, nodes = 1): void {
  if (room.cpus < cpus) {
    throw new Failure(`CPUs: the cluster needs ${cpus}, ${room.of} has ${room.cpus}; ${room.more} and run this again`);
  }
  const needed = nodes * memoryMiB + 1024; // what runs beside the nodes needs some too
  if (room.memoryMiB < needed) {
    throw new Failure(
      `memory: the cluster needs ${needed} MiB, ${room.of} has ${room.memoryMiB} MiB; ${room.more} and run this again`,
    );
  }
  if (room.disk && room.disk.freeGiB < diskGiB) {
    throw new Failure(
      `disk: the cluster needs ${diskGiB} GiB free below ${room.disk.folder}, found ${room.disk.freeGiB} GiB; free some and run this again`,
    );
  }
}
