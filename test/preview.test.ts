// The program's preview beside a cluster: what it says under each component, and what it says when none answers.
// Does not prove: that a real API server and a real Helm record look like this (test/e2e/prediction.test.ts).
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helmTemplate } from "../components/helm-template";
import { chartsOf, partsOf } from "../components/parts";
import { newest } from "../components/preview/deployed";
import { recall, remember } from "../components/preview/last-known";
import { type KubernetesObject, renderCharts } from "../components/render-chart";
import { readSettings } from "../settings";
import { type FakeCluster, type FakeRecord, fakeCluster, helmSecret } from "./support/fake-cluster";
import { ROOT, runProgram } from "./support/mocks";

const CONTEXT = "todo-on-minikube";

/** Helm's records after an update of dev, the backend's Deployment perhaps changed since. */
async function deployed(change: (deployment: KubernetesObject) => void = () => {}): Promise<FakeRecord[]> {
  const charts = await renderCharts(chartsOf(partsOf(readSettings(ROOT, "dev"))), helmTemplate);
  for (const object of charts["todo-backend"].objects) if (object.kind === "Deployment") change(object);
  return Object.values(charts).map(({ chart, objects }) => {
    return { release: `${chart}-dev`, revision: 4, status: "deployed", objects };
  });
}

describe("preview beside a cluster", () => {
  let cluster: FakeCluster;
  const beside = async (records: FakeRecord[], status: number | "none" = 200) => {
    cluster = await fakeCluster(CONTEXT, records, status);
    return (await runProgram({ stack: "dev", preview: true, kubeconfig: cluster.kubeconfig })).told;
  };
  afterEach(() => cluster.close());

  it("says nothing where nothing changes, and asks once for all releases", async () => {
    assert.deepEqual(await beside(await deployed()), {});
    assert.deepEqual(cluster.asked, [
      "/api/v1/namespaces/todo-dev/secrets?labelSelector=owner%3Dhelm%2Cstatus!%3Dsuperseded",
    ]);
  });

  it("lists, under the component, what differs", async () => {
    const records = await deployed((deployment) => {
      (deployment.spec as { replicas: number }).replicas = 3;
    });
    assert.deepEqual(await beside(records), {
      "todo-backend": [
        "todo-backend-dev, compared with revision 4: objects 1 changed",
        "  ~ Deployment todo-backend-dev",
        "    spec.replicas: 3 → 1",
        "  runs ServiceAccount todo-backend-dev-migration (pre-upgrade), Job todo-backend-dev-migration (pre-upgrade)",
      ].join("\n"),
    });
  });

  it("lists everything before the first installation", async () => {
    const told = await beside([]);
    assert.deepEqual(Object.keys(told), ["todo-postgres", "todo-backend", "todo-frontend"]);
    assert.match(told["todo-frontend"], /^todo-frontend-dev, not installed yet: objects \d+ added\n {2}\+ /);
  });

  it("says that the cluster refused, and lists what would be installed", async () => {
    const { "todo-frontend": text } = await beside([], 403);
    assert.match(
      text,
      /^todo-frontend-dev, the cluster could not be asked \(127\.0\.0\.1:\d+ answered 403\) and this machine has not seen the release; all that it would install: objects \d+ added\n/,
    );
  });

  it("says what goes on, and what is faster, where nobody answers", async () => {
    const { "": warning, "todo-backend": text } = await beside([], "none");
    assert.match(
      warning,
      /^cluster todo-on-minikube: 127\.0\.0\.1:\d+ did not answer within 2\.5 s; .+`make preview ENV=dev`/,
    );
    assert.match(text, /the cluster could not be asked \(127\.0\.0\.1:\d+ did not answer within 2\.5 s\)/);
  });
});

it("a preview without the stack's context in the kubeconfig says so", async () => {
  const { told } = await runProgram({ stack: "dev", preview: true });
  assert.match(told["todo-backend"], /\(the kubeconfig has no context todo-on-minikube\)/);
});

it("an update asks no cluster and says nothing", async () => {
  const { told } = await runProgram({ stack: "dev", preview: false });
  assert.deepEqual(told, {});
});

describe("Helm's records", () => {
  const objects = [{ apiVersion: "v1", kind: "Service", metadata: { name: "a" } }];
  const record = (revision: number, status: string) => helmSecret({ release: "r", revision, status, objects });
  const chosen = (...records: [number, string][]) =>
    newest(records.map(([revision, status]) => record(revision, status))).get("r");

  it("are compared with as Helm does: the newest that is deployed, else the newest that failed", () => {
    const found = { description: "", objects };
    assert.deepEqual(chosen([9, "deployed"]), { revision: 9, ...found });
    assert.deepEqual(chosen([9, "deployed"], [10, "failed"]), { revision: 9, ...found, later: "failed" });
    assert.deepEqual(chosen([9, "failed"], [10, "failed"]), { revision: 10, ...found, later: "failed" });
    assert.equal(chosen([1, "pending-install"]), undefined);
  });
});

describe("what this machine knows of a release", () => {
  const state = process.env.XDG_STATE_HOME;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "state-"));
    process.env.XDG_STATE_HOME = folder;
  });
  after(() => {
    rmSync(folder, { recursive: true });
    if (state === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = state;
  });

  it("is the last that it saw, without secrets", () => {
    assert.equal(recall("n", "r"), undefined);
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, stringData: { b: "hunter2" } };
    remember("n", "r", [secret]);
    assert.deepEqual(recall("n", "r")?.objects, [{ ...secret, stringData: { b: "[redacted]" } }]);
  });
});
