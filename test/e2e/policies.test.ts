// Who gets through to whom in an environment: what it is wired with, and nothing else, tried by pods with the labels of each
// service, of nobody, and of another namespace. Without a policy what it closes is open, or this would prove nothing.
// Does not prove: that the metadata address answers anybody here; another network plugin than this cluster's; what a policy lets through on a port that it opens to any host.
import { strict as assert } from "node:assert";
import { claim, unclaim } from "./claims.ts";
import { until } from "./cluster.ts";
import { figure } from "./figures.ts";
import { Callers } from "./knock.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "guarded";
const NEXT_DOOR = "todo-next-door";
const release = (name: string) => `todo-${name}-${stack}`;
const labels = (name: string, part = "") => ({
  "app.kubernetes.io/name": `todo-${name}${part}`,
  "app.kubernetes.io/instance": release(name),
});
/** Of the node that a cloud tells its secrets by. */
const METADATA = "169.254.169.254:80";
/** What another program listens on, next door; the backend may go there. */
const PORT = 9000;

describe("the network of an environment", function () {
  this.timeout(400_000);
  let own: OwnEnvironment;
  let inside: Callers;
  let outside: Callers;
  let targets: Record<string, string>;

  before(() => {
    claim(NEXT_DOOR);
    own = new OwnEnvironment(stack, (config) => {
      config.setIn(["config", "todo:backend", "externalPorts"], [PORT]);
    });
    own.up();
    const first = "jsonpath={.spec.template.spec.containers[0].image}";
    const image = own.place.kubectl("get", "deployment", release("frontend"), "--output", first);
    own.place.kubectl("create", "namespace", NEXT_DOOR);
    inside = new Callers(own.namespace, image);
    outside = new Callers(NEXT_DOOR, image);
    inside.add("as-backend", labels("backend"));
    inside.add("as-migration", labels("backend", "-migration"));
    inside.add("as-database", labels("postgres"));
    inside.add("nobody", { app: "nobody" });
    outside.add("neighbour", { app: "neighbour" });
    targets = {
      pages: `${own.place.kubectl("get", "service", release("frontend"), "--output", "jsonpath={.spec.clusterIP}")}:3000`,
      API: `${own.place.kubectl("get", "service", release("backend"), "--output", "jsonpath={.spec.clusterIP}")}:8000`,
      database: `${own.place.kubectl("get", "pod", `${release("postgres")}-0`, "--output", "jsonpath={.status.podIP}")}:5432`,
      "next door": `${outside.addressOf("neighbour")}:${PORT}`,
      "API server": `${own.place.kubectl("get", "service", "kubernetes", "--namespace", "default", "--output", "jsonpath={.spec.clusterIP}")}:443`,
      metadata: METADATA,
    };
  });
  after(() => {
    own?.end();
    unclaim(NEXT_DOOR);
  });

  it("keeps what others write into the node's table while policies are written", function () {
    const router = ["exec", "--namespace=kube-system", "daemonset/kube-router", "--"];
    if (own.place.kubectl("get", "daemonset", "kube-router", "--namespace=kube-system", "--ignore-not-found") === "") {
      this.skip(); // another network plugin than what packages provide
    }
    const script = [
      ...["table=$(mktemp)", "iptables-save -t filter >$table", "iptables -w -N WRITTEN-MEANWHILE"],
      ...["iptables-restore --wait -T filter <$table", "iptables -w -X WRITTEN-MEANWHILE"],
    ];
    own.place.kubectl(...router, "sh", "-ec", script.join("\n"));
  });

  const opened = (callers: Callers, caller: string) => {
    const said = callers.knockAll(caller, Object.values(targets));
    return Object.keys(targets).filter((_, index) => said[index] !== "closed");
  };

  const rows: [who: string, callers: () => Callers, caller: string, open: string[]][] = [
    ["the pages", () => inside, `deployment/${release("frontend")}`, ["pages", "API"]],
    ["the backend", () => inside, "pod/as-backend", ["database", "next door"]],
    ["its migration", () => inside, "pod/as-migration", ["database", "next door"]],
    ["the database", () => inside, "pod/as-database", []],
  ];
  for (const [who, callers, caller, open] of rows) {
    it(`lets ${who} through to ${open.join(" and ") || "nobody"}, and to nothing else`, async () => {
      // A policy takes a moment to reach a pod that is new.
      const found = await until(who, async () => {
        const now = opened(callers(), caller);
        return now.join() === open.join() ? now : undefined;
      });
      figure(
        `open: ${found.join(", ") || "none"}; closed: ${Object.keys(targets)
          .filter((each) => !found.includes(each))
          .join(", ")}`,
      );
    });
  }

  const strangers: [who: string, callers: () => Callers, caller: string][] = [
    ["a pod of the namespace that nobody has wired", () => inside, "pod/nobody"],
    ["a pod of another namespace", () => outside, "pod/neighbour"],
  ];
  for (const [who, callers, caller] of strangers) {
    it(`lets ${who} through to the pages, and not to what is behind them`, () => {
      const found = opened(callers(), caller);
      // What is closed to services is there for whoever has no policy.
      for (const there of ["pages", "next door", "API server"])
        assert.ok(found.includes(there), `${there}: ${found.join()}`);
      assert.deepEqual(
        found.filter((each) => ["API", "database"].includes(each)),
        [],
      );
    });
  }

  it("resolves names for whoever connects to any", () => {
    assert.equal(inside.knock(`deployment/${release("frontend")}`, release("backend"), 8000), "open");
    assert.equal(inside.knock("pod/as-backend", `${release("postgres")}`, 5432), "open");
  });

  it("lets a migration in for as long as it runs, where updates leave the schema alone", () => {
    own.set("database.migrations", "none");
    own.up();
    const { status, said } = own.make("migrate");
    assert.equal(status, 0, said);
    assert.equal(own.place.kubectl("get", "networkpolicies", "--output", "name").trim().split("\n").length, 3);
  });

  for (const [chart, caller, target] of [
    ["postgres", "pod/nobody", "database"],
    ["backend", "pod/nobody", "API"],
    ["frontend", `deployment/${release("frontend")}`, "next door"],
  ]) {
    it(`would be open to ${caller.replace(/.*\//, "")} without the policy of ${chart}`, async () => {
      own.place.kubectl("delete", "networkpolicy", release(chart));
      await until(`${target} to be open`, async () => opened(inside, caller).includes(target) || undefined);
    });
  }
});
