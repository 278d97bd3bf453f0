// A machine on which a cluster is made: docker, minikube, kubectl and curl are stubs that write down how they were called.
// What they answer follows from files: whether an engine answers, the network, whether there is a node.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { ClusterRecord } from "../../cluster/profile.ts";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";

/** What `docker version` says in the end where it fails. */
export const dockerSays = {
  stopped: "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  forbidden:
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied",
  wsl: "The command 'docker' could not be found in this WSL 2 distro.\nWe recommend to activate the WSL integration in Docker Desktop settings.",
};

const scripts = {
  docker: `case "$1 $2" in
  "version "*) if [ -f podman ]; then printf 'Client:       Podman Engine\\nVersion:      5.4.2\\n'; exit; fi
    if [ -f engine ]; then cat engine >&2; exit 1; fi; printf 'Client:\\n Version: 28.2.2\\nServer: Docker Engine\\n' ;;
  "info "*) echo '{"NCPU":4,"MemTotal":8589934592,"Name":"desktop","OperatingSystem":"Docker Desktop","DockerRootDir":"/"}' ;;
  "container ls"*) echo todo-on-minikube ;;
  "container "*) if [ -f engine ] || [ ! -f node ]; then echo "No such container" >&2; exit 1; fi; echo true ;;
  "exec "*) case "$*" in *crictl*) printf '{"images":[{"repoTags":[%s]}]}' "$(cat images 2>/dev/null)" ;; *) cat >/dev/null ;; esac ;;
  "build "*) [ ! -f broken ] || { cat broken >&2; exit 1; }; for last; do :; done; [ "$last" = - ] && tar -tf - | sort >context ;;
  "save "*) printf '"%s"' "$2" >images ;;
esac`,
  minikube: `case "$1 $2" in
  "start --help") ;;
  "start "*) [ ! -f failure ] || { cat failure >&2; exit 1; }; touch node ;;
  "delete "*) rm -f node ;;
  "profile "*) cat profiles 2>/dev/null || echo '{"invalid":[],"valid":[]}' ;;
esac`,
  kubectl: `case "$*" in *kube-system*) [ -f node ] && echo uid-1 ;; esac`,
  // As curl is asked to end: with the status, or with an error.
  curl: `for last; do :; done; host=\${last#https://}; host=\${host%%/*}
if [ -f "$host" ]; then read -r status text <"$host"; [ "$status" -ge 100 ] || { echo "curl: ($status) $text" >&2; exit "$status"; }; fi
printf %s "\${status:-401}"`,
};

export interface Made {
  exitCode?: number;
  said: string;
  /** each call of a stub, with what it found in DOCKER_HOST and MINIKUBE_HOME where they were set */
  calls: string[];
  record?: ClusterRecord;
}

export class ClusterMachine {
  readonly folder = mkdtempSync(join(tmpdir(), "todo-cluster-"));
  private readonly bin = join(this.folder, "bin");
  private readonly at = (...path: string[]) => join(this.folder, ...path);
  private readonly record = this.at("state", "todo-on-minikube", "cluster.json");

  constructor() {
    mkdirSync(this.bin);
    this.links("sh", "bash", "cat", "touch", "rm", "tar", "sort", "git");
    for (const [name, script] of Object.entries(scripts)) this.stub(name, script);
  }

  stub(name: string, script: string): void {
    const seen = ["DOCKER_HOST", "MINIKUBE_HOME"].map((each) => `\${${each}:+ ${each}=$${each}}`).join("");
    const text = `#!/bin/sh\ncd '${this.folder}'\necho "${name} $*${seen}" >>log\n${script}\n`;
    writeFileSync(join(this.bin, name), text, { mode: 0o755 });
  }

  /** Gives it programs of this machine. */
  links(...names: string[]): this {
    for (const name of names) symlinkSync(onPath(name) as string, join(this.bin, name));
    return this;
  }

  /** Takes programs from PATH. */
  without(...names: string[]): this {
    for (const name of names) rmSync(join(this.bin, name));
    return this;
  }

  /** Writes a file that the stubs go by. */
  has(name: string, text = ""): this {
    writeFileSync(this.at(name), `${text}\n`);
    return this;
  }
  hasNot(name: string): this {
    rmSync(this.at(name), { force: true });
    return this;
  }

  /** Makes every registry unreachable in this way. */
  offline(end = "6 Could not resolve host"): this {
    return this.has("gcr.io", end).has("registry-1.docker.io", end);
  }
  online(): this {
    return this.hasNot("gcr.io").hasNot("registry-1.docker.io");
  }

  /** What an earlier run has left. */
  remembers(record: ClusterRecord): this {
    mkdirSync(this.at("state", "todo-on-minikube"), { recursive: true });
    writeFileSync(this.record, JSON.stringify(record));
    return this;
  }

  /**
   * Runs `code` of a program on it; `cluster` is cluster/start.ts.
   * @param system what Node says of it: its ports are free, and its memory is enough
   */
  async run(code: string, env: Record<string, string> = {}, system = { platform: "linux", uid: 1000 }): Promise<Made> {
    const log = this.at("log");
    rmSync(log, { force: true });
    const script = `import net from "node:net";
      import os from "node:os";
      import { syncBuiltinESMExports } from "node:module";
      net.createServer = () => ({ once() {}, listen(port, host, then) { then(); }, close(then) { then(); } });
      os.totalmem = () => 16 * 2 ** 30;
      os.availableParallelism = () => 4;
      syncBuiltinESMExports();
      Object.defineProperty(process, "platform", { value: "${system.platform}" });
      process.getuid = () => ${system.uid};
      const cluster = await import("./cluster/start.ts");
      const { runProgram } = await import("./tools/program.ts");
      await runProgram(async () => { ${code} });`;
    const { all, exitCode } = await execa(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: root,
      reject: false,
      all: true,
      detached: true, // so that code can end all of it, as `kill -9` of make's process group does
      extendEnv: false,
      env: {
        NODE_OPTIONS: "--disable-warning=ExperimentalWarning --disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
        PATH: this.bin,
        HOME: this.folder,
        XDG_STATE_HOME: this.at("state"),
        TODO_CACHE: this.at("cache"),
        TMPDIR: this.folder,
        ...env,
      },
    });
    const calls = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    const record = existsSync(this.record) ? JSON.parse(readFileSync(this.record, "utf8")) : undefined;
    return { exitCode, said: String(all), calls, record };
  }

  up = (env?: Record<string, string>, system?: { platform: string; uid: number }) =>
    this.run("await cluster.ensureCluster()", env, system);

  read = (name: string) => readFileSync(this.at(name), "utf8").trim();

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
