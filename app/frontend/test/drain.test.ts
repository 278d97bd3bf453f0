// The end of the page's server, in a process that goes on. Does not prove: that Next.js leaves the signal to it (test/e2e/availability.test.ts).
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { drainOnSignal } from "../lib/drain";

let undo = () => {};
afterEach(() => undo());

it("tells clients that keep a connection, answers what it was asked, and ends then", async () => {
  const exit = vi.fn();
  undo = drainOnSignal(100, exit);
  let slow: (() => void) | undefined;
  const server = createServer((request, response) => {
    if (request.url === "/slow") slow = () => response.end("slow");
    else response.end("ok");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const ask = (path: string) =>
    new Promise<string | undefined>((done, fail) => {
      get({ agent, port, host: "127.0.0.1", path }, (response) => {
        response.resume().on("end", () => done(response.headers.connection));
      }).on("error", fail);
    });
  expect(await ask("/")).toBe("keep-alive");
  const waiting = ask("/slow");
  await vi.waitFor(() => expect(slow).toBeDefined());
  process.emit("SIGTERM");
  expect(await ask("/")).toBe("close");
  await new Promise((done) => setTimeout(done, 200));
  expect(server.listening).toBe(false);
  expect(exit).not.toHaveBeenCalled();
  slow?.();
  await waiting;
  await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(0));
});
