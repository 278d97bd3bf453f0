// What `make up` makes of a cluster that was stopped or killed.
// Does not prove: each moment at which a machine can lose power.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { apisVerdict, type ServedApi } from "../../ops/doctor/verdict.ts";
import { addTodo, titles } from "./api.ts";
import { chartTest } from "./chart-test.ts";
import { command, dev, pulumi, until } from "./cluster.ts";

function silentApis(): ServedApi[] {
  const { items } = JSON.parse(dev.kubectl("get", "apiservices", "--output", "json")) as { items: ServedApi[] };
  return items.filter((api) => apisVerdict([api]).is !== "ok");
}

describe("a cluster that was asleep", function () {
  this.timeout(600_000);

  const sleeps: [string, () => void][] = [
    ["`minikube stop`", () => execFileSync("minikube", ["--profile", "todo-on-minikube", "stop"], { stdio: "ignore" })],
    ["its node was killed", () => command("docker", "kill", "todo-on-minikube")],
  ];
  for (const [title, sleep] of sleeps) {
    it(`works when \`make up\` says so, after ${title}: nothing changed, the data is there, the charts' tests pass`, async () => {
      const url = JSON.parse(pulumi("stack", "output", "--json")).url as string;
      await addTodo(url, `kept over ${title}`);
      const before = await until("the list of todos", () => titles(url));
      assert.ok(before.includes(`kept over ${title}`));
      sleep();

      const said = command("make", "up");
      assert.match(said, /Resources:\s+\d+ unchanged/);
      // At once, and once: what is not ready now was not ready when `make up` said that it was.
      assert.deepEqual(await titles(url), before);
      // Of add-ons, too: while one does not answer, no namespace can be deleted.
      await until("every API to be available", async () => silentApis().length === 0 || undefined);
      for (const release of ["todo-backend-dev", "todo-frontend-dev", "todo-postgres-dev"]) chartTest(release);
    });
  }
});
