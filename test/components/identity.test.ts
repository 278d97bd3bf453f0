// What the identities of an environment may do, rule by rule. Does not prove: that the API server answers so, and that an
// update needs no more (test/e2e/identity.test.ts).
import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { Environment } from "../../components/environment.ts";
import { IDENTITIES, identityObjects, kubeconfigOf, type Rule, rulesOf } from "../../components/identity.ts";
import { namespaceObject } from "../../components/namespace.ts";

/** Each right by itself: `apps/deployments get`. */
const rights = (rules: Rule[]) =>
  rules.flatMap(({ apiGroups, resources, verbs, resourceNames: names }) =>
    resources.flatMap((resource) =>
      verbs.map((verb) => `${apiGroups[0]}/${resource} ${verb}${names ? ` of ${names}` : ""}`),
    ),
  );
const verbsOf = (rules: Rule[]) => {
  const found: Record<string, string> = {};
  for (const { apiGroups, resources, verbs } of rules)
    for (const resource of resources) found[`${apiGroups[0]}/${resource}`] = verbs.join(" ");
  return found;
};

const READ = "get list watch";
const MANAGE = `${READ} create update patch delete`;

/** What a set of rules is not to have, each with what is wrong. */
function wrongs(rules: Rule[], writes: boolean): string[] {
  return rights(rules).flatMap((right) => {
    const [place, verb] = right.split(" ");
    const [group, resource, below] = place.split("/");
    const wrong = [
      right.includes("*") && "a wildcard",
      ["escalate", "bind", "impersonate", "deletecollection"].includes(verb) && "a verb that gives more",
      /rbac|authentication|certificates|apiextensions|admission/.test(group) && "a group that gives more",
      /^(nodes|persistentvolumes|storageclasses|users|groups)$/.test(resource) && "what belongs to the cluster",
      resource === "namespaces" && right !== "/namespaces get of todo-lab" && "the namespace's own object",
      below === "token" && "tokens",
      !writes && !["get", "list", "watch"].includes(verb) && "a verb that writes",
      !writes && ["secrets", "configmaps", "serviceaccounts"].includes(resource) && "what may hold secrets",
      !writes && below !== undefined && right !== "/pods/log get" && "a way into a pod",
    ];
    return wrong.filter((each) => each !== false).map((each) => `${right}: ${each}`);
  });
}

