// The package as others get it: packed by npm, installed into an empty folder, and used by the program of its README.
// Does not prove: that a registry's copy is this one, nor what a cluster makes of the program.
import { strict as assert } from "node:assert";
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { packedForm, sourceForm } from "../build.ts";

const PACKAGE = resolve(import.meta.dirname, "..");
const MODULES = resolve(PACKAGE, "../../node_modules");
const read = (...path: string[]) => readFileSync(join(...path), "utf8");

const pod = (image: string, more: string) => `
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: main, image: "${image}", ${more}}]}`;
const deployment = (body: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}${body}
`;
const charts = {
  store: `${deployment(pod("redis:7.4.2", "ports: [{containerPort: 6379}]"))}---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: 6379}]}
`,
  web: deployment(
    `\n  replicas: {{ .Values.replicas }}${pod("nginx:1.29.1", 'env: [{name: STORE_URL, value: {{ required "storeUrl" .Values.storeUrl }}}]')}`,
  ),
};

/** Errors that only somebody finds who sees the types, those of other files too. */
const WRONG = `
import { type ChartArgs, chartName, prepareCharts } from "local-charts";
import { parseQuantity } from "local-charts/objects";
// @ts-expect-error
export const text: number = chartName({ chart: "./charts/web" });
// @ts-expect-error
export const chart: ChartArgs = { chart: "./charts/web", release: "web", namespace: "shop", values: { secret: null } };
// @ts-expect-error
export const prepared = prepareCharts({}, {});
// @ts-expect-error
export const quantity: string = parseQuantity("1");
`;

/** Options of the compiler that a user may have. */
const resolutions = {
  node10: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

describe("the packed package", function () {
  this.timeout(120_000);
  let folder: string;
  let shop: string;
  const run = async (command: string, args: string[], cwd = shop, env: NodeJS.ProcessEnv = {}) => {
    // What npm tells its scripts, where npm runs the tests, is not for the npm below.
    const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
    return (await promisify(execFile)(command, args, { cwd, env: { ...Object.fromEntries(own), ...env } })).stdout;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "packed-"));
    // A copy, because others use the package while this runs. An interrupted packing has left its traces in it.
    const engine = join(folder, "engine");
    cpSync(PACKAGE, engine, { recursive: true, filter: (path) => !path.startsWith(join(PACKAGE, "test")) });
    symlinkSync(MODULES, join(engine, "node_modules"));
    writeFileSync(join(engine, "package.json"), JSON.stringify(packedForm(JSON.parse(read(PACKAGE, "package.json")))));
    mkdirSync(join(engine, "dist"));
    writeFileSync(join(engine, "dist", "stale.js"), "");
    await run("npm", ["pack", "--pack-destination", folder], engine);

    shop = join(folder, "shop");
    for (const [name, text] of Object.entries(charts)) {
      mkdirSync(join(shop, "charts", name, "templates"), { recursive: true });
      writeFileSync(join(shop, "charts", name, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`);
      writeFileSync(join(shop, "charts", name, "templates", "all.yaml"), text);
    }
    const [, program] = /```ts\n([\s\S]*?)```/.exec(read(PACKAGE, "README.md")) ?? [];
    writeFileSync(join(shop, "index.ts"), program);
    writeFileSync(join(shop, "wrong.ts"), WRONG);
    writeFileSync(join(shop, "index.mjs"), program.replace("export =", "export default"));
    writeFileSync(join(shop, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    const compilerOptions = { target: "es2022", module: "commonjs", strict: true, skipLibCheck: true, types: ["node"] };
    writeFileSync(join(shop, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts", "wrong.ts"] }));
    cpSync(join(import.meta.dirname, "support", "run-program.cjs"), join(shop, "run-program.cjs"));
    // No registry is asked: what it depends on is here already.
    const { dependencies } = JSON.parse(read(PACKAGE, "package.json"));
    const here = Object.keys(dependencies).map((name) => [name, `file:${join(MODULES, name)}`]);
    const manifest = { name: "shop", private: true, main: "index.ts", overrides: Object.fromEntries(here) };
    writeFileSync(join(shop, "package.json"), JSON.stringify(manifest));
    const quiet = ["--offline", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"];
    await run("npm", ["install", ...quiet, join(folder, "local-charts-0.1.0.tgz")]);
    for (const name of ["@pulumi", "@types", "ts-node", "typescript"]) {
      symlinkSync(join(MODULES, name), join(shop, "node_modules", name));
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  it("leaves a package.json that leads to the sources, also where an earlier packing was interrupted", () => {
    const fix = "an interrupted npm pack has left it so: run node packages/local-charts/build.ts --undo";
    const now = read(PACKAGE, "package.json");
    assert.deepEqual(Object.values(JSON.parse(now).exports), ["./src/index.ts", "./src/objects.ts"], fix);
    assert.equal(existsSync(join(PACKAGE, "dist")), false, fix);
    assert.equal(read(folder, "engine", "package.json"), now);
    assert.equal(existsSync(join(folder, "engine", "dist")), false);
  });

  it("has two forms of package.json that follow from each other", () => {
    const source = JSON.parse(read(PACKAGE, "package.json"));
    const packed = packedForm(source);
    assert.notDeepEqual(packed, source);
    assert.deepEqual(packedForm(packed), packed);
    assert.equal(JSON.stringify(sourceForm(packed)), JSON.stringify(source));
    assert.equal(JSON.stringify(sourceForm(source)), JSON.stringify(source));
  });

  it("holds JavaScript, its types and the README, and nothing of before", () => {
    const names = execFileSync("tar", ["tzf", join(folder, "local-charts-0.1.0.tgz")], { encoding: "utf8" });
    const others = names
      .trim()
      .split("\n")
      .filter((name) => !/^package\/dist\/.*\.(js|d\.ts)$/.test(name));
    assert.deepEqual(others.toSorted(), ["package/README.md", "package/package.json"]);
    assert.doesNotMatch(names, /stale/);
  });

  it("type-checks the README's program, and finds what is wrong in another", async () => {
    await run(process.execPath, [join(MODULES, "typescript/bin/tsc"), "--noEmit", "-p", "."]);
  });

  for (const [name, options] of Object.entries(resolutions)) {
    it(`has types under moduleResolution ${name}`, () => {
      for (const entry of ["index", "objects"]) {
        const module = entry === "index" ? "local-charts" : `local-charts/${entry}`;
        const { resolvedModule } = ts.resolveModuleName(module, join(shop, "index.ts"), options, ts.sys);
        assert.equal(resolvedModule?.resolvedFileName, join(shop, `node_modules/local-charts/dist/${entry}.d.ts`));
      }
    });
  }

  for (const [kind, file] of [
    ["a CommonJS program", "index.ts"],
    ["an ES module", "index.mjs"],
  ]) {
    it(`installs the charts of ${kind}`, async () => {
      const env = { KUBECONFIG: join(folder, "none"), XDG_STATE_HOME: join(folder, "state") };
      const args = ["-r", "ts-node/register/transpile-only", "run-program.cjs", join(shop, file)];
      const { resources, told } = JSON.parse(await run(process.execPath, args, shop, env));
      assert.deepEqual(
        resources.map(({ type, name }: { type: string; name: string }) => `${type} ${name}`).toSorted(),
        [
          "kubernetes:core/v1:Namespace shop",
          "kubernetes:helm.sh/v3:Release store",
          "kubernetes:helm.sh/v3:Release web",
          "local-charts:index:LocalChart store",
          "local-charts:index:LocalChart web",
          "pulumi:providers:kubernetes cluster",
          "pulumi:pulumi:Stack shop-dev",
        ],
      );
      const web = resources.find(
        ({ type, name }: { type: string; name: string }) => /Release/.test(type) && name === "web",
      );
      assert.match(web.inputs.description, /^objects [0-9a-f]{12}$/);
      assert.equal(web.inputs.chart, "./charts/web");
      assert.ok(
        told.some((text: string) => /objects 1 added\n {2}\+ Deployment web$/.test(text)),
        told.join("\n"),
      );
    });
  }

  it("has a part that loads no Pulumi", async () => {
    const loaded = "Object.keys(require.cache).filter((path) => path.includes('@pulumi')).length";
    const script = `require("local-charts/objects").parseQuantity("1"); console.log(${loaded})`;
    assert.equal(await run(process.execPath, ["-e", script]), "0\n");
  });

  it("is previewed by pulumi, without a cluster", async function () {
    const plugin = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins/resource-kubernetes-v4.30.0");
    const isHere = (process.env.PATH ?? "").split(delimiter).some((path) => existsSync(join(path, "pulumi")));
    if (!isHere || !existsSync(plugin)) this.skip();
    const env = {
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "of no use elsewhere",
      PULUMI_SKIP_UPDATE_CHECK: "1",
      KUBECONFIG: join(folder, "none"),
      XDG_STATE_HOME: join(folder, "state"),
    };
    await run("pulumi", ["stack", "init", "dev", "--non-interactive"], shop, env);
    const text = await run("pulumi", ["preview", "--non-interactive", "--stack", "dev"], shop, env);
    assert.match(
      text,
      /store, the cluster could not be asked .*: objects 2 added\n +\+ Service store\n +\+ Deployment store/,
    );
    assert.match(text, /\+ 7 to create/);
  });
});
