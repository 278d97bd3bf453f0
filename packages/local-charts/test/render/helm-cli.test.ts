// The helm on PATH is asked for the same as the provider's. Does not prove: that both render alike.
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TemplateOptions } from "../../src/index.ts";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { helmTemplate } from "../../src/render/helm-cli.ts";

describe("helmTemplate", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "charts-"));
    cpSync(resolve(import.meta.dirname, "../charts/web"), join(folder, "web"), { recursive: true });
    const templates = join(folder, "web/templates");
    writeFileSync(
      join(templates, "seen.yaml"),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: seen }\ndata: { version: {{ .Capabilities.KubeVersion.Version | quote }}, namespace: {{ .Release.Namespace }} }\n",
    );
    writeFileSync(
      join(templates, "test.yaml"),
      "apiVersion: v1\nkind: Pod\nmetadata: { name: test, annotations: { helm.sh/hook: test } }\n",
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const options: TemplateOptions = {
    ...{ path: "./web", release_name: "web-dev", namespace: "shop-dev", values: { replicas: 3 } },
    kube_version: "1.33.7",
  };

  it("renders a release of that name and namespace, for that version, with these values", async () => {
    const objects = await helmTemplate(folder)(options);
    const seen = objects.find(({ kind }) => kind === "ConfigMap");
    assert.deepEqual(seen?.data, { version: "v1.33.7", namespace: "shop-dev" });
    const deployment = objects.find(({ kind }) => kind === "Deployment");
    const { metadata, spec } = deployment as KubernetesObject;
    assert.deepEqual([metadata.name, (spec as { replicas: number }).replicas], ["web-dev", 3]);
  });

  it("has the tests of a chart", async () => {
    assert.ok((await helmTemplate(folder)(options)).some(({ kind }) => kind === "Pod"));
  });

  it("rejects with what Helm says, and says where there is none", async () => {
    await assert.rejects(helmTemplate(folder)({ ...options, path: "./none" }), /^Error: path "\.\/none" not found$/);
    const { PATH } = process.env;
    process.env.PATH = "/nowhere";
    try {
      await assert.rejects(helmTemplate(folder)(options), /^Error: helm did not run: .*ENOENT; it has to be on PATH$/);
    } finally {
      process.env.PATH = PATH;
    }
  });
});
