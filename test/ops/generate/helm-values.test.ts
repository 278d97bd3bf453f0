// The values files for installing with Helm alone, rendered by the real helm.
// Does not prove: that a cluster takes the objects, nor that somebody has made the Secrets that they name.
import { strict as assert } from "node:assert";
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ChartArgs, chartName, digest, helmTemplate, listOf, renderCharts } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { parseAllDocuments } from "yaml";
import { chartsOf, partsOf } from "../../../components/parts.ts";
import { chartValues } from "../../../ops/generate/chart-values.ts";
import { write } from "../../../ops/generate/files.ts";
import { valuesFile, valuesText, withoutContent } from "../../../ops/generate/helm-values.ts";
import { readSettings } from "../../../settings.ts";
import { checkoutOfFixtures } from "../../support/checkout.ts";
import { FIXTURES, ROOT } from "../../support/mocks.ts";
import { variablesOf } from "../../support/variables.ts";

const STACKS = ["dev", "staging", "prod"];
const parts = (stack: string) => partsOf(readSettings(FIXTURES, stack, { assumeSecrets: true }));
const KUBERNETES = ["--kube-version", "1.35.1"];

/** What somebody gets who types the command in the file's head, as far as helm goes without a cluster. */
async function rendered(chart: ChartArgs, stack: string): Promise<KubernetesObject[]> {
  const head = readFileSync(join(folder, valuesFile(chart, stack)), "utf8").split("\n")[1];
  const [helm, install, ...args] = head.replace(/^# +/, "").split(" ");
  assert.deepEqual([helm, install], ["helm", "install"]);
  const { stdout } = await promisify(execFile)("helm", ["template", ...args, ...KUBERNETES], { cwd: folder });
  return parseAllDocuments(stdout).flatMap((document) => document.toJS() ?? []);
}

/** Objects of the program, without what only Pulumi can fill in: an annotation, and the end of Secrets' names. */
function withoutAnnotation(objects: KubernetesObject[]): { objects: KubernetesObject[]; removed: number } {
  let removed = 0;
  const text = JSON.stringify(objects, (key, value) => {
    if (key !== "annotations" || !("checksum/secrets" in value)) return value;
    removed += 1;
    const { "checksum/secrets": _, ...rest } = value;
    return Object.keys(rest).length > 0 ? rest : undefined;
  });
  return { objects: JSON.parse(text.replace(/(-secrets)-[0-9a-f]{12}/g, "$1")), removed };
}

/** The charts with the values that are generated for them now. */
let folder: string;
before(() => {
  folder = checkoutOfFixtures();
  write(folder, chartValues(folder, STACKS));
});
after(() => rmSync(folder, { recursive: true }));

for (const stack of STACKS) {
  for (const chart of listOf<ChartArgs>(chartsOf(parts(stack)))) {
    it(`${valuesFile(chart, stack)} gives the objects of the program, the checksum of Secrets aside`, async () => {
      const program = withoutAnnotation((await renderCharts({ chart }, helmTemplate())).chart.objects);
      assert.equal(program.removed, "secrets" in chart.values || "auth" in chart.values ? 1 : 0);
      assert.ok(program.objects.some(({ kind }) => /^(Deployment|StatefulSet)$/.test(kind)));
      assert.deepEqual(await rendered(chart, stack), program.objects);
    });
  }
}

describe("the text of a values file", () => {
  it("keeps every text a text for Helm, which reads YAML 1.1", async () => {
    const odd = ["1e5", "0x1f", "1_000", "on", "12:30:45", "~", "2001-01-01", "0o17", "", ".5", "# no", "a: b"];
    const env = Object.fromEntries(odd.map((text, index) => [`V${index}`, text]));
    const { backend, environment } = parts("dev");
    assert.ok(backend);
    const { backend: chart } = chartsOf({ ...parts("dev"), backend: { ...backend, env: { ...env, Y: "n" } } });
    assert.ok(chart);
    const plain = { ...chart, values: { ...chart.values, env: { ...env, Y: "n" } } };
    const folder = mkdtempSync(join(tmpdir(), "todo-values-"));
    try {
      writeFileSync(join(folder, "values.yaml"), valuesText(plain, "dev", environment.secrets));
      const args = ["template", "r", "helm/todo-backend", "-f", join(folder, "values.yaml"), ...KUBERNETES];
      const text = execFileSync("helm", args, { cwd: ROOT, encoding: "utf8" });
      const objects = parseAllDocuments(text).flatMap((document) => document.toJS() ?? []);
      const deployment = objects.find(({ kind }) => kind === "Deployment");
      const container = deployment.spec.template.spec.containers[0];
      const found = variablesOf(objects, container).filter(({ value }) => value !== undefined);
      assert.deepEqual(Object.fromEntries(found.map(({ name, value }) => [name, value])), { ...env, Y: "n" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says how to install, and what has to be there", () => {
    const { environment, ...rest } = parts("prod");
    const { backend } = chartsOf({ environment, ...rest });
    assert.ok(backend);
    assert.deepEqual(valuesText(backend, "prod", environment.secrets).split("\n").slice(0, 5), [
      "# Generated by ops/generate/chart-values.ts from Pulumi.prod.yaml; do not edit, `make generate` writes it. With Helm alone:",
      "#   helm install todo-backend-prod ./helm/todo-backend -f ./helm/todo-backend/values/prod.yaml --namespace todo-prod",
      "# It needs the Secret todo-backend-secrets with DATABASE_URL, SECRET_KEY, AUTH_SECRET, OPENAI_API_KEY.",
      "# Left out is the checksum by which Pulumi restarts the pods after a change of that Secret, as only Pulumi can know it:",
      "# restart them yourself.",
    ]);
  });

  it("leaves nothing out but the checksum, and what a Secret's name has of its content", () => {
    const { environment, ...rest } = parts("dev");
    const { backend } = chartsOf({ environment, ...rest });
    assert.ok(backend);
    const { secrets, ...others } = backend.values as { secrets: Record<string, unknown> };
    const { checksum, ...kept } = secrets;
    assert.match(String(checksum), /^[0-9a-f]{12}$/);
    const family = { existingSecret: "todo-backend-secrets" };
    assert.deepEqual(withoutContent(backend, environment.secrets).values, {
      ...others,
      secrets: { ...kept, ...family },
    });
  });
});

describe("a chart's values folder", () => {
  it("is not part of what helm packs, nor of the objects' digest", async () => {
    const target = mkdtempSync(join(tmpdir(), "todo-package-"));
    try {
      for (const chart of listOf<ChartArgs>(chartsOf(parts("dev")))) {
        const name = chartName(chart);
        execFileSync("helm", ["package", chart.chart, "--destination", target], { cwd: folder });
        const packed = execFileSync("tar", ["-tzf", join(target, `${name}-0.1.0.tgz`)], { encoding: "utf8" });
        assert.ok(packed.includes(`${name}/values.yaml\n`), packed);
        assert.ok(!packed.includes("/values/"), packed);
        const bare = join(target, "bare");
        cpSync(join(folder, chart.chart), bare, { recursive: true });
        rmSync(join(bare, "values"), { recursive: true });
        const options = {
          release_name: "r",
          namespace: "n",
          kube_version: "1.35.1",
        };
        const at = (path: string) => helmTemplate()({ ...options, path, values: chart.values }).then(digest);
        assert.equal(await at(bare), await at(join(folder, chart.chart)));
        rmSync(bare, { recursive: true });
      }
    } finally {
      rmSync(target, { recursive: true });
    }
  });
});
