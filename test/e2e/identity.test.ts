// An environment is deployed, changed and removed by who may do nothing outside its namespace, and looked at by who may change
// nothing; what neither may do the API server refuses.
// Does not prove: that no other call is allowed than those that are tried here, though the list of all rules is the API
// server's own; kinds that charts of one's own have (test/components/identity.test.ts has the rules).
import { strict as assert } from "node:assert";
import { rmSync, statSync } from "node:fs";
import type { Checkout } from "./checkout.ts";
import { type Place, placeOf, until } from "./cluster.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "identity";
const namespace = `todo-${stack}`;
const CONTEXT = "todo-on-minikube";
const FRONTEND = `deployment/todo-frontend-${stack}`;

interface Pod {
  metadata: { uid: string; deletionTimestamp?: string };
}

describe("the identities of an environment", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let checkout: Checkout;
  let owner: Place;
  let deployer: Place;
  const files = { deployer: "", reader: "" };
  type Who = keyof typeof files;

  const update = (place: Place, ...more: string[]) => place.pulumi("up", "--yes", "--skip-preview", ...more);
  const set = (place: Place, path: string, value: string) =>
    place.pulumi("config", "set", "--path", `todo:${path}`, "--", value);
  const kubectl = (who: Who, ...args: string[]) =>
    checkout.try(["timeout", "30", "kubectl", "--context", CONTEXT, ...args], { env: { KUBECONFIG: files[who] } });
  /** A command of an identity, in its namespace unless it names another. */
  const wordsOf = (command: string) => {
    const words = command.split(" ");
    return words.some((word) => word === "-n" || word === "-A") ? words : ["-n", namespace, ...words];
  };
  const allowed = (who: Who, command: string) => {
    const { status, said } = kubectl(who, ...wordsOf(command));
    assert.equal(status, 0, `${who}: kubectl ${command}: ${said}`);
    return said;
  };
  const denied = (who: Who, command: string) => {
    const { status, said } = kubectl(who, ...wordsOf(command));
    assert.notEqual(status, 0, `${who}: kubectl ${command}: ${said}`);
    assert.match(said, /forbidden/i, `${who}: kubectl ${command}`);
  };
  const make = (verb: string, env: NodeJS.ProcessEnv = {}, ...wishes: string[]) =>
    checkout.try(["make", verb, `ENV=${stack}`, ...wishes], { env: { TODO_ROOT: checkout.folder, ...env } });

  before(() => {
    own = new OwnEnvironment(stack, (config) => {
      config.setIn(["config", "todo:networkPolicies"], "wired");
    });
    ({ checkout } = own);
    owner = own.place;
    for (const who of Object.keys(files) as Who[]) {
      const { status, said } = make("identity", {}, ...(who === "deployer" ? [] : [`AS=${who}`]));
      assert.equal(status, 0, said);
      files[who] = /KUBECONFIG=(\S+)/.exec(said)?.[1] as string;
      assert.equal(statSync(files[who]).mode & 0o777, 0o600);
    }
    deployer = placeOf(stack, checkout.folder, { ...owner.env, KUBECONFIG: files.deployer });
  });
  after(() => {
    for (const file of Object.values(files)) if (file) rmSync(file, { force: true });
    own?.end();
  });

  it("deploy it with the rights of its namespace alone, and are told what they did not see", () => {
    const unseen = new RegExp(
      `cluster ${CONTEXT}: this login may not look at namespace kube-system, nodes, .*storageclasses, so what depends on that was not checked; namespace ${namespace} is read and neither made, changed nor removed`,
    );
    const preview = deployer.pulumi("preview");
    assert.match(preview, unseen);
    update(deployer);
    assert.match(deployer.pulumi("preview"), /Resources:\n {4}\d+ unchanged\n/);
    set(deployer, "backend.env.E2E", "changed");
    assert.match(deployer.pulumi("preview"), new RegExp(`~ Deployment todo-backend-${stack}`));
    update(deployer);
    update(deployer, "--expect-no-changes");
    const entries = JSON.parse(owner.kubectl("get", "configmap", "deployments", "--output", "json")).data;
    const [first] = Object.values(entries).map((entry) => JSON.parse(entry as string));
    assert.match(first.details.schema ?? "", /\w/, "the revision of the schema, which it asks in the pod");
  });

  it("have back what was deleted by hand, and name what was changed, deployed so", () => {
    owner.kubectl("delete", "service", `todo-backend-${stack}`);
    owner.kubectl("delete", "limitrange", "environment");
    const said = update(deployer);
    assert.match(said, new RegExp(`there is no Service todo-backend-${stack} in the cluster any more; made again`));
    assert.match(said, /LimitRange environment was not there any more, and was made again/);
    update(deployer, "--expect-no-changes");
  });

  it("have the verbs that work on what is deployed, and the tests of its charts", () => {
    const does = (verb: string, says: RegExp, ...wishes: string[]) => {
      const { status, said } = make(verb, { KUBECONFIG: files.deployer }, ...wishes);
      assert.equal(status, 0, said);
      assert.match(said, says);
      assert.doesNotMatch(said, /does not answer|starting Minikube/);
    };
    does("drift", /nobody has changed anything since/);
    owner.kubectl("scale", FRONTEND, "--replicas=2");
    // What changes meanwhile, as a pod gets ready, is not put back but refused (409).
    owner.kubectl("rollout", "status", FRONTEND, "--timeout=180s");
    owner.kubectl("delete", "service", `todo-backend-${stack}`);
    does("drift", /all of it is put back/, "REPAIR=1");
    does("preview", /unchanged/);
    does("history", /\w/);
    does("migrate", /the schema is what \S+ wants/);
    deployer.helm("test", `todo-backend-${stack}`, "--timeout", "90s");
    update(deployer, "--expect-no-changes");
  });

  const elsewhere = [
    ...["get secrets", "get pods", "create configmap x --dry-run=server", "delete pods --all --dry-run=server"].flatMap(
      (command) => ["todo-dev", "kube-system", "default"].map((other) => `-n ${other} ${command}`),
    ),
    ...["get namespaces", "get namespace kube-system", "get pods -A", "get secrets -A", "get nodes"],
    ...["get persistentvolumes", "get storageclasses", "get clusterroles", "get clusterrolebindings", "get crds"],
    "create namespace todo-identity-more --dry-run=server",
    `delete namespace ${namespace} --dry-run=server`,
    `label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite --dry-run=server`,
    "create clusterrolebinding more --clusterrole=admin --user=me --dry-run=server",
    "create rolebinding more --clusterrole=admin --user=me --dry-run=server",
    "create role more --verb=get --resource=pods --dry-run=server",
    ...["get roles", "get rolebindings", "delete rolebinding deployer --dry-run=server"],
    ...["deployer", "reader", "default"].map((account) => `create token ${account}`),
    "get pods --as=system:admin",
    `get pods --as=system:serviceaccount:${namespace}:default`,
    "get pods --as=me --as-group=system:masters",
  ];
  for (const who of ["deployer", "reader"] as const) {
    it(`do nothing outside of it, and get no further rights: ${who}`, () => {
      for (const command of elsewhere) denied(who, command);
    });
  }

  it("are not more than their rules by the API server's own list", () => {
    const SELF = /^self\w+\.auth|^\s|^\S*\.well-known/;
    const lines = (who: Who) =>
      allowed(who, "auth can-i --list --no-headers")
        .split("\n")
        .filter((line) => line.trim() && !SELF.test(line));
    for (const line of lines("reader")) {
      assert.doesNotMatch(line, /create|update|patch|delete|escalate|bind|impersonate|\*/);
      assert.doesNotMatch(line, /^(secrets|configmaps|serviceaccounts|namespaces|nodes)/);
    }
    for (const line of lines("deployer")) assert.doesNotMatch(line, /escalate|impersonate|deletecollection|\*|role/);
  });

  it("look at what explains a workload, and at its logs", () => {
    const kinds = [
      ...["pods", "events", "events.events.k8s.io", "services", "endpoints", "endpointslices", "deployments"],
      ...["replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs", "hpa", "pdb", "ingresses"],
      ...["networkpolicies", "pvc", "resourcequotas", "limitranges"],
    ];
    for (const kind of kinds) allowed("reader", `get ${kind}`);
    // A kind that comes with the add-on that serves it.
    if (owner.kubectl("api-resources", "--api-group=gateway.networking.k8s.io", "--output=name").includes("httproutes"))
      assert.match(allowed("reader", "auth can-i list httproutes.gateway.networking.k8s.io"), /^yes/m);
    allowed("reader", `logs ${FRONTEND} --tail=1`);
  });

  it("look at nothing that holds secrets, go into no pod, and write nothing: reader", () => {
    const [pod] = owner.kubectl("get", "pods", "--output", "name").trim().split("\n");
    const commands = [
      ...["get secrets", "get configmaps", "get serviceaccounts", `exec ${pod} -- true`, `attach ${pod}`],
      ...[
        `port-forward ${pod} :3000`,
        `get --raw /api/v1/namespaces/${namespace}/${pod.replace("pod/", "pods/")}/proxy/`,
      ],
      ...[`delete ${pod} --dry-run=server`, `scale ${FRONTEND} --replicas=0`, `rollout restart ${FRONTEND}`],
      ...[`annotate ${FRONTEND} a=b --dry-run=server`, "create configmap x --dry-run=server"],
      `debug ${pod} --image=localhost/none:1 --profile=restricted`,
    ];
    for (const command of commands) denied("reader", command);
    for (const verb of ["create", "update", "patch", "delete", "deletecollection"])
      for (const kind of ["pods", "deployments.apps", "jobs.batch", "secrets"])
        assert.match(kubectl("reader", "auth", "can-i", verb, kind, "-n", namespace).said, /^no/m, `${verb} ${kind}`);
  });

  it("find out why something is not well, and say what they could not look at", async () => {
    const well = make("diagnose", { KUBECONFIG: files.reader });
    assert.deepEqual([well.status, /every workload is ready/.test(well.said)], [0, true], well.said);
    deployer.kubectl("set", "image", FRONTEND, "todo-frontend=localhost/not-there:1");
    const said = await until("the cause", async () => {
      const found = make("diagnose", { KUBECONFIG: files.reader });
      return /localhost\/not-there:1/.test(found.said) ? found.said : undefined;
    });
    assert.match(said, new RegExp(`not looked at, as this login may not: .*secrets of ${namespace}`));
    deployer.kubectl("rollout", "undo", FRONTEND);
    deployer.kubectl("rollout", "status", FRONTEND, "--timeout=180s");
  });

  it("take over from the owner and give back, with nothing replaced; what they destroy leaves the namespace", () => {
    const uid = () => owner.kubectl("get", "namespace", namespace, "--output", "jsonpath={.metadata.uid}");
    const pods = () => {
      const { items } = JSON.parse(owner.kubectl("get", "pods", "--output", "json")) as { items: Pod[] };
      return items.flatMap(({ metadata: { uid, deletionTimestamp } }) => (deletionTimestamp ? [] : [uid])).sort();
    };
    const before = [uid(), pods()];
    assert.doesNotMatch(owner.pulumi("preview"), /replace/);
    update(owner);
    update(owner, "--expect-no-changes");
    update(deployer, "--expect-no-changes");
    assert.deepEqual([uid(), pods()], before);
    deployer.pulumi("destroy", "--yes", "--skip-preview");
    assert.equal(uid(), before[0]);
    assert.equal(owner.kubectl("get", "deployments,statefulsets,services", "--output", "name").trim(), "");
    const { deployment } = JSON.parse(owner.pulumi("stack", "export"));
    assert.deepEqual(deployment.resources?.map(({ type }: { type: string }) => type).slice(1) ?? [], []);
  });
});
