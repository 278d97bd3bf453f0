// Every state in which a workload does not get ready, made by a small chart on the cluster, is known by its cause, and said in
// the words of docs/causes.md. With RECORD=1 in the environment, what the cluster says now is what the page is made of.
// Does not prove: that an update ends with the cause (test/e2e/healing.test.ts); causes of a node that is in trouble, which
// would be everybody's (packages/local-charts/test/cause).
import { strict as assert } from "node:assert";
import { type Cause, causesOf, diagnose, type Situation, situationOf } from "local-charts/objects";
import { causeHints } from "../../components/cause-hints.ts";
import { alike, recordedSituations } from "../../ops/generate/causes.ts";
import { record } from "./causes/record.ts";
import { CHART, states } from "./causes/states.ts";
import { claim, unclaim } from "./claims.ts";
import { command, until } from "./cluster.ts";

const CONTEXT = "todo-on-minikube";
const NAMESPACE = "todo-causes";
/** Where pods may do little. */
const LIMITED = `${NAMESPACE}-limits`;
/** Of the Secret `credentials`; the crash says it. */
const PASSWORD = "correct horse battery";
const hints = causeHints(true);
const helm = (...args: string[]) => command("helm", "--kube-context", CONTEXT, "--namespace", NAMESPACE, ...args);

/** `crash` of `pod crash-6df87ff697-gvrvs`, `volume-class` of `pod volume-class-0` */
const stateOf = ({ object }: Cause) => {
  const name = object.split(" ")[1];
  return [...states.keys()].filter((state) => name === state || name.startsWith(`${state}-`)).at(-1);
};

describe("the cause of a workload that is not ready", function () {
  this.timeout(400_000);
  const found = new Map<string, Cause[]>();
  let recorded: Map<string, Situation>;

  const look = async () => {
    const all = await Promise.all([NAMESPACE, LIMITED].map((namespace) => diagnose(CONTEXT, namespace, hints)));
    found.clear();
    for (const cause of all.flatMap(({ causes }) => causes)) {
      const state = stateOf(cause) ?? cause.object;
      found.set(state, [...(found.get(state) ?? []), cause]);
    }
    const late = [...states].filter(([state, kind]) => !found.get(state)?.some((cause) => cause.kind === kind));
    if (late.length === 0) return true;
    throw new Error(`not known yet: ${late.map(([state]) => state).join(", ")}`);
  };

  before(async () => {
    claim(NAMESPACE, LIMITED);
    command("kubectl", "--context", CONTEXT, "create", "namespace", NAMESPACE);
    helm("upgrade", "--install", "causes", CHART);
    await until("every cause to be known", look);
    if (process.env.RECORD) {
      const situations = [NAMESPACE, LIMITED].map((namespace) => situationOf(CONTEXT, namespace));
      record([...states.keys()], await Promise.all(situations), (text) => text.replaceAll(PASSWORD, "[redacted]"));
    }
    recorded = recordedSituations();
  });
  after(() => {
    try {
      helm("uninstall", "causes", "--ignore-not-found", "--no-hooks");
    } finally {
      unclaim(NAMESPACE, LIMITED);
    }
  });

  it("is none of workloads that are well beside it", () => {
    assert.deepEqual(
      [...found.keys()].filter((state) => !states.has(state)),
      [],
    );
  });

  for (const [state, kind] of states) {
    it(`is ${kind}: ${state}`, () => {
      const words = (causes: Cause[]) =>
        causes.filter((cause) => cause.kind === kind).map(({ text, fix }) => alike(`${text}; ${fix}`));
      const said = found.get(state) as Cause[];
      const known = recorded.get(state);
      assert.ok(known, "it was never recorded: RECORD=1 make e2e ONLY=causes");
      assert.deepEqual(words(said), words(causesOf(known, hints)), "other words than those of docs/causes.md");
    });
  }

  it("holds nothing of a Secret", () => {
    const [{ evidence }] = found.get("crash") as Cause[];
    assert.ok(!JSON.stringify([...found]).includes(PASSWORD));
    assert.deepEqual(evidence, ["starting with [redacted]", "no configuration at /etc/web.yaml"]);
  });
});
