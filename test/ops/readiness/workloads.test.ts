// How `make up` waits for workloads: what it asks, until when, and what it says when it gives up.
// Does not prove: what is ready when (test/ops/readiness/unready.test.ts), nor that a cluster answers like the stand-ins here (test/e2e).
import { strict as assert } from "node:assert";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { waitForWorkloads } from "../../../ops/readiness/workloads.ts";

describe("waiting for workloads", () => {
  const { PATH } = process.env;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-wait-"));
    process.env.PATH = `${folder}:${PATH}`;
  });
  beforeEach(() => writeFileSync(join(folder, "calls"), ""));
  after(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true, force: true });
  });

  /** A command that writes down how it was called and then runs a line of shell, in which $n is the number of the call. */
  const command = (name: string, line: string) => {
    const path = join(folder, name);
    const count = `n=$(grep -c "^${name} " ${folder}/calls)`;
    writeFileSync(path, `#!/bin/sh\necho ${name} "$@" >>${folder}/calls\n${count}\n${line}\n`);
    chmodSync(path, 0o755);
  };
  const calls = (name: string) =>
    readFileSync(join(folder, "calls"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith(`${name} `));

  const deployment = (readyReplicas: number) => ({
    kind: "Deployment",
    metadata: { name: "api", namespace: "todo-dev", generation: 1 },
    spec: { replicas: 1 },
    status: { observedGeneration: 1, updatedReplicas: 1, readyReplicas },
  });
  const pod = {
    kind: "Pod",
    metadata: {
      name: "api-1-x",
      namespace: "todo-dev",
      labels: { app: "api" },
      ownerReferences: [{ kind: "ReplicaSet", name: "api-1", controller: true }],
    },
    spec: {},
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
  const service = {
    kind: "Service",
    metadata: { name: "api", namespace: "todo-dev" },
    spec: { clusterIP: "10.96.0.9", selector: { app: "api" }, ports: [{ port: 8000 }] },
  };
  /** What kubectl answers, call by call; the last answer stays. */
  const cluster = (...answers: object[][]) => {
    answers.forEach((items, index) => {
      writeFileSync(join(folder, `answer-${index + 1}`), JSON.stringify({ items }));
    });
    command("kubectl", `[ $n -gt ${answers.length} ] && n=${answers.length}\ncat ${folder}/answer-$n`);
  };
  const node = (exec: string) =>
    command("docker", `case $1 in container) echo 2026-11-21T12:00:00Z ;; exec) ${exec} ;; esac`);

  it("asks once where all is ready, and the Services from the node", async () => {
    cluster([deployment(1), pod, service]);
    node("true");
    await waitForWorkloads("todo-dev");
    assert.equal(calls("kubectl").length, 1);
    assert.deepEqual(calls("docker").slice(1), [
      "docker exec todo-on-minikube timeout 3 bash -c exec 3<>/dev/tcp/10.96.0.9/8000",
    ]);
  });

  it("asks until it is", async () => {
    cluster([deployment(0), pod], [deployment(0), pod], [deployment(1), pod]);
    node("true");
    await waitForWorkloads("todo-dev");
    assert.equal(calls("kubectl").length, 3);
  });

  it("goes on past an API server that does not answer yet", async () => {
    writeFileSync(join(folder, "answer"), JSON.stringify({ items: [] }));
    command("kubectl", `[ $n -eq 1 ] && exit 1\ncat ${folder}/answer`);
    node("true");
    await waitForWorkloads("todo-dev");
    assert.equal(calls("kubectl").length, 2);
  });

  const hint =
    "\n  `kubectl --context todo-on-minikube -n todo-dev get events --sort-by=.lastTimestamp` says what happened; fix it and run this again";
  const failures: [string, object[], string, string][] = [
    ["a workload", [deployment(0), pod], "true", "Deployment api: 0 of 1 pods ready"],
    [
      "a Service",
      [deployment(1), pod, service],
      "exit 1",
      "Service api: no answer at 10.96.0.9:8000, asked from the node",
    ],
  ];
  for (const [title, items, exec, said] of failures) {
    it(`gives up naming ${title}`, async () => {
      cluster(items);
      node(exec);
      await assert.rejects(waitForWorkloads("todo-dev", 0), {
        message: `todo-dev: not ready after 0 s:\n    ${said}${hint}`,
      });
    });
  }
});
