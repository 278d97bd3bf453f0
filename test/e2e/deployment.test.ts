// The deployment as Kubernetes, Helm and Pulumi see it when `make up` is through.
// Does not prove: what happens while an update runs, and nothing of environments other than dev.
import { strict as assert } from "node:assert";
import { chartTest } from "./chart-test.ts";
import { command, dev, helm, kubectl, pulumi } from "./cluster.ts";
import { clusterTexts, leaks, pulumiTexts, secretsOf, treeTexts } from "./secret-search.ts";

const releases = ["todo-backend-dev", "todo-frontend-dev", "todo-postgres-dev"];
describe("the deployment of dev", () => {
  it("is three releases, deployed and named {service}-{environment}", () => {
    const list = JSON.parse(helm("list", "--output", "json")) as { name: string; status: string }[];
    assert.deepStrictEqual(
      list.map(({ name, status }) => `${name} ${status}`).sort(),
      releases.map((name) => `${name} deployed`),
    );
  });

  it("has nothing to do when it is applied again", () => {
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  });

  for (const release of releases) {
    it(`passes the chart's own test: ${release}`, () => {
      chartTest(release);
    });
  }

  it("keeps every secret value in its Secret alone", () => {
    const secrets = secretsOf(dev);
    assert.ok(Object.keys(secrets).length >= 4, `expected the four secrets of dev, found ${Object.keys(secrets)}`);
    assert.deepEqual(leaks(secrets, { ...clusterTexts(dev), ...pulumiTexts(dev), ...treeTexts(dev) }), []);
  });

  it("runs no container as root, with a token, or with a writable root", () => {
    const { items } = JSON.parse(kubectl("get", "pods", "--output", "json"));
    assert.ok(items.length >= 3);
    for (const { metadata, spec } of items) {
      assert.equal(spec.automountServiceAccountToken, false, metadata.name);
      assert.equal(spec.securityContext.runAsNonRoot, true, metadata.name);
      for (const container of spec.containers)
        assert.equal(container.securityContext.readOnlyRootFilesystem, true, metadata.name);
    }
  });

  it("is what a second `make up` leaves alone", () => {
    const before = kubectl("get", "pods", "--output", "jsonpath={.items[*].metadata.uid}");
    command("make", "up");
    assert.equal(kubectl("get", "pods", "--output", "jsonpath={.items[*].metadata.uid}"), before);
  });
});
