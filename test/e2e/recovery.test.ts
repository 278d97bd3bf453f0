// What `make up` makes of an update that was killed.
// Does not prove: each moment at which an update can be killed.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, family, helm, kubectl, pulumi, until } from "./cluster.ts";

const status = (release: string) => JSON.parse(helm("status", release, "--output", "json")).info.status as string;

describe("after an update that was killed", function () {
  this.timeout(600_000);

  it("`make up` releases the lock, goes on from the release and deploys again", async () => {
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
    assert.match(said, /release todo-backend-dev was pending-upgrade since an update that did not end/);
    assert.equal(status("todo-backend-dev"), "deployed");
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    const read = (...what: string[]) => kubectl("get", ...what.slice(0, 2), "--output", `jsonpath=${what[2]}`);
    const reference = "{.spec.template.spec.containers[0].envFrom[0].configMapRef.name}";
    const variables = JSON.parse(read("configmap", read("deployment", "todo-backend-dev", reference), "{.data}"));
    assert.ok("BACKEND_ENV" in variables && !("E2E" in variables), "the killed update's variable is still deployed");
  });
});
