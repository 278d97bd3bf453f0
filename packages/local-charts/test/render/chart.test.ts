// What a chart is rendered by, what an error of Helm is made into, and what counts as another rendering.
// Does not prove: that the provider's Helm answers like this; the example programs and the deployment's tests use it.
import { strict as assert } from "node:assert";
import { resolve } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { type ChartArgs, RenderedChart, renderCharts } from "../../src/render/chart.ts";
import { digest } from "../../src/render/digest.ts";
import { helmTemplate } from "../../src/render/helm-cli.ts";
import { providerTemplate, type Template } from "../../src/render/template.ts";

/** The folder that the chart's path is relative to. */
const FOLDER = resolve(import.meta.dirname, "..");

const args: ChartArgs = { chart: "./charts/web", release: "web-dev", namespace: "shop-dev", values: { replicas: 2 } };

/** What the provider puts around Helm's sentence. */
const WRAPPED = "failed to generate YAML for specified Helm chart: failed to create chart from template: ";
const FIX = "fix the chart, or the value that it gets";

/** Renders while the provider answers as given; `asked` is what it was asked. */
async function renderWith(answer: () => unknown) {
  const asked: unknown[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: ({ token, inputs }) => {
        asked.push(token, JSON.parse(inputs.jsonOpts));
        return { result: answer() };
      },
    },
    "shop",
    "dev",
  );
  const template = Object.assign(providerTemplate(new kubernetes.Provider("cluster")), { folder: FOLDER });
  const { objects } = await RenderedChart.render(args, template, { environment: "dev" });
  return { objects, asked };
}

async function failure(message: string): Promise<string> {
  try {
    await renderWith(() => {
      // The SDK takes the text of a failed call from the error's gRPC details.
      throw Object.assign(new Error(), { details: WRAPPED + message });
    });
  } catch (error) {
    assert.equal(pulumi.RunError.isInstance(error), true);
    return (error as Error).message;
  }
  throw new assert.AssertionError({ message: "render did not reject" });
}

describe("render", () => {
  it("asks the provider for the release as it would be installed, tests included", async () => {
    const answer = [{ apiVersion: "v1", kind: "Service", metadata: { name: "web-dev" }, spec: { type: "ClusterIP" } }];
    const { objects, asked } = await renderWith(() => answer);
    assert.deepEqual(objects, answer);
    assert.deepEqual(asked, [
      "kubernetes:helm:template",
      {
        path: "./charts/web",
        release_name: "web-dev",
        namespace: "shop-dev",
        values: { replicas: 2 },
        kube_version: "1.35.0",
        include_test_hook_resources: true,
        skip_crd_rendering: true,
      },
    ]);
  });

  it("names chart, template and line of a template error", async () => {
    const helm = 'parse error at (web/templates/deployment.yaml:12): function "nosuch" not defined';
    assert.equal(await failure(helm), `charts/web does not render for dev: ${helm}; ${FIX}`);
  });

  it("names chart and key of a value that the schema refuses, on one line", async () => {
    const helm =
      "values don't meet the specifications of the schema(s) in the following chart(s):\n" +
      "web:\n- at '': additional properties 'replcas' not allowed\n";
    const line =
      "values don't meet the specifications of the schema(s) in the following chart(s): " +
      "web: at '': additional properties 'replcas' not allowed";
    assert.equal(await failure(helm), `charts/web does not render for dev: ${line}; ${FIX}`);
  });
});

describe("digest", () => {
  const one: KubernetesObject = { apiVersion: "v1", kind: "Service", metadata: { name: "a", namespace: "n" } };
  const two: KubernetesObject = { apiVersion: "v1", kind: "Service", metadata: { name: "b" } };

  it("does not depend on the order of objects or keys", () => {
    const turned = { metadata: { namespace: "n", name: "a" }, kind: "Service", apiVersion: "v1" };
    assert.equal(digest([one, two]), digest([two, turned]));
  });

  it("depends on every field and on the order inside lists", () => {
    const withArgs = (list: string[]) => ({ ...two, spec: { args: list } }) as KubernetesObject;
    const all = [[one], [two], [one, two], [withArgs(["x", "y"])], [withArgs(["y", "x"])], [withArgs([])]];
    assert.equal(new Set(all.map(digest)).size, all.length);
  });

  it("is the same for a second rendering of a real chart, and another for another value", async () => {
    const chart = async (replicas: number) => {
      const { web } = await renderCharts({ web: { ...args, values: { replicas } } }, helmTemplate(FOLDER));
      return digest(web.objects);
    };
    const [first, second, other] = await Promise.all([chart(1), chart(1), chart(2)]);
    assert.equal(first, second);
    assert.notEqual(first, other);
  });
});

