// What the processes of dev may do, as the kernel says it inside their containers, and what its namespace refuses.
// Does not prove: the pods of Jobs, backups and tests, whose security settings test/charts/pods.test.ts holds to be the same.
import { strict as assert } from "node:assert";
import { NAMESPACE_LABELS } from "../../components/namespace.ts";
import { dev, kubectl } from "./cluster.ts";

const workloads = [
  ["deployment/todo-backend-dev", "10001"],
  ["deployment/todo-frontend-dev", "10001"],
  ["statefulset/todo-postgres-dev", "999"],
] as const;

const VERSION = NAMESPACE_LABELS["pod-security.kubernetes.io/enforce-version"];

const inside = (workload: string, script: string) => kubectl("exec", workload, "--", "sh", "-c", script).trim();

for (const [workload, user] of workloads) {
  describe(`the first process of ${workload}`, () => {
    let status: Record<string, string>;
    before(() => {
      const lines = inside(workload, "cat /proc/1/status").split("\n");
      status = Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)));
    });

    it("is no root and has no way to become another user", () => {
      assert.deepEqual(
        [status.Uid, status.Gid],
        [user, user].map((id) => Array(4).fill(id).join("\t")),
      );
      assert.equal(status.NoNewPrivs, "1");
    });

    it("has no capability, and none that it could get", () => {
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) assert.match(status[set], /^0+$/, set);
    });

    it("has its system calls filtered", () => {
      assert.equal(status.Seccomp, "2");
    });

    it("has a root that it cannot write to, no token, and no other Service among its variables", () => {
      assert.match(inside(workload, "grep ' / ' /proc/1/mounts"), /^\S+ \/ \S+ ro,/);
      const token = "if [ -e /var/run/secrets/kubernetes.io ]; then echo there; else echo none; fi";
      assert.equal(inside(workload, token), "none");
      const services = inside(workload, "tr '\\0' '\\n' </proc/1/environ | grep -o '^.*_SERVICE_HOST'");
      // The kubelet gives the API server's address to every container.
      assert.equal(services, "KUBERNETES_SERVICE_HOST");
    });
  });
}

describe("the namespace of dev", () => {
  const pod = (securityContext: object, spec: object = {}) => ({
    ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "intruder" } },
    spec: { ...spec, containers: [{ name: "intruder", image: "localhost/none:1", securityContext }] },
  });
  const refused = (object: object, why: RegExp) =>
    assert.throws(
      () =>
        dev.run(
          JSON.stringify(object),
          "kubectl",
          ...["--context", "todo-on-minikube", "--namespace", "todo-dev"],
          ...["create", "--dry-run=server", "--filename", "-"],
        ),
      why,
    );

  for (const [what, object, why] of [
    [
      "a privileged pod, in the words of the version that it pins",
      pod({ privileged: true }),
      new RegExp(`violates PodSecurity "restricted:${VERSION}": privileged`),
    ],
    ["one that runs as root", pod({ runAsUser: 0 }), /violates PodSecurity .*runAsUser=0/],
    ["one in the node's network", pod({}, { hostNetwork: true }), /violates PodSecurity .*host namespaces/],
    [
      "one with the node's files",
      pod({}, { volumes: [{ name: "root", hostPath: { path: "/" } }] }),
      /violates PodSecurity .*hostPath/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => refused(object, why));
  }
});
