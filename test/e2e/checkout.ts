// A copy of the tree in which a test may edit stack files, and the commands of a person who works there: with a
// passphrase of his own, and nothing of dev's.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

export interface Outcome {
  status: number | null;
  /** both streams */
  said: string;
}

export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), "todo-checkout-"));
  readonly passphrase: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(passphrase: string) {
    this.passphrase = passphrase;
    // What this process runs with belongs to its own checkout and to stack dev.
    const { TODO_ROOT: _, PULUMI_CONFIG_PASSPHRASE_FILE: __, ...env } = process.env;
    this.env = { ...env, PULUMI_CONFIG_PASSPHRASE: passphrase };
    const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
      encoding: "utf8",
    });
    const files = list.split("\n").filter((file) => file && file !== "node_modules");
    for (const file of files) cpSync(join(root, file), join(this.folder, file));
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    // The tags of images are made from what git knows or would know.
    execFileSync("git", ["init", "--quiet"], { cwd: this.folder });
  }

  /** Runs a command to its end, whatever that is. */
  try(command: string[], { input = "", env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {}): Outcome {
    const [file, ...args] = command;
    const options = { cwd: this.folder, env: { ...this.env, ...env }, input, encoding: "utf8" as const };
    const { status, stdout, stderr } = spawnSync(file, args, { ...options, maxBuffer: 64 * 2 ** 20 });
    return { status, said: `${stdout}${stderr}` };
  }

  /** Runs a command that has to succeed, and returns what it said. */
  run(command: string[], options: { input?: string } = {}): string {
    const { status, said } = this.try(command, options);
    if (status !== 0) throw new Error(`${command.join(" ")}: ended with ${status}:\n${said}`);
    return said;
  }

  /** Runs a command on a terminal of its own, and answers the first question of Pulumi's there. */
  async answer(command: string, answer: "yes" | "no"): Promise<Outcome> {
    const child = spawn(
      "script",
      ["--quiet", "--return", "--command", `stty rows 50 cols 160; ${command}`, "/dev/null"],
      {
        cwd: this.folder,
        env: this.env,
      },
    );
    let said = "";
    let answered = false;
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (answered || !said.includes("Do you want to perform this update?")) return;
      answered = true;
      child.stdin.write(`${answer}\r`);
    });
    const status = await new Promise<number | null>((ended) => child.on("exit", ended));
    return { status, said };
  }

  /** Starts a command that goes on until it is told to stop, and answers when it has said `mark`. */
  async start(command: string[], mark: string): Promise<ChildProcess> {
    const [file, ...args] = command;
    // In a group of its own, so that all of it can be interrupted as by Ctrl-C.
    const child = spawn(file, args, {
      cwd: this.folder,
      env: this.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    await new Promise<void>((there, gone) => {
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes(mark)) there();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.on("exit", (status) => gone(new Error(`${command.join(" ")}: ended with ${status}:\n${said}`)));
    });
    return child;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What a verb of make said that had to be refused. */
export function refusal({ status, said }: Outcome): string {
  if (status !== 2) throw new Error(`expected to be refused with make's exit code 2, ended with ${status}:\n${said}`);
  return said;
}

/** Ctrl-C. */
export const interrupt = ({ pid, exitCode }: ChildProcess) => {
  if (pid !== undefined && exitCode === null) process.kill(-pid, "SIGINT");
};
