// A machine whose go is a stand-in: it says what it compiles, takes a while, and writes down what it was asked for.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { root } from "../../tools/places.ts";

/** A package compiles for a third of a second, a program is linked within one. */
const standIn = `at() { echo "$(date +%s%3N) $1 $2" >>"$FOLDER/log"; }
echo "$* CGO_ENABLED=$CGO_ENABLED GOGC=$GOGC GOMEMLIMIT=$GOMEMLIMIT GOCACHE=$GOCACHE GOMODCACHE=$GOMODCACHE" >>"$FOLDER/said"
[ "$1" = build ] || exit 0
mains=
while [ $# -gt 0 ]; do
  case $1 in
    -o) out=$2; shift ;;
    -*|build) ;;
    *) mains="$mains \${1##*/}"
      at "\${1##*/}" compiles; sleep 0.3
      case $1 in ./*) echo "example.org/\${1#./}" >&2 ;; *) echo "$1" >&2 ;; esac ;;
  esac
  shift
done
for main in $mains; do
  at "$main" links
  sleep 1
  case $out in */) file=$out$main ;; *) file=$out ;; esac
  echo "#!/bin/sh" >"$file"
done`;

export class GoMachine {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "todo-go-")));
  readonly cache = join(this.folder, "cache");

  constructor() {
    for (const name of ["bin", "tools/go"]) mkdirSync(join(this.folder, name), { recursive: true });
    writeFileSync(join(this.folder, "tools/go/go.mod"), "module example.org\n");
    this.stub(standIn);
  }

  stub(script: string): void {
    writeFileSync(join(this.folder, "bin/go"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Runs a program's code, in which `build(name, build)` builds into the folder of tools. */
  run(code: string) {
    const script = `import { buildSteps } from "${root}/tools/go-build.ts";
      const build = (name, rest) => {
        const into = [process.env.TODO_CACHE + "/tools/" + name, rest.version].filter(Boolean).join("-");
        return buildSteps([{ name, into, ...rest }])[0].run(() => {});
      };
      ${code}`;
    return execa("node", ["--input-type=module", "--eval", script], {
      reject: false,
      env: {
        NODE_OPTIONS: "--disable-warning=ExperimentalWarning --disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
        TODO_ROOT: this.folder,
        TODO_CACHE: this.cache,
        FOLDER: this.folder,
        PATH: `${join(this.folder, "bin")}:${process.env.PATH}`,
      },
    });
  }

  /** What stands in the folder of tools, or in one of them. */
  tools = (name = "") => readdirSync(join(this.cache, "tools", name)).sort();

  /** What go was called with, and some of its environment. */
  said = () => readFileSync(join(this.folder, "said"), "utf8");

  private lines = () => readFileSync(join(this.folder, "log"), "utf8").trim().split("\n");

  /** What it did, in order. */
  log = () => this.lines().map((line) => line.replace(/^\d+ /, ""));

  /** Since when, in milliseconds. */
  when = (what: string) =>
    Number(
      this.lines()
        .find((line) => line.endsWith(` ${what}`))
        ?.split(" ")[0],
    );

  end(): void {
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
  }
}
