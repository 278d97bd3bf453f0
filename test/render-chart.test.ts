import { strict as assert } from "node:assert";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { helmTemplate } from "../components/helm-template";
import { type ChartArgs, digest, type KubernetesObject, providerTemplate, render } from "../components/render-chart";

const args: ChartArgs = {
  chart: "todo-backend",
  environment: "dev",
  namespace: "todo-dev",
  values: { replicaCount: 2 },
};

/** What the provider puts around Helm's sentence. */
const WRAPPED = "failed to generate YAML for specified Helm chart: failed to create chart from template: ";
const WAY_OUT = "mend the chart, or the key of Pulumi.dev.yaml that the value comes from";

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
    "todo",
    "dev",
  );
  const { objects } = await render(args, providerTemplate(new kubernetes.Provider("cluster")));
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
    const answer = [{ apiVersion: "v1", kind: "Service", metadata: { name: "todo-backend-dev" } }];
    const { objects, asked } = await renderWith(() => answer);
    assert.deepEqual(objects, answer);
    assert.deepEqual(asked, [
      "kubernetes:helm:template",
      {
        path: "./helm/todo-backend",
        release_name: "todo-backend-dev",
        namespace: "todo-dev",
        values: { replicaCount: 2 },
        include_test_hook_resources: true,
        kube_version: "1.35.1",
      },
    ]);
  });

  it("names chart, template and line of a template error", async () => {
    const helm = 'parse error at (todo-backend/templates/deployment.yaml:12): function "nosuch" not defined';
    assert.equal(await failure(helm), `helm/todo-backend does not render for dev: ${helm}; ${WAY_OUT}`);
  });

  it("names chart and key of a value that the schema refuses, on one line", async () => {
    const helm =
      "values don't meet the specifications of the schema(s) in the following chart(s):\n" +
      "todo-backend:\n- at '': additional properties 'repliccas' not allowed\n";
    const line =
      "values don't meet the specifications of the schema(s) in the following chart(s): " +
      "todo-backend: at '': additional properties 'repliccas' not allowed";
    assert.equal(await failure(helm), `helm/todo-backend does not render for dev: ${line}; ${WAY_OUT}`);
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
    const chart = async (replicaCount: number) => {
      const image = { repository: "localhost/todo-frontend", tag: "4f1c2ab90d3e" };
      const release = { path: "./helm/todo-frontend", release_name: "todo-frontend-dev", namespace: "todo-dev" };
      const env = { API_URL: "http://todo-backend-dev:8000" };
      const values = { image, env, replicaCount };
      const options = { ...release, kube_version: "1.35.1", include_test_hook_resources: true, values };
      return digest(await helmTemplate(options));
    };
    const [first, second, other] = await Promise.all([chart(1), chart(1), chart(2)]);
    assert.equal(first, second);
    assert.notEqual(first, other);
  });
});