describe("the identities of an environment", () => {
  it("have these rights, and no other: who deploys", () => {
    const manage = (group: string, ...kinds: string[]) =>
      Object.fromEntries(kinds.map((kind) => [`${group}/${kind}`, MANAGE]));
    assert.deepEqual(verbsOf(rulesOf("deployer", "todo-lab")), {
      "/namespaces": "get",
      ...manage("", "configmaps", "secrets", "services", "serviceaccounts", "persistentvolumeclaims"),
      ...manage("", "resourcequotas", "limitranges"),
      "/pods": `${READ} create delete`,
      "/events": READ,
      ...{ "/pods/log": "get", "/pods/proxy": "get", "/services/proxy": "get" },
      ...{ "/pods/exec": "get create", "/pods/portforward": "get create" },
      ...manage("apps", "deployments", "statefulsets"),
      ...{ "apps/daemonsets": READ, "apps/replicasets": READ, "apps/controllerrevisions": READ },
      "apps/deployments/scale": "get update patch",
      ...manage("batch", "jobs", "cronjobs"),
      ...manage("autoscaling", "horizontalpodautoscalers"),
      ...manage("policy", "poddisruptionbudgets"),
      ...manage("networking.k8s.io", "ingresses", "networkpolicies"),
      ...manage("gateway.networking.k8s.io", "httproutes"),
      ...manage("monitoring.coreos.com", "podmonitors", "prometheusrules"),
    });
  });

  it("have these rights, and no other: who looks", () => {
    const read = (group: string, ...kinds: string[]) =>
      Object.fromEntries(kinds.map((kind) => [`${group}/${kind}`, READ]));
    assert.deepEqual(verbsOf(rulesOf("reader", "todo-lab")), {
      ...read("", "pods", "services", "endpoints", "events", "persistentvolumeclaims", "resourcequotas", "limitranges"),
      "/pods/log": "get",
      ...read("events.k8s.io", "events"),
      ...read("discovery.k8s.io", "endpointslices"),
      ...read("apps", "deployments", "replicasets", "statefulsets", "daemonsets"),
      ...read("batch", "jobs", "cronjobs"),
      ...read("autoscaling", "horizontalpodautoscalers"),
      ...read("policy", "poddisruptionbudgets"),
      ...read("networking.k8s.io", "ingresses", "networkpolicies"),
      ...read("gateway.networking.k8s.io", "httproutes"),
      ...read("monitoring.coreos.com", "podmonitors", "prometheusrules"),
    });
  });

  it("have nothing by which they get more, and who looks nothing that writes or holds secrets", () => {
    assert.deepEqual(wrongs(rulesOf("deployer", "todo-lab"), true), []);
    assert.deepEqual(wrongs(rulesOf("reader", "todo-lab"), false), []);
  });

  /** A rule that would be one too many. */
  const loosened: [what: string, rule: Rule, writes: boolean][] = [
    ["a wildcard", { apiGroups: ["apps"], resources: ["*"], verbs: ["get"] }, true],
    [
      "a verb that gives more",
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["bind"] },
      true,
    ],
    [
      "a group that gives more",
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["get"] },
      true,
    ],
    ["what belongs to the cluster", { apiGroups: [""], resources: ["nodes"], verbs: ["get"] }, true],
    ["the namespace's own object", { apiGroups: [""], resources: ["namespaces"], verbs: ["patch"] }, true],
    ["tokens", { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }, true],
    ["a verb that writes", { apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }, false],
    ["what may hold secrets", { apiGroups: [""], resources: ["secrets"], verbs: ["list"] }, false],
    ["what may hold secrets", { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }, false],
    ["a way into a pod", { apiGroups: [""], resources: ["pods/exec"], verbs: ["get"] }, false],
    ["a way into a pod", { apiGroups: [""], resources: ["pods/portforward"], verbs: ["get"] }, false],
  ];
  for (const [what, rule, writes] of loosened) {
    it(`would fail here with ${what}: ${rule.verbs} ${rule.resources}`, () => {
      const found = wrongs([...rulesOf(writes ? "deployer" : "reader", "todo-lab"), rule], writes);
      assert.ok(
        found.some((each) => each.endsWith(`: ${what}`)),
        found.join("\n"),
      );
    });
  }

  it("are bound in their namespace alone, to a ServiceAccount whose token no pod gets by itself", () => {
    for (const identity of IDENTITIES) {
      const [account, role, binding] = identityObjects(identity, "todo-lab");
      const all = [account, role, binding];
      assert.deepEqual(
        all.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace]),
        ["ServiceAccount", "Role", "RoleBinding"].map((kind) => [kind, identity, "todo-lab"]),
      );
      assert.equal(account.automountServiceAccountToken, false);
      assert.deepEqual(role.rules, rulesOf(identity, "todo-lab"));
      assert.deepEqual(
        [binding.roleRef, binding.subjects],
        [
          { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: identity },
          [{ kind: "ServiceAccount", name: identity, namespace: "todo-lab" }],
        ],
      );
    }
  });

  it("are known by a kubeconfig of the stack's own context, which has nothing of its owner", () => {
    const cluster = { server: "https://10.0.0.1:8443", "certificate-authority-data": "Q0E=" };
    assert.deepEqual(kubeconfigOf("reader", { context: "lab", namespace: "todo-lab", cluster, token: "t" }), {
      ...{ apiVersion: "v1", kind: "Config", "current-context": "lab" },
      clusters: [{ name: "lab", cluster }],
      users: [{ name: "todo-lab-reader", user: { token: "t" } }],
      contexts: [{ name: "lab", context: { cluster: "lab", user: "todo-lab-reader", namespace: "todo-lab" } }],
    });
  });
});

describe("the namespace of an environment", () => {
  /** What is asked of the engine about it. */
  const asked = async (writesNamespace: boolean) => {
    const found: pulumi.runtime.MockResourceArgs[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => {
          if (args.type.endsWith(":Namespace")) found.push(args);
          return { id: args.id || args.name, state: args.inputs };
        },
        call: () => ({}),
      },
      ...(["todo", "lab", false] as const),
    );
    const quota = { cpu: "1", memory: "1Gi", storageGiB: 1 };
    const place = { namespace: "todo-lab", context: "lab", cluster: undefined, writesNamespace };
    const contents = new pulumi.ComponentResource("test:Contents", "contents") as unknown as pulumi.ProviderResource;
    const { ready } = new Environment("environment", { ...place, contents, secrets: {}, random: [], quota }, {});
    await new Promise((done) => ready.apply(done));
    return found.map(({ id, inputs }) => ({ id, inputs }));
  };

  it("is made with the labels that `make identity` gives it", async () => {
    const { labels } = namespaceObject("todo-lab").metadata;
    const [{ id, inputs }] = await asked(true);
    assert.deepEqual([id || undefined, inputs.metadata], [undefined, { name: "todo-lab", labels }]);
  });

  it("is only read by who may not write it", async () => {
    assert.deepEqual(
      (await asked(false)).map(({ id }) => id),
      ["todo-lab"],
    );
  });
});
