// A machine with stand-ins of the project's programs, which write down how they were called.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterRecord } from "../../cluster/profile.ts";
import { verb } from "./verb.ts";

export class Stubs {
  readonly folder = mkdtempSync(join(tmpdir(), "todo-stubs-"));
  /** What the verbs keep: cluster.json, Pulumi's state. */
  readonly state = join(this.folder, "state", "todo-on-minikube");
  readonly PATH = `${join(this.folder, "bin")}:/usr/bin:/bin`;
  private readonly log = join(this.folder, "calls");

  constructor() {
    for (const path of [join(this.folder, "bin"), this.state]) mkdirSync(path, { recursive: true });
  }

  /** Puts a program on PATH; `script` is what it does beside being written down, in this folder. */
  program(name: string, script = ""): void {
    const record = `printf '%s\\n' "${name} $*" >>'${this.log}'`;
    const text = `#!/bin/bash\n${record}\ncd '${this.folder}'\n${script}\n`;
    writeFileSync(join(this.folder, "bin", name), text, { mode: 0o755 });
  }

  /** A file that the programs read. */
  file(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** A file that the programs have written. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** A stack's file. */
  stack(stack: string, text: string): void {
    writeFileSync(join(this.folder, `Pulumi.${stack}.yaml`), text);
  }

  record(record: ClusterRecord): void {
    writeFileSync(join(this.state, "cluster.json"), JSON.stringify(record));
  }

  recorded(): ClusterRecord | undefined {
    const file = join(this.state, "cluster.json");
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  }

  /** How the programs were called, in order. */
  calls(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, "utf8").trimEnd().split("\n") : [];
  }

  /** As after an earlier run: no verb looks for tools. */
  toolsAreFound(): void {
    writeFileSync(
      join(this.folder, "bin", "found.json"),
      JSON.stringify({ path: this.PATH, names: ["helm"], found: {} }),
    );
  }

  /**
   * Gives the verbs a world outside that is the same on every machine: each address answers, a registry with 401, and the
   * ports of 127.0.0.1 are free, but for those that are named.
   */
  outside(...taken: number[]): Record<string, string> {
    this.program("curl", "printf 401");
    this.file(
      "outside.mjs",
      `import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
globalThis.fetch = async () => new Response("here");
net.createServer = () => {
  const handlers = {};
  return {
    once: (event, handler) => { handlers[event] = handler; },
    listen: (port, _, done) => (${JSON.stringify(taken)}.includes(port) ? handlers.error() : done()),
    close: (done) => done(),
  };
};
syncBuiltinESMExports();
`,
    );
    return { NODE_OPTIONS: `--import=${join(this.folder, "outside.mjs")}` };
  }

  /** Runs a verb on this machine. */
  async run(name: string, args: string[] = [], env: Record<string, string | undefined> = {}) {
    const { PATH } = this;
    const bin = join(this.folder, "bin");
    rmSync(this.log, { force: true });
    return verb(name, args, {
      stdin: "ignore",
      extendEnv: false,
      env: {
        PATH,
        HOME: this.folder,
        TODO_ROOT: this.folder,
        TODO_BIN: bin,
        TODO_CACHE: join(this.folder, "cache"),
        XDG_STATE_HOME: join(this.folder, "state"),
        ...env,
      },
    });
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
