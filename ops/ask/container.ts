// The container that kubectl-ai runs in. What its model has it run is a shell's: what must not be reached is not in there.
import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { redactText } from "local-charts/objects";
import { Failure } from "../../tools/program.ts";
import type { Limits } from "./limits.ts";
import { plain } from "./text.ts";

/** What a helper gets, and nothing else. */
export interface Given {
  image: string;
  /** Holds its kubeconfig, its instructions, and the sockets cluster.sock and model.sock. */
  folder: string;
  /** Paths of programs that need no library. */
  programs: { kubectl: string; "kubectl-ai": string };
  model: string;
  /** By which the proxy knows it. */
  token: string;
  question: string;
}

export const CLUSTER_DOOR = "https://127.0.0.1:6443";
const MODEL_DOOR = "http://127.0.0.1:8080/v1";

/** Arguments of docker. Pure. */
export function containerArgs(
  name: string,
  { image, folder, programs, model, question }: Given,
  user: string,
  { steps, seconds }: Limits,
): string[] {
  const isolation = [
    ...["--network", "none", "--read-only", "--tmpfs", "/tmp:mode=1777,size=64m", "--user", user],
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--memory", "512m", "--cpus", "1", "--pids-limit", "128"],
  ];
  const mounts = [
    `${folder}:/ask`,
    ...Object.entries(programs).map(([tool, path]) => `${path}:/usr/local/bin/${tool}`),
  ];
  const helper = [
    // Also where nobody is there any more to end it.
    ...["timeout", "--kill-after=5", String(seconds + 10)],
    ...["kubectl-ai", "--quiet", "--llm-provider", "openai", "--model", model, "--kubeconfig", "/ask/kubeconfig"],
    // The proxy's limit comes first, and says so.
    ...["--max-iterations", String(steps + 1), "--extra-prompt-paths", "/ask/instructions"],
  ];
  return [
    ...["run", "--rm", "--name", name, ...isolation, ...mounts.flatMap((mount) => ["--volume", `${mount}:ro`])],
    // Its value comes by docker's own environment.
    ...["--env", "HOME=/tmp", "--env", `OPENAI_ENDPOINT=${MODEL_DOOR}`, "--env", "OPENAI_API_KEY"],
    ...[image, ...helper, "--", question],
  ];
}

/**
 * Runs the helper until `answer` is there: its own end is not waited for, as it now and then stays.
 * @throws Failure where it ends without one, or the time is over
 */
export async function runHelper(given: Given, limits: Limits, answer: Promise<string>): Promise<string> {
  const name = `todo-ask-${randomBytes(6).toString("hex")}`;
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const env = { OPENAI_API_KEY: given.token };
  const args = containerArgs(name, given, user, limits);
  const child = start(args, env);
  const ended = new AbortController();
  try {
    return await Promise.race([answer, ending(child), refusal(child), timeOver(limits, ended.signal)]);
  } finally {
    ended.abort();
    await execa("docker", ["rm", "--force", name], { reject: false });
    await child;
  }
}

const start = (args: string[], env: Record<string, string>) =>
  execa("docker", args, { env, stdin: "ignore", all: true, reject: false, maxBuffer: 2 ** 20 });

type Child = ReturnType<typeof start>;

async function ending(child: Child): Promise<never> {
  const { all, exitCode } = await child;
  const last = redactText(plain(String(all ?? "")))
    .trim()
    .split("\n")
    .slice(-3)
    .join(" ");
  throw new Failure(
    `kubectl-ai: expected an answer, found that it ended with ${exitCode} (${last || "without a word"}); ask again`,
  );
}

/** It does not run unasked what it takes for a change, and here nobody is asked. */
function refusal(child: Child): Promise<never> {
  let said = "";
  return new Promise((_, reject) => {
    child.all?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [, commands] = /require approval:\n((?:\* .*\n)+)/.exec(plain(said)) ?? [];
      if (!commands) return;
      const list = commands.trim().replace(/^\* /gm, "").replaceAll("\n", ", ");
      reject(
        new Failure(
          `kubectl-ai: expected commands that read, found what it takes for a change, and did not run it: ${redactText(list)}; ask what is wrong, not to mend it`,
        ),
      );
    });
  });
}

function timeOver({ seconds }: Limits, ended: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = () =>
      reject(
        new Failure(
          `kubectl-ai: expected an answer within ${seconds} s, found none; ask a narrower question, or give it longer (WITHIN=${seconds * 2})`,
        ),
      );
    const timer = setTimeout(late, seconds * 1000);
    ended.addEventListener("abort", () => clearTimeout(timer));
  });
}
