// What users see while a node of two is drained: nothing, where it has no database; where it has, an outage that says so, as
// the volume is on that node. The second node joins for this suite, and leaves after it.
// Does not prove: a node that dies without a word, whose pods Kubernetes gives five minutes; storage that follows a pod.
import { strict as assert } from "node:assert";
import { command, type Place } from "./cluster.ts";
import { figure } from "./figures.ts";
import { assertToldToComeBack, load, rowsOf, total } from "./load.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "drained";
const [BACKEND, FRONTEND, POSTGRES] = ["backend", "frontend", "postgres"].map((name) => `todo-${name}-${stack}`);
const NODES = ["todo-on-minikube", "todo-on-minikube-m02"];

describe("users of an environment on two nodes", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let place: Place;
  let image: string;
  let rows = 0;
  /** The node of the database and its volume, and the other one. */
  let [withData, other] = NODES;

  const nodesOf = (name: string) => {
    const node = "jsonpath={range .items[*]}{.spec.nodeName}{'\\n'}{end}";
    const pods = ["get", "pods", "--selector", `app.kubernetes.io/instance=${name}`, "--output", node];
    return place
      .kubectl(...pods)
      .trim()
      .split("\n");
  };
  const wellAgain = () => {
    for (const name of [BACKEND, FRONTEND]) place.kubectl("rollout", "status", `deployment/${name}`, "--timeout=180s");
    place.kubectl("rollout", "status", `statefulset/${POSTGRES}`, "--timeout=180s");
  };
  const drain = (node: string) =>
    place.kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=180s");
  const underLoad = async (node: string, work: () => void) => {
    const stop = await load(place, { target: `http://${FRONTEND}:3000`, image, node });
    work();
    const account = await stop();
    rows += rowsOf(account);
    return account;
  };
  const sql = (query: string) =>
    place.kubectl("exec", `${POSTGRES}-0`, "--", "sh", "-c", `psql -U todo -d todo -Atc "${query}"`).trim();

  before(() => {
    command("make", "cluster", "NODES=2");
    own = new OwnEnvironment(stack, (config) => {
      for (const name of ["backend", "frontend"]) config.setIn(["config", `todo:${name}`, "replicas"], 2);
    });
    ({ place } = own);
    own.up();
    const first = "jsonpath={.spec.template.spec.containers[0].image}";
    image = place.kubectl("get", "deployment", FRONTEND, "--output", first);
    if (nodesOf(POSTGRES)[0] !== withData) [withData, other] = [other, withData];
  });
  after(() => {
    try {
      for (const node of NODES) place?.kubectl("uncordon", node);
      own?.end();
    } finally {
      command("make", "cluster", "NODES=1");
    }
  });

  it("have pods of both services on both nodes", () => {
    for (const name of [BACKEND, FRONTEND]) assert.deepEqual(nodesOf(name).sort(), [...NODES].sort(), name);
  });

  it("see nothing of the drain of the node that has no database", async () => {
    const account = await underLoad(withData, () => {
      drain(other);
      wellAgain();
    });
    place.kubectl("uncordon", other);
    assert.equal(total(account).failed, 0, JSON.stringify(account));
    for (const name of [BACKEND, FRONTEND]) assert.deepEqual([...new Set(nodesOf(name))], [withData], name);
    figure(`${total(account).sent} requests, 0 failed`);
  });

  it("are told to come back while the database's node is away, and every row is there afterwards", async () => {
    // One pod of each is with the data again, and one is not.
    for (const name of [BACKEND, FRONTEND]) place.kubectl("rollout", "restart", `deployment/${name}`);
    wellAgain();
    let seconds = 0;
    const account = await underLoad(other, () => {
      const began = Date.now();
      drain(withData);
      place.kubectl("uncordon", withData);
      wellAgain();
      seconds = Math.round((Date.now() - began) / 1000);
    });
    assertToldToComeBack(account, ["502", "503"]);
    assert.equal(sql("SELECT count(*) FROM todos"), String(rows));
    figure(`drained and back in ${seconds} s: ${JSON.stringify(account)}`);
  });
});
