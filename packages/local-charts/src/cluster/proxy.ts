// The way to the API server: `kubectl proxy` on a socket of its own. It reads every kubeconfig that there is, with login
// programs, proxies and certificates, and costs 30 ms; the official client for Node costs 0.9 s of processor time to load.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Ends kubectl when this process ends, however it does: the pipe is closed then, in both directions. */
const WITH_US = `exec 3<&0; "$@" </dev/null 3<&- & child=$!
trap '' PIPE
{ cat <&3; kill "$child"; } >/dev/null 2>&1 &
wait "$child"; ended=$?; rm -rf "$FOLDER"; exit "$ended"`;

/** One for each kubeconfig and context. */
const sockets = new Map<string, Promise<string>>();

/** Path of a socket that answers as the API server of a context does. @throws Error in a few words */
export function socketOf(context: string): Promise<string> {
  const key = `${process.env.KUBECONFIG ?? ""}\n${context}`;
  const known = sockets.get(key);
  if (known) return known;
  const made = startProxy(context);
  sockets.set(key, made);
  // Where it did not start, or has ended since, the next one who asks tries again.
  made.catch(() => sockets.delete(key));
  return made;

  function startProxy(context: string): Promise<string> {
    // Only this user may enter the folder, so nobody else gets to the socket.
    const folder = mkdtempSync(join(tmpdir(), "api-"));
    const socket = join(folder, "s");
    const command = ["kubectl", "proxy", "--context", context, "--unix-socket", socket];
    const env = { ...process.env, FOLDER: folder };
    const child = spawn("sh", ["-c", WITH_US, "sh", ...command], { stdio: "pipe", env });
    return new Promise((done, fail) => {
      let said = "";
      child.on("error", () => fail(new Error("sh is not on PATH")));
      child.stdin.on("error", () => {});
      child.stderr.on("data", (text) => {
        said += text;
      });
      child.stdout.on("data", () => {
        done(socket);
        // What waits for an answer keeps the program alive, not this.
        for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as Socket).unref();
        child.unref();
      });
      child.on("close", (code) => {
        sockets.delete(key);
        fail(new Error(code === 127 ? "kubectl is not on PATH" : inShort(said) || `kubectl proxy ended with ${code}`));
      });
    });
  }
}

/** `error: context "x" does not exist` without what every line begins with. */
const inShort = (said: string) =>
  said
    .trim()
    .split("\n")
    .at(-1)
    ?.replace(/^error: /, "")
    .trim();
