// The program's preview beside a cluster: what it says under each component, and what it says when none answers.
// Does not prove: that a real API server and a real Helm record look like this (test/e2e/prediction.test.ts).
import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FullReport, KubernetesObject } from "local-charts/objects";
import { renderEnvironment } from "../components/rendered.ts";
import { recall } from "../packages/local-charts/src/preview/last-known.ts";
import { type FakeCluster, type FakeRecord, fakeCluster } from "../packages/local-charts/test/support/fake-cluster.ts";
import { ROOT, runProgram } from "./support/mocks.ts";
import { settingsOf } from "./support/stack-file.ts";

const CONTEXT = "todo-on-minikube";

/** Helm's records after an update of dev, the backend's Deployment perhaps changed since. */
async function deployed(change: (deployment: KubernetesObject) => void = () => {}): Promise<FakeRecord[]> {
  const { charts } = await renderEnvironment(settingsOf("dev"), ROOT);
  return charts.map(({ release, objects }) => {
    const installed = structuredClone(objects);
    for (const object of installed) {
      if (object.kind === "Deployment" && object.metadata.name === "todo-backend-dev") change(object);
    }
    return { release, revision: 4, status: "deployed", objects: installed };
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
    assert.deepEqual(
      cluster.asked.filter((path) => path.includes("owner%3Dhelm")),
      ["/api/v1/namespaces/todo-dev/secrets?labelSelector=owner%3Dhelm%2Cstatus!%3Dsuperseded"],
    );
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
        "  runs NetworkPolicy todo-backend-dev-migration (pre-upgrade), ServiceAccount todo-backend-dev-migration (pre-upgrade), Job todo-backend-dev-migration (pre-upgrade)",
      ].join("\n"),
    });
  });

  it("names the command that shows all of what is cut", async () => {
    const records = await deployed((deployment) => {
      const { template } = deployment.spec as { template: { spec: { containers: object[] } } };
      template.spec.containers = [{ name: "todo-backend", image: "localhost/todo-backend:0" }];
    });
    const { "todo-backend": text } = await beside(records);
    assert.match(text, /… \d+ more fields\n/);
    assert.match(text, /\n {2}all of it: make diff ENV=dev$/);
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
      /^todo-frontend-dev, the cluster could not be asked \(the API server answered 403\) and this machine has not seen the release; all that it would install: objects \d+ added\n/,
    );
  });

  it("says what goes on, and what is faster, where nobody answers", async () => {
    const { "": warning, "todo-backend": text } = await beside([], "none");
    assert.match(
      warning,
      /^cluster todo-on-minikube: the API server did not answer within 2\.5 s; .+`make preview ENV=dev`/,
    );
    assert.match(text, /the cluster could not be asked \(the API server did not answer within 2\.5 s\)/);
  });
});

describe("what a person or a command asks of a preview", () => {
  let cluster: FakeCluster;
  afterEach(() => cluster.close());

  it("is not told of the provider's patience where it was cut short already", async () => {
    cluster = await fakeCluster(CONTEXT, [], "none");
    process.env.PULUMI_K8S_CLIENT_TIMEOUT = "1";
    try {
      const { told } = await runProgram({ stack: "dev", preview: true, kubeconfig: cluster.kubeconfig });
      assert.equal(told[""], undefined);
    } finally {
      delete process.env.PULUMI_K8S_CLIENT_TIMEOUT;
    }
  });

  it("is written to a file in full where one is named", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reports-"));
    const records = await deployed((deployment) => {
      (deployment.spec as { replicas: number }).replicas = 3;
    });
    cluster = await fakeCluster(CONTEXT, records);
    process.env.LOCAL_CHARTS_REPORT_FILE = join(folder, "reports.json");
    try {
      await runProgram({ stack: "dev", preview: true, kubeconfig: cluster.kubeconfig });
      const reports: FullReport[] = JSON.parse(readFileSync(join(folder, "reports.json"), "utf8"));
      assert.deepEqual(
        reports.map(({ chart, headline, entries }) => [chart, headline, entries.length]),
        [
          ["todo-postgres", "todo-postgres-dev, compared with revision 4: no object changes", 0],
          ["todo-backend", "todo-backend-dev, compared with revision 4: objects 1 changed", 1],
          ["todo-frontend", "todo-frontend-dev, compared with revision 4: no object changes", 0],
        ],
      );
    } finally {
      delete process.env.LOCAL_CHARTS_REPORT_FILE;
      rmSync(folder, { recursive: true });
    }
  });
});

it("a preview without the stack's context in the kubeconfig says so", async () => {
  const { told } = await runProgram({ stack: "dev", preview: true });
  assert.match(told["todo-backend"], /\(context "todo-on-minikube" does not exist\)/);
});

it("an update asks no cluster and says nothing", async () => {
  const { told } = await runProgram({ stack: "dev", preview: false });
  assert.deepEqual(told, {});
});

describe("what this machine remembers of a release", () => {
  const releases = ["todo-postgres-dev", "todo-backend-dev", "todo-frontend-dev"];
  let state: string;
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "state-"));
  });
  afterEach(() => rmSync(state, { recursive: true }));
  /** Kind and name of the objects that are noted, by release; undefined for one of which nothing is. */
  const noted = () => {
    const memory = join(state, "todo-on-minikube", "deployed");
    return releases.map((release) => recall(memory, "todo-dev", release)?.objects.map(titleOf));
  };
  const titleOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`;

  it("is what an update has installed", async () => {
    await runProgram({ stack: "dev", preview: false, state });
    assert.deepEqual(
      noted(),
      (await deployed()).map(({ objects }) => objects.map(titleOf)),
    );
  });

  it("is not what a preview would install", async () => {
    await runProgram({ stack: "dev", preview: true, state });
    assert.deepEqual(noted(), [undefined, undefined, undefined]);
  });

  it("is what a preview has seen in the cluster, and what one without a cluster compares with", async () => {
    const records = await deployed((deployment) => {
      (deployment.spec as { replicas: number }).replicas = 3;
    });
    const cluster = await fakeCluster(CONTEXT, records);
    await runProgram({ stack: "dev", preview: true, state, kubeconfig: cluster.kubeconfig });
    await cluster.close();
    assert.deepEqual(
      noted().map((names) => names?.toSorted()),
      records.map(({ objects }) => objects.map(titleOf).toSorted()),
    );
    const { told } = await runProgram({ stack: "dev", preview: true, state });
    assert.match(
      told["todo-backend"],
      /^todo-backend-dev, the cluster could not be asked \(.*\); compared with what this machine knew at [\d-]+ [\d:]+ UTC: objects 1 changed\n {2}~ Deployment todo-backend-dev\n {4}spec\.replicas: 3 → 1\n/,
    );
  });
});
