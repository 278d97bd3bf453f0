// What somebody changed in a cluster by hand is found, named, and put back; what nobody changed is not reported. What a cluster
// would refuse ends a preview, and nothing is changed.
// Does not prove: every kind of object; that an update which was refused nothing succeeds (prediction.test.ts).
import { strict as assert } from "node:assert";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout.ts";
import { dev, kubectl, until } from "./cluster.ts";

const BACKEND = "todo-backend-dev";
const FRONTEND = "todo-frontend-dev";

interface Live {
  metadata: { name: string; [field: string]: unknown };
  data: Record<string, string>;
  [field: string]: unknown;
}

describe("dev", function () {
  this.timeout(300_000);
  let checkout: Checkout;
  before(() => {
    checkout = new Checkout(dev.env.PULUMI_CONFIG_PASSPHRASE ?? "dev");
  });
  after(() => checkout.remove());

  const drift = (...wish: string[]) => {
    const env = { TODO_ROOT: checkout.folder };
    const { status, said } = checkout.try(["make", "drift", "ENV=dev", ...wish], { env });
    return { status, lines: said.split("\n").filter((line) => /^ {2}[-~] /.test(line)), said };
  };
  const preview = () => checkout.try(["pulumi", "preview", "--stack", "dev", "--non-interactive"]);
  const live = (kind: string, name: string): Live => JSON.parse(kubectl("get", kind, name, "--output", "json"));
  const nameOf = (kind: string, start: string) =>
    kubectl("get", kind, "--output", "name")
      .split("\n")
      .map((name) => name.split("/")[1])
      .find((name) => name?.startsWith(start)) as string;
  /** What cannot be changed, with another content: as somebody does it who wants it so. */
  const exchange = (kind: string, name: string, value: string) => {
    const { metadata, data, ...rest } = live(kind, name);
    const { labels, annotations } = metadata;
    const key = Object.keys(data).sort()[0];
    const other = { ...rest, metadata: { name, labels, annotations }, data: { ...data, [key]: value } };
    kubectl("delete", kind, name);
    const file = join(checkout.folder, "exchanged.json");
    writeFileSync(file, JSON.stringify(other));
    kubectl("create", "--filename", file);
  };

  it("has nothing in its way, as `make doctor` and `make recover` say", () => {
    const env = { TODO_ROOT: checkout.folder };
    const doctor = checkout.try(["make", "doctor", "ENV=dev"], { env });
    assert.equal(doctor.status, 0, doctor.said);
    for (const what of ["cluster todo-on-minikube: answers", "clock: ", "lock of the stack: nobody", "preview: passes"])
      assert.match(doctor.said, new RegExp(`^ok +${what}`, "m"));
    const recover = checkout.try(["make", "recover", "ENV=dev"], { env });
    assert.equal(recover.status, 0, recover.said);
    assert.match(recover.said, /nothing of an interrupted update is left/);
  });

  it("has no drift after an update, a restart and a scaling by its controllers", () => {
    kubectl("rollout", "restart", `deployment/${BACKEND}`);
    kubectl("rollout", "status", `deployment/${BACKEND}`, "--timeout=180s");
    const { status, said } = drift();
    assert.equal(status, 0, said);
    assert.match(said, /todo-dev: \d+ objects compared .*\nnobody has changed anything since/);
    assert.doesNotMatch(preview().said, /by hand/);
  });

  it("has what was changed by hand, each named once, in a preview too; and it is put back", async () => {
    // Of an earlier value there may be one besides.
    const used = "jsonpath={.spec.template.spec.containers[0].env[*].valueFrom.secretKeyRef.name}";
    const [secret] = kubectl("get", "deployment", BACKEND, "--output", used).split(" ");
    const config = nameOf("configmaps", `${FRONTEND}-config-`);
    exchange("secret", secret, Buffer.from("by hand").toString("base64"));
    exchange("configmap", config, "by hand");
    kubectl("scale", `deployment/${FRONTEND}`, "--replicas=2");
    kubectl("delete", "service", BACKEND);
    kubectl("set", "image", `deployment/${FRONTEND}`, "todo-frontend=localhost/by-hand:1");
    const extra = { name: "extra", image: "localhost/by-hand:1", resources: { requests: { cpu: "10m" } } };
    const patch = [{ op: "add", path: "/spec/template/spec/containers/-", value: extra }];
    kubectl("patch", "deployment", BACKEND, "--type=json", `--patch=${JSON.stringify(patch)}`);
    kubectl("patch", "resourcequota", "environment", "--type=merge", '--patch={"spec":{"hard":{"pods":"77"}}}');
    const expected = [
      `Secret ${secret}: data`,
      `ConfigMap ${config}: data`,
      `Deployment ${FRONTEND}: spec.replicas is 2, and 1 by release ${FRONTEND}`,
      `Deployment ${FRONTEND}: spec.template.spec.containers[todo-frontend].image is "localhost/by-hand:1"`,
      `Deployment ${BACKEND}: spec.template.spec.containers[extra] is {"name":"extra"`,
      `Service ${BACKEND} of release ${BACKEND} is not there any more`,
      "ResourceQuota environment: spec.hard.pods is",
    ];
    try {
      const { status, lines, said } = drift();
      assert.equal(status, 2, said);
      assert.equal(lines.length, expected.length, said);
      for (const each of expected)
        assert.equal(lines.filter((line) => line.includes(each)).length, 1, `${each} in:\n${said}`);
      assert.doesNotMatch(said, /YnkgaGFuZA/, "what a Secret holds");
      assert.match(preview().said, /changed in the cluster by hand, and left so/);
    } finally {
      const { status, said } = drift("REPAIR=1");
      assert.equal(status, 0, said);
      assert.match(said, /all of it is put back/);
    }
    assert.equal(drift().status, 0);
    for (const name of [BACKEND, FRONTEND]) kubectl("rollout", "status", `deployment/${name}`, "--timeout=180s");
    await until(
      "the preview to find nothing",
      async () => /Resources:\n {4}\d+ unchanged\n/.test(preview().said) || undefined,
    );
  });

  it("takes a rotation back, whose Secret has the name of one that is still there", () => {
    const file = join(checkout.folder, "Pulumi.dev.yaml");
    const before = readFileSync(file, "utf8");
    const env = { TODO_ROOT: checkout.folder };
    const rotated = checkout.try(["make", "rotate", "ENV=dev", "KEY=SECRET_KEY"], { env });
    assert.equal(rotated.status, 0, rotated.said);
    writeFileSync(file, before);
    checkout.run(["pulumi", "up", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive"]);
    assert.equal(drift().status, 0);
    assert.match(preview().said, /Resources:\n {4}\d+ unchanged\n/);
  });

  it("is not replaced where its context has another name", () => {
    const kubeconfig = join(checkout.folder, "renamed.yaml");
    const env = { KUBECONFIG: kubeconfig };
    writeFileSync(kubeconfig, dev.run("", "kubectl", "config", "view", "--raw", "--flatten"));
    checkout.try(["kubectl", "config", "rename-context", "todo-on-minikube", "renamed"], { env });
    const file = join(checkout.folder, "Pulumi.dev.yaml");
    const before = readFileSync(file, "utf8");
    checkout.run(["pulumi", "config", "set", "--stack", "dev", "--path", "todo:cluster.context", "renamed"]);
    try {
      const { status, said } = checkout.try(["pulumi", "preview", "--stack", "dev", "--non-interactive"], { env });
      assert.equal(status, 0, said);
      assert.match(said, /Resources:\n {4}~ 2 to update\n {4}\d+ unchanged\n/);
    } finally {
      writeFileSync(file, before);
    }
  });

  /** Edits of a template, and what the preview then ends with. */
  const refused: [what: string, chart: string, file: string, edit: (text: string) => string, says: RegExp][] = [
    [
      "an unknown field",
      "todo-backend",
      "deployment.yaml",
      (text) => text.replace(/^spec:/m, "spec:\n  replica: 1"),
      /Deployment todo-backend-dev: the cluster knows no such field, .*\.spec\.replica: field not declared in schema; nothing was changed; correct its name/,
    ],
    [
      "a field of another type",
      "todo-backend",
      "deployment.yaml",
      (text) => text.replace(/^spec:/m, 'spec:\n  minReadySeconds: "soon"'),
      /Deployment todo-backend-dev: .*minReadySeconds/,
    ],
    [
      "a selector that cannot be changed",
      "todo-frontend",
      "deployment.yaml",
      (text) => text.replace(/^( +)matchLabels:/m, "$1matchLabels:\n$1  app.kubernetes.io/part-of: todo"),
      /Deployment todo-frontend-dev: .*field is immutable\]?; nothing was changed; delete the object first, or keep the field/,
    ],
    [
      "an address that is none of the cluster's",
      "todo-backend",
      "another.yaml",
      () =>
        "apiVersion: v1\nkind: Service\nmetadata: { name: another }\nspec: { clusterIP: 1.2.3.4, ports: [{ port: 80 }] }\n",
      /Service another: .*not in the valid range/,
    ],
    [
      "a kind that the cluster has not",
      "todo-backend",
      "another.yaml",
      () => "apiVersion: example.org/v1\nkind: Widget\nmetadata: { name: another }\n",
      /Widget another: .*the cluster has no kind Widget of example.org\/v1/,
    ],
    [
      "an object that somebody else has made",
      "todo-backend",
      "another.yaml",
      () => "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kube-root-ca.crt }\ndata: { a: b }\n",
      /ConfigMap kube-root-ca.crt: .*it is there already, and no release has made it; nothing was changed; .*kubectl --context \S+ -n todo-dev annotate/,
    ],
  ];
  for (const [what, chart, name, edit, says] of refused) {
    it(`is not updated with ${what}, and its preview says so`, () => {
      const file = join(checkout.folder, "helm", chart, "templates", name);
      const before = name === "another.yaml" ? "" : readFileSync(file, "utf8");
      writeFileSync(file, edit(before));
      try {
        const { status, said } = preview();
        assert.notEqual(status, 0, said);
        assert.match(said, says);
        assert.match(said, /; nothing was changed; /);
        assert.doesNotMatch(said, /\n\s+at .*\.ts:\d+/, "a stack trace");
        const update = checkout.try(["pulumi", "up", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive"]);
        assert.notEqual(update.status, 0);
        assert.match(update.said, says);
      } finally {
        if (before) writeFileSync(file, before);
        else rmSync(file);
      }
    });
  }
});
