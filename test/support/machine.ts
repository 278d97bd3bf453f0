// A machine made of stubs: a PATH of its own, a system that uname says, and an internet that is a folder per host.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa, execaSync } from "execa";
import { parse } from "yaml";
import { onPath } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";

const listed = parse(readFileSync(join(root, "tools/tools.yaml"), "utf8"));
export const versions: { node: string; npm: string; packaged: Record<string, string> } = {
  node: listed.node.version,
  npm: listed.npm.version,
  packaged: listed.node.registry,
};

const basics =
  "bash sh dirname sed cksum cut tr cat rm mkdir mv ln chmod head tail tar gzip touch cp readlink cmp env wc sleep paste sha256sum sha512sum";

/** A node that says its version and, asked to run a program, that it did. */
export const node = (version: string, fits = true) =>
  `case $1 in --version) echo v${version} ;; -e) exit ${fits ? 0 : 1} ;; *) for last; do :; done; echo "node ${version} ran $last" ;; esac`;
/** An npm that installs by leaving the file that `npm ci` leaves. */
export const npm = (version: string) =>
  `case $1 in --version) echo ${version} ;; ci) mkdir -p "$3/node_modules" && touch "$3/node_modules/.package-lock.json"; echo "npm ${version} ci" >>"$LOG" ;; *) exit 1 ;; esac`;
/** Debian's: its modules are where only Debian's Node looks. */
export const debianNpm = "echo \"Error: Cannot find module 'semver'\" >&2; exit 1";

export interface Answer {
  exitCode?: number;
  stdout: string;
  stderr: string;
  /** URLs that curl was asked for, and what npm installed */
  log: string[];
}

export class Machine {
  // With a space, as a home on macOS may have.
  readonly folder = mkdtempSync(join(tmpdir(), "todo machine-"));
  readonly bin = join(this.folder, "bin");
  readonly home = join(this.folder, "home");
  readonly checkout = join(this.folder, "checkout");
  readonly cache = join(this.home, ".cache", "todo-on-minikube");
  private readonly sums = new Map<string, string>();

  constructor(system: string, processor: string) {
    for (const folder of [this.bin, this.home, join(this.checkout, "tools")]) mkdirSync(folder, { recursive: true });
    for (const name of basics.split(" ")) this.real(name);
    if (!onPath("sha256sum")) this.real("shasum");
    for (const name of ["run", "tools.yaml"]) cpSync(join(root, "tools", name), join(this.checkout, "tools", name));
    writeFileSync(join(this.checkout, "package-lock.json"), "{}\n");
    this.stub("uname", `[ "$1" = -s ] && echo ${system} || echo ${processor}`);
    // The host's folder has the file, or the host's .fail says how curl ends.
    this.stub(
      "curl",
      `args=$*; while [ $# -gt 1 ]; do [ "$1" = --output ] && out=$2; shift; done
host=\${1#*://}; host=\${host#*@}; host=\${host%%/*}
echo "$1" >>"$LOG"; echo "$args HTTPS_PROXY=\${HTTPS_PROXY-}" >>"$LOG.curl"
if [ -f "$INTERNET/$host.slow" ]; then . "$INTERNET/$host.slow"; fi
if [ -f "$INTERNET/$host.fail" ]; then read -r status text <"$INTERNET/$host.fail"; echo "curl: ($status) $text" >&2; exit $status; fi
[ -f "$INTERNET/$host/\${1##*/}" ] || { echo "curl: (22) The requested URL returned error: 404" >&2; exit 22; }
cp "$INTERNET/$host/\${1##*/}" "$out"`,
    );
    this.writeChecksums();
  }

  /** Gives it this machine's own program. */
  real(name: string): void {
    const path = onPath(name);
    rmSync(join(this.bin, name), { force: true });
    if (path) symlinkSync(path, join(this.bin, name));
  }

  stub(name: string, script: string): void {
    rmSync(join(this.bin, name), { force: true }); // a link to this machine's own must not be written through
    writeFileSync(join(this.bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  remove(...names: string[]): void {
    for (const name of names) rmSync(join(this.bin, name));
  }

  /** As on macOS: shasum, and no sha256sum. */
  macSums(): void {
    const real = onPath("sha256sum");
    if (!real) return;
    this.remove("sha256sum", "sha512sum");
    this.stub("shasum", `exec ${dirname(real)}/sha$2sum`);
  }

  /** Makes a host serve an archive of programs, whose checksum is listed. */
  serve(host: string, file: string, programs: Record<string, string>): void {
    const source = join(this.folder, "source", file);
    for (const [name, script] of Object.entries(programs)) {
      mkdirSync(dirname(join(source, "package", name)), { recursive: true });
      writeFileSync(join(source, "package", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const into = join(this.folder, "internet", host, file);
    mkdirSync(dirname(into), { recursive: true });
    execaSync("tar", ["-czf", into, "-C", source, "package"]);
    const kind = file.endsWith(".tgz") ? "sha512" : "sha256";
    this.sums.set(file, createHash(kind).update(readFileSync(into)).digest("hex"));
    this.writeChecksums();
  }

  /** What a host serves at a path; undefined where it has nothing there. */
  served(host: string, path: string): Buffer | undefined {
    const file = join(this.folder, "internet", host, basename(path));
    return existsSync(file) ? readFileSync(file) : undefined;
  }

  /** Makes the listed checksum of a file another one. */
  wrong(file: string): void {
    const right = this.sums.get(file);
    if (!right) throw new Error(`no host serves ${file}`);
    this.sums.set(file, `${right.startsWith("0") ? 1 : 0}${right.slice(1)}`);
    this.writeChecksums();
  }

  private writeChecksums(): void {
    const lines = [...this.sums].map(([file, sum]) => `${sum}  ${file}\n`);
    writeFileSync(join(this.checkout, "tools", "checksums"), lines.join(""));
  }

  /** Makes every answer of a host this end of curl. */
  fail(host: string, end: string): void {
    mkdirSync(join(this.folder, "internet"), { recursive: true });
    writeFileSync(join(this.folder, "internet", `${host}.fail`), `${end}\n`);
  }

  /** What a host does before it answers; it can write to "$out". */
  slow(host: string, script: string): void {
    mkdirSync(join(this.folder, "internet"), { recursive: true });
    writeFileSync(join(this.folder, "internet", `${host}.slow`), `${script}\n`);
  }

  npmrc(text: string): void {
    writeFileSync(join(this.home, ".npmrc"), text);
  }

  installed(): void {
    mkdirSync(join(this.checkout, "node_modules"), { recursive: true });
    writeFileSync(join(this.checkout, "node_modules", ".package-lock.json"), "{}\n");
  }

  /** @param terminal gives it one, by Linux's `script`: all it says is then in `stdout` */
  async run(env: Record<string, string> = {}, { terminal = false } = {}): Promise<Answer> {
    const log = join(this.folder, "log");
    rmSync(log, { force: true });
    const program = join(this.checkout, "tools/run");
    const [command, ...args] = terminal
      ? [onPath("script") as string, "-qec", `'${program}' program.ts`, "/dev/null"]
      : [program, "program.ts"];
    const result = await execa(command, args, {
      reject: false,
      extendEnv: false,
      env: { PATH: this.bin, HOME: this.home, LOG: log, INTERNET: join(this.folder, "internet"), ...env },
    });
    const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr, log: lines };
  }

  /** How curl was called. */
  curl(): string[] {
    return readFileSync(join(this.folder, "log.curl"), "utf8").trim().split("\n");
  }

  /** What the cache keeps of Node and npm. */
  kept(): string[] {
    const folder = join(this.cache, "tools");
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
