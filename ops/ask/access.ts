// The folder that a helper is given: who it is to the cluster, what it is told, and its two ways out.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Issued } from "../identity/make.ts";
import { CLUSTER_DOOR } from "./container.ts";

/** The shortest that a cluster gives. */
export const TOKEN_SECONDS = 600;

type Kubeconfig = Issued["kubeconfig"];

/** A kubeconfig by which its cluster is reached through the door, and known by its own name. Pure. */
export function throughDoor(kubeconfig: Kubeconfig): Kubeconfig {
  const clusters = kubeconfig.clusters.map(({ name, cluster }) => ({
    name,
    cluster: { "tls-server-name": addressOf(kubeconfig).host, ...cluster, server: CLUSTER_DOOR },
  }));
  return { ...kubeconfig, clusters };
}

/** Where the API server is. */
export function addressOf({ clusters }: Kubeconfig): { host: string; port: number } {
  const { hostname, port } = new URL(String(clusters[0].cluster.server));
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443) };
}

/** A way of bytes to one address, and to no other; what goes along is between both ends, which speak TLS. */
export function relayTo({ host, port }: { host: string; port: number }): Server {
  return createServer((inside) => {
    const outside = connect(port, host);
    const end = (socket: Socket) => () => socket.destroy();
    inside.on("error", end(outside)).on("close", end(outside)).pipe(outside);
    outside.on("error", end(inside)).on("close", end(inside)).pipe(inside);
  });
}

/** Works with the folder, which is gone afterwards, with what listens in it. */
export async function withFolder<T>(
  kubeconfig: Kubeconfig,
  instructions: string,
  model: Server,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "todo-ask-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove); // as by Ctrl-C
  const relay = relayTo(addressOf(kubeconfig));
  try {
    writeFileSync(join(folder, "kubeconfig"), stringify(throughDoor(kubeconfig)), { mode: 0o600 });
    writeFileSync(join(folder, "instructions"), instructions);
    await Promise.all([listening(model, join(folder, "model.sock")), listening(relay, join(folder, "cluster.sock"))]);
    return await work(folder);
  } finally {
    relay.close();
    model.close();
    process.off("exit", remove);
    remove();
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once("error", fail).listen(path, () => {
      chmodSync(path, 0o600);
      done();
    });
  });
}
