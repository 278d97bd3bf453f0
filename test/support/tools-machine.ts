// A machine on which `make tools` runs: a PATH of its own, nothing cached, and a Go that is too old to build with.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { tools } from "../../tools/catalog.ts";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";

const make = 'await (await import("./tools/install.ts")).ensureTools();';

interface Ran {
  said: string;
  exitCode?: number;
  builds: boolean;
}

export class ToolsMachine {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "todo-tools-")));
  private readonly bin = join(this.folder, "bin");
  private readonly pulumiHome = join(this.folder, "pulumi");

  constructor() {
    mkdirSync(this.bin);
    this.link("node", process.execPath);
    for (const name of ["sh", "cat", "touch", "mkdir", "cp", "nice", "rm"]) this.link(name, onPath(name) as string);
    // That it was asked is what shows that a build would begin.
    this.stub("go", 'touch "$FOLDER/go"; echo go version go1.0.0 linux/amd64');
  }

  link(name: string, path: string): void {
    symlinkSync(path, join(this.bin, name));
  }

  stub(name: string, script: string): void {
    rmSync(join(this.bin, name), { force: true }); // a link to this machine's own must not be written through
    writeFileSync(join(this.bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Gives it every tool but one. */
  lacksOnly(name: string): void {
    for (const tool of tools) {
      if (tool.name === name) continue;
      if (tool.plugin) {
        mkdirSync(join(this.pulumiHome, "plugins", `resource-${tool.plugin}-v${tool.version}`), { recursive: true });
      } else if (tool.probe && tool.name !== "node") {
        this.stub(tool.name, `echo v${tool.version}`);
      }
    }
  }

  /** What stubs wrote to `$FOLDER/log`. */
  log = () => readFileSync(join(this.folder, "log"), "utf8").trim().split("\n");

  /** Makes the tools. */
  make = (env?: Record<string, string>) => this.run(make, env);

  /** Runs a program's code; answers with what was said, how it ended, and whether a build would have begun. */
  async run(code: string, env: Record<string, string> = {}): Promise<Ran> {
    const { all, exitCode } = await this.start(code, env);
    return { said: String(all), exitCode, builds: existsSync(join(this.folder, "go")) };
  }

  /** Makes the tools, and kills all processes of it after some milliseconds, as `kill -9` of make's process group does. */
  async makeUntil(milliseconds: number): Promise<void> {
    const child = this.start(make, {}, true);
    const timer = setTimeout(() => process.kill(-(child.pid as number), "SIGKILL"), milliseconds);
    await child;
    clearTimeout(timer);
  }

  private start(code: string, env: Record<string, string>, detached = false) {
    const script = `const { runProgram } = await import("./tools/program.ts");
      await runProgram(async () => { ${code} });`;
    return execa("node", ["--input-type=module", "--eval", script], {
      cwd: root,
      reject: false,
      all: true,
      detached,
      extendEnv: false,
      env: {
        NODE_OPTIONS: "--disable-warning=ExperimentalWarning --disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
        PATH: `${join(this.folder, "cache", "bin")}:${this.bin}`,
        HOME: this.folder,
        FOLDER: this.folder,
        PULUMI_HOME: this.pulumiHome,
        TODO_CACHE: join(this.folder, "cache"),
        TODO_BIN: join(this.folder, "cache", "bin"),
        ...env,
      },
    });
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
