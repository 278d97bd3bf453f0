// How to test a component of your own: real charts, rendered through the door that the program uses.
// Does not prove: what a cluster makes of the objects.
import { strict as assert } from "node:assert";
import * as kubernetes from "@pulumi/kubernetes";
import { chartsOf, partsOf } from "../components/parts";
import { type KubernetesObject, providerTemplate, renderCharts } from "../components/render-chart";
import { TodoFrontend } from "../components/todo-frontend";
import { readSettings } from "../settings";
import { ROOT, runMocked } from "./support/mocks";

it("a component under mocks installs what its chart is rendered to", async () => {
  let objects: KubernetesObject[] = [];
  const { resources, rendered } = await runMocked({ stack: "dev", preview: true }, async () => {
    const parts = partsOf(readSettings(ROOT, "dev"));
    const provider = new kubernetes.Provider("cluster", { context: "elsewhere" });
    const [, , frontend] = chartsOf(parts);
    const charts = await renderCharts([frontend], providerTemplate(provider));
    objects = charts["todo-frontend"].objects;
    new TodoFrontend("pages", parts.frontend, objects, { provider });
    return undefined;
  });
  assert.deepEqual(
    resources.map(({ type, name }) => `${type} ${name}`),
    ["pulumi:providers:kubernetes cluster", "todo:index:TodoFrontend pages", "kubernetes:helm.sh/v3:Release pages"],
  );
  assert.deepEqual(Object.keys(rendered), ["todo-frontend-dev"]);
  assert.deepEqual(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ["ServiceAccount", "Service", "Deployment"]
      .map((kind) => `${kind} todo-frontend-dev`)
      .concat("Pod todo-frontend-dev-test"),
  );
});
