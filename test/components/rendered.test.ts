// What is asked of Helm by whoever looks at an environment without Pulumi, and what its errors are made into.
// Does not prove: what the charts are rendered to (test/charts, test/components/wiring*.test.ts).
import { strict as assert } from "node:assert";
import type { TemplateOptions } from "local-charts";
import { partsOf } from "../../components/parts.ts";
import { renderEnvironment } from "../../components/rendered.ts";
import { KUBERNETES_VERSION } from "../../settings/kubernetes-version.ts";
import { ROOT } from "../support/mocks.ts";
import { changedSettings, settingsOf } from "../support/stack-file.ts";

describe("renderEnvironment", () => {
  it("asks for each chart as the program does, for the cluster's version, in the order of installation", async () => {
    const asked: TemplateOptions[] = [];
    const settings = settingsOf("dev");
    const template = async (options: TemplateOptions) => {
      asked.push(options);
      return [];
    };
    const { charts, parts } = await renderEnvironment(settings, ROOT, { template });
    const releases = ["todo-postgres-dev", "todo-backend-dev", "todo-frontend-dev"];
    assert.deepEqual(
      charts.map(({ release }) => release),
      releases,
    );
    assert.deepEqual(
      // A chart that asks for the release's revision is rendered for an upgrade too.
      [
        ...new Set(
          asked.map(({ release_name, namespace, kube_version }) => [release_name, namespace, kube_version].join()),
        ),
      ],
      releases.map((release) => [release, "todo-dev", KUBERNETES_VERSION].join()),
    );
    assert.deepEqual(parts.frontend, partsOf(settings).frontend);
  });

  it("renders every service, though several have one chart", async () => {
    const image = { repository: "localhost/acme", tag: "1.0" };
    const settings = changedSettings("dev", { services: { redis: { image }, worker: { image } } });
    const { charts } = await renderEnvironment(settings, ROOT, { template: async () => [] });
    assert.deepEqual(charts.map(({ release }) => release).slice(3), ["redis-dev", "worker-dev"]);
  });

  it("names the environment, and the key of the stack file that a refused value comes from", async () => {
    const template = async ({ path }: TemplateOptions) => {
      if (path === "./helm/todo-frontend") throw new Error("at '/replicaCount': got string, want integer");
      return [];
    };
    const rendering = renderEnvironment(settingsOf("prod"), ROOT, { template });
    await assert.rejects(rendering, {
      message:
        "helm/todo-frontend does not render for prod: at '/replicaCount': got string, want integer; replicaCount is todo:frontend.replicas of Pulumi.prod.yaml",
    });
  });
});
