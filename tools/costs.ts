// What expensive steps have cost on this machine, when they were last done: what `make bench` shows.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./places.ts";

/** In seconds. */
export interface Cost {
  wall: number;
  /** of processors, user and system; unknown where others did the work */
  cpu?: number;
}

const file = join(cache, "costs.json");

/** In the order in which they were first done. */
export const costs = (): Record<string, Cost> => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {});

const minutes = (seconds: number) =>
  `${Math.floor(Math.round(seconds) / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

/** A table of them in Markdown; empty where nothing expensive was done yet, as where releases and images can be had. */
export function costTable(all = costs()): string {
  const rows = Object.entries(all);
  if (rows.length === 0) return "";
  const sum = (key: "wall" | "cpu") => rows.reduce((total, [, cost]) => total + (cost[key] ?? 0), 0);
  const line = (what: string, { wall, cpu }: Cost) => `| ${what} | ${minutes(wall)} | ${cpu?.toFixed(0) ?? ""} |`;
  return [
    "| a cold run here | min | processors, s |",
    "| --- | --- | --- |",
    ...rows.map(([what, cost]) => line(what, cost)),
    line("all, one after another", { wall: sum("wall"), cpu: sum("cpu") }),
  ].join("\n");
}

export function recordCost(what: string, cost: Cost): void {
  mkdirSync(cache, { recursive: true });
  const part = `${file}.part.${process.pid}`;
  writeFileSync(part, JSON.stringify({ ...costs(), [what]: cost }, undefined, 2));
  renameSync(part, file);
}
