// `make down` and what the volumes of an environment have kept: gone with every provisioner, or said to be there. Docker
// and kubectl are stand-ins. Does not prove: what the provisioners do (Minikube's was read: it ignores volumes of another
// process of itself), nor that the data are gone from a real node (test/e2e).
import { strict as assert } from "node:assert";
import { afterEach, beforeEach, describe, it } from "mocha";
import { removeVolumes } from "../../../ops/stack/volumes.ts";
import { stackText } from "../../support/stack-text.ts";
import { Stubs } from "../../support/stubs.ts";

const MINIKUBE = "k8s.io/minikube-hostpath";
const volume = (
  provisioner: string,
  policy = "Delete",
  namespace = "todo-lab",
  claim = "data-todo-postgres-lab-0",
) => ({
  metadata: { name: `pvc-${namespace}`, annotations: { "pv.kubernetes.io/provisioned-by": provisioner } },
  spec: {
    claimRef: { namespace, name: claim },
    persistentVolumeReclaimPolicy: policy,
    hostPath: { path: `/tmp/hostpath-provisioner/${namespace}/data-todo-postgres-lab-0` },
  },
  status: { phase: "Released" },
});

describe("the volumes of a namespace that is gone", function () {
  this.timeout(30_000);
  const { PATH } = process.env;
  let machine: Stubs;
  beforeEach(() => {
    machine = new Stubs();
    process.env.PATH = machine.PATH;
    machine.file("namespaces", "kube-system");
    machine.program("docker", 'case "$*" in "container ls"*) echo todo-on-minikube ;; container*) echo true ;; esac');
    // What is deleted is not there any more; `provisioner` does its part at the third question.
    machine.program(
      "kubectl",
      `case "$*" in
  *"get namespace kube-system"*) echo cluster-1 ;;
  *"get secrets"*) echo '{"items":[]}' ;;
  *"get namespace "*) grep -x "$6" namespaces ;;
  *"get persistentvolumes"*)
    [ -e provisioner ] && [ $(grep -c "get persistentvolumes" calls) -ge 3 ] && echo '{"items":[]}' >volumes
    cat volumes ;;
  *"delete persistentvolume "*) echo '{"items":[]}' >volumes ;;
esac; true`,
    );
  });
  afterEach(() => {
    process.env.PATH = PATH;
    machine.end();
  });
  const volumes = (...items: object[]) => machine.file("volumes", JSON.stringify({ items }));
  const changes = () => machine.calls().filter((call) => / (delete|exec) /.test(call));
  const deleted = [
    "docker exec todo-on-minikube rm -rf -- /tmp/hostpath-provisioner/todo-lab/data-todo-postgres-lab-0",
    "kubectl --context todo-on-minikube --request-timeout=20s delete persistentvolume pvc-todo-lab --ignore-not-found --wait=false",
  ];

  it("of Minikube's own provisioner are removed, the folder first", async () => {
    volumes(volume(MINIKUBE), volume(MINIKUBE, "Delete", "todo-dev"));
    await removeVolumes("todo-lab", 5);
    assert.deepEqual(changes(), deleted);
  });

  it("of another one are waited for", async () => {
    volumes(volume("rancher.io/local-path"));
    machine.file("provisioner", "");
    await removeVolumes("todo-lab", 20);
    assert.deepEqual(changes(), []);
  });

  it("and end it with a sentence where that one does nothing", async () => {
    volumes(volume("rancher.io/local-path"));
    await assert.rejects(removeVolumes("todo-lab", 1), {
      message:
        "volume pvc-todo-lab: expected rancher.io/local-path to delete it within 1 s, found it Released, its data with it; `kubectl --context todo-on-minikube describe pv pvc-todo-lab` says more, and the same command goes on from here",
    });
  });

  it("stay where their class says Retain", async () => {
    volumes(volume(MINIKUBE, "Retain"));
    await removeVolumes("todo-lab", 1);
    assert.deepEqual(changes(), []);
  });

  it("are left alone where the folder is not that of the claim", async () => {
    volumes(volume(MINIKUBE, "Delete", "todo-lab", "another"));
    await assert.rejects(removeVolumes("todo-lab", 5), {
      message: /^volume pvc-todo-lab: expected its folder to be that of its claim another, found \/tmp\/.+-lab-0; look/,
    });
    assert.deepEqual(changes(), []);
  });

  it("are not looked for while it is there, as where the question of `pulumi destroy` was answered with no", async () => {
    machine.file("namespaces", "todo-lab");
    volumes(volume(MINIKUBE));
    await removeVolumes("todo-lab", 1);
    assert.deepEqual(machine.calls().length, 1);
  });

  it("are removed by `make down`, when `pulumi destroy` is through", async () => {
    volumes(volume(MINIKUBE, "Delete", "todo-dev"));
    machine.stack("dev", stackText("dev", "inside"));
    machine.toolsAreFound();
    machine.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    machine.program(
      "pulumi",
      `case "$*" in "stack ls"*) echo '[{"name":"dev"}]' ;; "stack export"*) echo '{"deployment":{}}' ;; esac`,
    );
    const { exitCode, stderr } = await machine.run("down", ["dev"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const ends = machine.calls().filter((call) => /^pulumi destroy| delete | exec /.test(call));
    const of = (call: string) => call.replaceAll("todo-lab", "todo-dev");
    assert.deepEqual(ends, ["pulumi destroy --stack dev --yes --skip-preview", ...deleted.map(of)]);
  });
});