describe("rendered charts", () => {
  const charts = { web: args, none: undefined } as const;
  const rendered = () => renderCharts(charts, helmTemplate(FOLDER));

  it("have the names that they were given, and none for one that was left out", async () => {
    const { web, ...others } = await rendered();
    assert.deepEqual([web.release, Object.keys(others)], ["web-dev", []]);
  });

  it("stay with the values that they were rendered with", async () => {
    const values = { replicas: 2 };
    const { web } = await renderCharts({ web: { ...args, values } }, helmTemplate(FOLDER));
    values.replicas = 3;
    assert.deepEqual(web.values, { replicas: 2 });
    for (const change of [
      () => Object.assign(web.values, values),
      () => Object.assign(web, { values }),
      () => web.objects.pop(),
      () => Object.assign(web.objects[0].metadata, { name: "other" }),
    ]) {
      assert.throws(change, TypeError);
    }
  });

  it("are refused where two make one object, each such object with both charts; hooks may", async () => {
    const object = (kind: string, apiVersion = "v1", metadata: object = {}) =>
      ({ apiVersion, kind, metadata: { name: "a", ...metadata } }) as KubernetesObject;
    const role = object("ClusterRole", "rbac.authorization.k8s.io/v1");
    const hook = object("Role", "rbac.authorization.k8s.io/v1", { annotations: { "helm.sh/hook": "pre-install" } });
    const said = async (namespace: string, first: KubernetesObject[], second = first) => {
      const two = { one: args, two: { ...args, chart: "./charts/other", release: "other-dev", namespace } };
      const template: Template = async ({ release_name }) => (release_name === "web-dev" ? first : second);
      return renderCharts(two, template).then(
        () => "",
        (error) => error.message,
      );
    };
    const shared = (name: string) =>
      `charts/other, ${name}: expected one object of this kind and name, found another in charts/web, release web-dev; rename or remove one`;
    const all = [object("ConfigMap"), object("ServiceAccount"), role];
    const names = ["ConfigMap a", "ServiceAccount a", "ClusterRole a"];
    assert.deepEqual((await said("shop-dev", all)).split("\n"), names.map(shared));
    // Of another namespace, only what is in none is the same.
    assert.equal(await said("elsewhere", all), shared("ClusterRole a"));
    const there = object("ConfigMap", "v1", { namespace: "shop-dev" });
    assert.equal(await said("elsewhere", [object("ConfigMap")], [there]), shared("ConfigMap shop-dev/a"));
    assert.equal(await said("shop-dev", [hook, object("ConfigMap")], [hook, object("ServiceAccount")]), "");
    assert.equal(await said("shop-dev", [object("Role", "a/v1")], [object("Role", "b/v1")]), "");
  });

  it("are refused with one sentence where there is no helm", async () => {
    const { PATH } = process.env;
    process.env.PATH = import.meta.dirname;
    try {
      const two = { one: args, two: { ...args, release: "other" } };
      await assert.rejects(renderCharts(two, helmTemplate(FOLDER)), {
        message: "helm did not run: spawn helm ENOENT; it has to be on PATH",
      });
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("are refused together, a sentence for each that does not render", async () => {
    const broken = { one: { ...args, chart: "./charts/one" }, web: args, two: { ...args, chart: "./charts/two" } };
    await assert.rejects(renderCharts(broken, helmTemplate(FOLDER)), ({ message }: Error) => {
      const lines = message.split("\n").map((line) => line.replace(/: .*;/, ": …;"));
      assert.deepEqual(
        lines,
        ["one", "two"].map((name) => `charts/${name} does not render for web-dev: …; ${FIX}`),
      );
      return true;
    });
  });
});
