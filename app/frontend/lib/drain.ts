import { Server, type ServerResponse } from "node:http";

/** How long clients are told. Only who asks nothing in that time may find his connection closed under his next request. */
const NOTICE_MS = 2_000;

/**
 * Ends the process without a request lost that comes on a connection which a client has kept: from the signal on each answer
 * says that its connection is not kept any more, and only after some time nothing new is taken. Next.js would close at once.
 * @returns undoes it
 */
export function drainOnSignal(noticeMs = NOTICE_MS, exit: (code: number) => void = process.exit): () => void {
  const servers = new Set<Server>();
  let ending = false;
  const { emit } = Server.prototype;
  Server.prototype.emit = function (this: Server, event: string | symbol, ...args: unknown[]) {
    servers.add(this);
    if (ending && event === "request") (args[1] as ServerResponse).setHeader("connection", "close");
    return (emit as (...all: unknown[]) => boolean).call(this, event, ...args);
  };
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(async () => {
      const closed = [...servers].map((server) => new Promise((done) => server.close(done)));
      // One that is answered now is idle afterwards.
      const idle = setInterval(() => {
        for (const server of servers) server.closeIdleConnections();
      }, 50);
      await Promise.all(closed);
      clearInterval(idle);
      exit(0);
    }, noticeMs);
  };
  process.on("SIGTERM", end).on("SIGINT", end);
  return () => {
    Server.prototype.emit = emit;
    process.off("SIGTERM", end).off("SIGINT", end);
  };
}
