// helm/service: a worker without a port, and a service with one; command and arguments of all services.
// Not proved here: that an image answers, or ends, as its probes say.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { one, podsOf, render, serviceCharts, type Values } from "./render.ts";
import { least } from "./values.ts";

const rendered = (values: Values = {}) => render("service", { ...least.service, ...values });
const containerOf = async (values: Values = {}) =>
  one(await rendered(values), "Deployment").spec.template.spec.containers[0];

describe("a worker", () => {
  const times = (periodSeconds: number, timeoutSeconds: number, failureThreshold: number) => ({
    initialDelaySeconds: 0,
    periodSeconds,
    timeoutSeconds,
    failureThreshold,
  });

  it("has no port, and so nothing that leads to one or asks it", async () => {
    const { ports, startupProbe, livenessProbe, readinessProbe, lifecycle } = await containerOf();
    assert.deepEqual(
      { ports, startupProbe, livenessProbe, readinessProbe, lifecycle },
      {
        ports: undefined,
        startupProbe: undefined,
        livenessProbe: undefined,
        readinessProbe: undefined,
        lifecycle: undefined,
      },
    );
  });

  it("may have probes of its port alone, and no test then", async () => {
    const probes = { startup: { path: "" }, liveness: { path: "" }, readiness: { path: "" } };
    const container = await containerOf({ containerPort: 6379, probes });
    for (const name of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      assert.deepEqual(container[name].tcpSocket, { port: "http" });
      assert.equal("httpGet" in container[name], false);
    }
    const objects = await rendered({ containerPort: 6379, probes });
    assert.equal(
      objects.some(({ kind }) => kind === "Pod"),
      false,
    );
  });

  it("may have probes that are commands", async () => {
    const command = ["sh", "-c", 'celery inspect ping -d "worker@$HOSTNAME"\n\n'];
    const container = await containerOf({ probes: { liveness: { exec: command, periodSeconds: 60 } } });
    assert.deepEqual(container.livenessProbe, { exec: { command }, ...times(60, 5, 3) });
    assert.deepEqual([container.startupProbe, container.readinessProbe], [undefined, undefined]);
  });

  it("scales, has secrets and a policy as the others have", async () => {
    const kinds = (await rendered({ replicaCount: 2, networkPolicy: { enabled: true }, env: { QUEUE: "mails" } })).map(
      ({ kind }) => kind,
    );
    assert.deepEqual(kinds.sort(), [
      "ConfigMap",
      "ConfigMap",
      "Deployment",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "ServiceAccount",
    ]);
  });
});

describe("a service with a port", () => {
  it("is asked over HTTP, unless a probe is a command; a test then is one only where it has its own", async () => {
    const containerPort = 6379;
    const { startupProbe, livenessProbe, lifecycle } = await containerOf({ containerPort });
    assert.deepEqual(startupProbe.httpGet, { path: "/", port: "http" });
    assert.deepEqual(livenessProbe.httpGet, { path: "/", port: "http" });
    assert.deepEqual(lifecycle, { preStop: { sleep: { seconds: 5 } } });
    const exec = ["redis-cli", "ping"];
    const probes = { startup: { exec }, liveness: { exec }, readiness: { exec } };
    const redis = { containerPort, probes, networkPolicy: { enabled: true } };
    const objects = await rendered(redis);
    assert.deepEqual(one(objects, "Deployment").spec.template.spec.containers[0].readinessProbe.exec, {
      command: exec,
    });
    assert.deepEqual(
      podsOf(objects).map(({ name }) => name),
      ["Deployment service-test"],
    );
    // Nobody comes for a test that there is not.
    assert.equal(one(objects, "NetworkPolicy").spec.ingress, undefined);
    const own = await rendered({ ...redis, test: { command: ["redis-cli", "-u"] } });
    assert.deepEqual(one(own, "Pod").spec.containers[0].command, ["redis-cli", "-u", "http://service-test:6379/"]);
  });

  it("is called what the values say: its labels, objects and container", async () => {
    const objects = await render("service", { ...least.service, nameOverride: "todo-worker" }, "todo-worker-test");
    const { metadata, spec } = one(objects, "Deployment");
    assert.equal(metadata.name, "todo-worker-test");
    assert.equal(spec.template.metadata.labels["app.kubernetes.io/name"], "todo-worker");
    assert.equal(spec.template.spec.containers[0].name, "todo-worker");
  });
});

for (const chart of serviceCharts) {
  it(`${chart} runs a command and arguments of the values, and the image's own without them`, async () => {
    const ofPods = async (values: Values) =>
      podsOf(await render(chart, { ...least[chart], containerPort: 9000, ...values })).map(({ name, spec }) => [
        name.split(" ")[0],
        spec.containers[0],
      ]);
    const before = Object.fromEntries(await ofPods({}));
    const words = { command: ["uvicorn", "app:$(APP)"], args: ["--port", "0800", "a b", "", "line\n\n"] };
    for (const [kind, { command, args }] of await ofPods(words)) {
      const { command: own, args: none } = before[kind];
      assert.equal(none, undefined);
      if (kind === "Deployment") assert.equal(own, undefined);
      assert.deepEqual({ command, args }, kind === "Deployment" ? words : { command: own, args: undefined });
    }
  });
}

describe("the test of helm/service", () => {
  /** Runs its script where there is nothing but a shell, some small tools and what `tools` names. */
  const runs = async (tools: string[], status: number) => {
    const folder = mkdtempSync(join(tmpdir(), "tools-"));
    const server = createServer((_, response) => response.writeHead(status).end());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      for (const tool of ["sh", "date", "sleep", "tail", ...tools]) {
        // Python's may be a script that finds it.
        const where = tool === "python3" ? "python3 -c 'import sys; print(sys.executable)'" : `command -v ${tool}`;
        const { stdout } = await execute("sh", ["-c", where]);
        symlinkSync(stdout.trim(), join(folder, tool));
      }
      const [, ...args] = one(await rendered({ containerPort: 9000 }), "Pod").spec.containers[0].command.slice(0, -1);
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`;
      // 40 s would be long to wait for.
      const script = args.map((arg: string) => arg.replace("+ 40", "+ 0"));
      return { ...(await execute(join(folder, "sh"), [...script, url], { PATH: folder })), url };
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  };
  const execute = (program: string, args: string[], env: NodeJS.ProcessEnv = process.env) =>
    new Promise<{ code: number | null; stdout: string }>((done) => {
      const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
      let stdout = "";
      child.stdout.on("data", (part: Buffer) => {
        stdout += part;
      });
      child.on("close", (code) => done({ code, stdout }));
    });

  for (const tool of ["curl", "wget", "python3", "node"]) {
    it(`asks with ${tool} where the image has that`, async function () {
      if ((await execute("sh", ["-c", `command -v ${tool}`])).code !== 0) this.skip();
      const well = await runs([tool], 200);
      assert.deepEqual([well.code, well.stdout], [0, `${well.url} answered\n`]);
      const ill = await runs([tool], 503);
      assert.equal(ill.code, 1);
      assert.ok(ill.stdout.startsWith(`${ill.url} `), ill.stdout);
    });
  }

  it("says what is missing where the image has none of them", async () => {
    const { code, stdout, url } = await runs([], 200);
    const said = `expected curl, wget, python3 or node in the image to ask ${url} with, found none; set test.command, or test.enabled to false\n`;
    assert.deepEqual([code, stdout], [1, said]);
  });
});
