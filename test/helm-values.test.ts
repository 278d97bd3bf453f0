// The values files for installing with Helm alone, rendered by the real helm.
// Does not prove: that a cluster takes the objects, nor that somebody has made the Secrets that they name.
import { strict as assert } from "node:assert";
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { helmTemplate } from "../components/helm-template";
import { valuesFile, valuesText, withoutChecksum } from "../components/helm-values";
import { chartsOf, partsOf } from "../components/parts";
import { type ChartArgs, digest, type KubernetesObject, render } from "../components/render-chart";
import { readSettings } from "../settings";
import { ROOT } from "./support/mocks";

const parts = (stack: string) => partsOf(readSettings(ROOT, stack, { assumeSecrets: true }));
const KUBERNETES = ["--kube-version", "1.35.1"];

/** What somebody gets who types the command in the file's head, as far as helm goes without a cluster. */
async function rendered(chart: ChartArgs, root = ROOT): Promise<KubernetesObject[]> {
  const head = readFileSync(join(root, valuesFile(chart)), "utf8").split("\n")[1];
  const [helm, install, ...args] = head.replace(/^# +/, "").split(" ");
  assert.deepEqual([helm, install], ["helm", "install"]);
  const { stdout } = await promisify(execFile)("helm", ["template", ...args, ...KUBERNETES], { cwd: root });
  return parseAllDocuments(stdout).flatMap((document) => document.toJS() ?? []);
}

/** Objects of the program, without the annotation that only Pulumi can fill in. */
function withoutAnnotation(objects: KubernetesObject[]): { objects: KubernetesObject[]; removed: number } {
  let removed = 0;
  const text = JSON.stringify(objects, (key, value) => {
    if (key !== "annotations" || !("checksum/secrets" in value)) return value;
    removed += 1;
    const { "checksum/secrets": _, ...rest } = value;
    return Object.keys(rest).length > 0 ? rest : undefined;
  });
  return { objects: JSON.parse(text), removed };
}

/** Runs the generator in a copy of what it reads; `change` edits that copy. */
function generate(change: (folder: string) => void, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "todo-values-"));
  try {
    for (const name of ["helm", "components", "settings", "settings.ts", "package.json", "tsconfig.json"]) {
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    for (const stack of ["dev", "staging", "prod"]) {
      cpSync(join(ROOT, `Pulumi.${stack}.yaml`), join(folder, `Pulumi.${stack}.yaml`));
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    change(folder);
    const env = { ...process.env, TODO_ROOT: folder };
    const output = () =>
      execFileSync("node", ["-r", "ts-node/register", "helm/values.ts", ...args], {
        cwd: folder,
        env,
        encoding: "utf8",
      });
    try {
      return { status: 0, output: output(), folder };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { status, output: stdout, folder };
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const edit = (file: string, from: string, to: string) => (folder: string) => {
  const text = readFileSync(join(folder, file), "utf8");
  assert.ok(text.includes(from), `${file} has no ${from}`);
  writeFileSync(join(folder, file), text.replace(from, to));
};

for (const stack of ["dev", "staging", "prod"]) {
  for (const chart of chartsOf(parts(stack))) {
    it(`${valuesFile(chart)} gives the objects of the program, the checksum of Secrets aside`, async () => {
      const program = withoutAnnotation((await render(chart, helmTemplate)).objects);
      assert.equal(program.removed, chart.chart === "todo-frontend" ? 0 : 1);
      assert.ok(program.objects.length > 3);
      assert.deepEqual(await rendered(chart), program.objects);
    });
  }
}

describe("the text of a values file", () => {
  it("keeps every text a text for Helm, which reads YAML 1.1", async () => {
    const odd = ["1e5", "0x1f", "1_000", "on", "12:30:45", "~", "2001-01-01", "0o17", "", ".5", "# no", "a: b"];
    const env = Object.fromEntries(odd.map((text, index) => [`V${index}`, text]));
    const { backend, environment } = parts("dev");
    const [, chart] = chartsOf({ ...parts("dev"), backend: { ...backend, env: { ...env, Y: "n" } } });
    const plain = { ...chart, values: { ...chart.values, env: { ...env, Y: "n" } } };
    const folder = mkdtempSync(join(tmpdir(), "todo-values-"));
    try {
      writeFileSync(join(folder, "values.yaml"), valuesText(plain, environment.secrets));
      const args = ["template", "r", "helm/todo-backend", "-f", join(folder, "values.yaml"), ...KUBERNETES];
      const text = execFileSync("helm", args, { cwd: ROOT, encoding: "utf8" });
      const objects = parseAllDocuments(text).flatMap((document) => document.toJS() ?? []);
      const deployment = objects.find(({ kind }) => kind === "Deployment");
      const container = deployment.spec.template.spec.containers[0];
      const found = container.env.filter(({ value }: { value?: string }) => value !== undefined);
      assert.deepEqual(
        Object.fromEntries(found.map(({ name, value }: { name: string; value: string }) => [name, value])),
        { ...env, Y: "n" },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says how to install, and what has to be there", () => {
    const { environment, ...rest } = parts("prod");
    const [backend] = chartsOf({ environment, ...rest });
    assert.deepEqual(valuesText(backend, environment.secrets).split("\n").slice(0, 5), [
      "# Generated by helm/values.ts from Pulumi.prod.yaml; do not edit, `make generate` writes it. With Helm alone:",
      "#   helm install todo-backend-prod helm/todo-backend -f helm/todo-backend/values/prod.yaml --namespace todo-prod",
      "# It needs the Secret todo-backend-secrets with DATABASE_URL, SECRET_KEY, AUTH_SECRET, OPENAI_API_KEY.",
      "# Left out is the checksum by which Pulumi restarts the pods after a change of that Secret, as only Pulumi can know it:",
      "# restart them yourself.",
    ]);
  });

  it("leaves nothing out but the checksum", () => {
    const [, backend] = chartsOf(parts("dev"));
    const { secrets, ...others } = backend.values as { secrets: Record<string, unknown> };
    const { checksum, ...kept } = secrets;
    assert.match(String(checksum), /^[0-9a-f]{12}$/);
    assert.deepEqual(withoutChecksum(backend).values, { ...others, secrets: kept });
  });
});

describe("helm/values.ts --check", () => {
  const stale = "out of date: helm/todo-backend/values/staging.yaml; run: make generate\n";

  it("passes on the files that are here", () => {
    const { status, output } = generate(() => {}, "--check");
    assert.deepEqual({ status, output }, { status: 0, output: "" });
  });

  it("names the file that a stack file has left behind, and one that was edited", () => {
    for (const [file, from, to] of [
      ["Pulumi.staging.yaml", "size: 5", "size: 6"],
      ["helm/todo-backend/values/staging.yaml", "replicaCount: 1", "replicaCount: 3"],
    ]) {
      const { status, output } = generate(edit(file, from, to), "--check");
      assert.deepEqual({ status, output }, { status: 1, output: stale });
    }
  });

  it("does not put up with values for a chart that the environment does not install", () => {
    const copy = (folder: string) =>
      cpSync(join(folder, "helm/todo-postgres/values/dev.yaml"), join(folder, "helm/todo-postgres/values/prod.yaml"));
    const { status, output } = generate(copy, "--check");
    assert.equal(status, 1);
    assert.match(output, /for a chart that is not installed there: helm\/todo-postgres\/values\/prod\.yaml/);
  });
});

describe("a chart's values folder", () => {
  it("is not part of what helm packs, nor of the objects' digest", async () => {
    const folder = mkdtempSync(join(tmpdir(), "todo-package-"));
    try {
      for (const chart of chartsOf(parts("dev"))) {
        execFileSync("helm", ["package", `helm/${chart.chart}`, "--destination", folder], { cwd: ROOT });
        const packed = execFileSync("tar", ["-tzf", join(folder, `${chart.chart}-0.1.0.tgz`)], { encoding: "utf8" });
        assert.ok(packed.includes(`${chart.chart}/values.yaml\n`), packed);
        assert.ok(!packed.includes("/values/"), packed);
        cpSync(join(ROOT, "helm", chart.chart), join(folder, "bare"), { recursive: true });
        rmSync(join(folder, "bare/values"), { recursive: true });
        const options = {
          release_name: "r",
          namespace: "n",
          include_test_hook_resources: true,
          kube_version: "1.35.1",
        };
        const at = (path: string) => helmTemplate({ ...options, path, values: chart.values }).then(digest);
        assert.equal(await at(join(folder, "bare")), await at(`./helm/${chart.chart}`));
        rmSync(join(folder, "bare"), { recursive: true });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
