// What `make up` makes of an update that was killed, and of a cluster that was stopped or killed.
// Does not prove: each moment at which a machine can lose power.
import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chartTest } from "./chart-test";
import { command, helm, kubectl, pulumi, until } from "./cluster";

const status = (release: string) => JSON.parse(helm("status", release, "--output", "json")).info.status as string;

/** A process and all below it: the CLI, the language host, the program, the provider that runs Helm. */
function family(pid: number): number[] {
  const table = command("ps", "-A", "-o", "pid=,ppid=").trim().split("\n");
  const children = table.map((line) => line.trim().split(/\s+/).map(Number)).filter(([, parent]) => parent === pid);
  return [pid, ...children.flatMap(([child]) => family(child))];
}

describe("after an update that was killed", function () {
  this.timeout(240_000);

  it("`make up` releases the lock, rolls the release back and deploys again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "todo-e2e-"));
    const config = join(folder, "Pulumi.dev.yaml");
    copyFileSync("Pulumi.dev.yaml", config);
    command(
      "pulumi",
      "config",
      "set",
      "--stack",
      "dev",
      "--config-file",
      config,
      "--path",
      "todo:backend.env.E2E",
      "killed",
    );

    const update = spawn("pulumi", ["up", "--stack", "dev", "--yes", "--skip-preview", "--config-file", config], {
      stdio: "ignore",
    });
    await until(
      "the upgrade of the backend to begin",
      async () => status("todo-backend-dev") === "pending-upgrade" || undefined,
    );
    for (const pid of family(update.pid as number)) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true });

    const said = command("make", "up");
    assert.match(said, /removing the lock of an interrupted update/);
    assert.match(said, /todo-backend-dev: pending-upgrade since an interrupted update; rolling back to revision \d+/);
    assert.equal(status("todo-backend-dev"), "deployed");
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    const env = kubectl(
      "get",
      "deployment",
      "todo-backend-dev",
      "--output",
      "jsonpath={.spec.template.spec.containers[0].env[*].name}",
    );
    assert.ok(!env.split(" ").includes("E2E"), "the killed update's variable is still deployed");
  });
});

describe("a cluster that was asleep", function () {
  this.timeout(300_000);

  const sleeps: [string, () => void][] = [
    ["`minikube stop`", () => execFileSync("minikube", ["--profile", "todo-on-minikube", "stop"], { stdio: "ignore" })],
    ["its node was killed", () => command("docker", "kill", "todo-on-minikube")],
  ];
  for (const [title, sleep] of sleeps) {
    it(`works when \`make up\` says so, after ${title}: nothing changed, the data is there, the charts' tests pass`, async () => {
      const url = JSON.parse(pulumi("stack", "output", "--json")).url as string;
      const todos = async () => {
        const response = await fetch(`${url}/api/todos`, { signal: AbortSignal.timeout(5_000) });
        assert.equal(response.status, 200);
        return ((await response.json()) as { title: string }[]).map(({ title }) => title);
      };
      const before = await until("the list of todos", todos);
      assert.ok(before.length > 0, "expected todos from the suites before this one");
      sleep();

      const said = command("make", "up");
      assert.match(said, /Resources:\s+\d+ unchanged/);
      // At once, and once: what is not ready now was not ready when `make up` said that it was.
      assert.deepEqual(await todos(), before);
      for (const release of ["todo-backend-dev", "todo-frontend-dev", "todo-postgres-dev"]) chartTest(release);
    });
  }
});
