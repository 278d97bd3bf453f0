// Ports of 127.0.0.1: whether another program has one, and how a person finds out which.
import { createServer } from "node:net";
import { Failure } from "../tools/program.ts";
import { publishedPorts } from "./profile.ts";

/** @throws Failure naming the first port that another program has taken */
export async function assertPortsFree(ports = publishedPorts): Promise<void> {
  for (const port of ports) {
    if (await portIsTaken(port)) throw portTaken(port, "the cluster publishes it");
  }
}

/** Whether another program listens on a port of 127.0.0.1. */
export const portIsTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });

/**
 * What to say of a port that is taken.
 * @param why who needs it, as `the cluster publishes it`
 * @param perhaps a guess at who has it
 */
export function portTaken(port: number, why: string, perhaps = ""): Failure {
  const names = `\`${whoListens(port)}\` names it${perhaps && `, perhaps ${perhaps}`}`;
  return new Failure(
    `port ${port}: ${why} on 127.0.0.1, but another program listens there (${names}); end that program and run this again`,
  );
}

/** macOS has no ss. */
export const whoListens = (port: number, platform = process.platform) =>
  platform === "darwin" ? `lsof -nP -iTCP:${port} -sTCP:LISTEN` : `ss -ltnp 'sport = :${port}'`;
