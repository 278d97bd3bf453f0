// The deployment as Kubernetes, Helm and Pulumi see it when `make up` is through.
// Does not prove: what happens while an update runs, and nothing of environments other than dev.
import { strict as assert } from "node:assert";
import { gunzipSync } from "node:zlib";
import { chartTest } from "./chart-test";
import { command, helm, kubectl, pulumi } from "./cluster";

const releases = ["todo-backend-dev", "todo-frontend-dev", "todo-postgres-dev"];
const base64 = (text: string) => Buffer.from(text, "base64").toString();

interface Secret {
  metadata: { name: string };
  type: string;
  data: Record<string, string>;
}

const secrets = (selector = "") =>
  (
    JSON.parse(kubectl("get", "secrets", "--output", "json", ...(selector ? ["--selector", selector] : []))) as {
      items: Secret[];
    }
  ).items;

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
    const own = secrets().filter(({ metadata }) => /^todo-(backend|postgres)-secrets$/.test(metadata.name));
    const values = own.flatMap(({ data }) => Object.values(data).map(base64));
    assert.ok(values.length >= 4, `expected the four secrets of dev, found ${values.length}`);
    // The database's URL holds its password; both are searched for, in the clear and as base64 carries them.
    const needles = values.flatMap((value) => [
      value,
      Buffer.from(value).toString("base64"),
      JSON.stringify(value).slice(1, -1),
    ]);

    const records = secrets("owner=helm").map(({ metadata, data }) => [
      `Helm record ${metadata.name}`,
      gunzipSync(Buffer.from(base64(data.release), "base64")).toString(),
    ]);
    assert.ok(records.length >= releases.length, "no Helm records were found to search");
    const haystacks: [string, string][] = [
      ...(records as [string, string][]),
      ...releases.map((name): [string, string] => [`values of ${name}`, helm("get", "values", name, "--all")]),
      ...["pods", "deployments,statefulsets,jobs,configmaps,services,events"].map((kind): [string, string] => [
        kind,
        kubectl("get", kind, "--output", "yaml"),
      ]),
      ...releases.map((name): [string, string] => [
        `log of ${name}`,
        kubectl("logs", "--selector", `app.kubernetes.io/instance=${name}`, "--all-containers", "--tail=-1"),
      ]),
      ["preview", pulumi("preview", "--diff", "--show-sames", "--show-replacement-steps")],
      ["stack outputs", pulumi("stack", "output", "--json")],
      ["state", pulumi("stack", "export")],
    ];
    for (const [place, text] of haystacks) {
      assert.ok(text.length > 0, `${place}: nothing to search`);
      assert.deepStrictEqual(
        needles.filter((needle) => text.includes(needle)).length,
        0,
        `${place} holds a secret's value`,
      );
    }
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
