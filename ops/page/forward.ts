// A port-forward to the pages of an environment whose Service is reachable inside the cluster only.
import { execa } from "execa";
import { redactText } from "local-charts/objects";
import { profile } from "../../cluster/profile.ts";
import { Failure } from "../../tools/program.ts";

export interface Forward {
  /** on 127.0.0.1 */
  port: number;
  /** Settles when the forward is over, with the reason. */
  over: Promise<string>;
  end(): void;
}

/**
 * Forwards a local port to the pages, and answers once it listens.
 * @param target as kubectl names it: service/todo-frontend-staging
 * @param port any free one unless given
 * @throws Failure with kubectl's reason
 */
export async function forward(stack: string, target: string, port?: number): Promise<Forward> {
  const place = ["--context", profile, "--namespace", `todo-${stack}`];
  // The Service's port by its name: its number is a setting.
  const ports = `${port ?? ""}:http`;
  const args = [...place, "port-forward", target, ports, "--pod-running-timeout=20s"];
  const child = execa("kubectl", args, { stdin: "ignore", reject: false, buffer: { stdout: false } });
  const over = child.then(({ stderr }) => reason(stderr));
  const listens = new Promise<number>((listening) => {
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [, found] = /^Forwarding from 127\.0\.0\.1:(\d+)/m.exec(said) ?? [];
      if (found) listening(Number(found));
    });
  });
  const outcome = await Promise.race([listens, over]);
  if (typeof outcome === "string") throw new Failure(outcome);
  return { port: outcome, over, end: () => child.kill() };
}

/** kubectl's last line, without its marks of severity. */
function reason(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const said = (lines.at(-1) ?? "").replace(/^(error: |Error from server \(\w+\): |E\d+.*?\] )+/, "");
  return redactText(said) || "kubectl ended";
}
