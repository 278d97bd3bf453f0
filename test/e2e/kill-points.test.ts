// Twenty moments at which an update is killed: ten first installs and ten upgrades; all of it, the command alone, or the provider
// alone. After each `make recover` finds its way, and plain `pulumi up` gets there, with no edit by hand.
// Does not prove: a machine that loses its power; a moment that chance did not choose.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { command, family, type Place } from "./cluster.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "killed";
const ROUNDS = 10;
/** Who is killed, in turn. */
const WHO = ["all of it", "the command", "the provider"] as const;

describe("an update that is killed", function () {
  this.timeout(900_000);
  let own: OwnEnvironment;
  let place: Place;
  /** Milliseconds that an update takes which nobody kills. */
  const takes = { install: 25_000, upgrade: 12_000 };

  const timed = async (what: keyof typeof takes) => {
    const began = Date.now();
    own.up();
    takes[what] = Date.now() - began;
  };
  const set = (value: string) => own.set("backend.env.E2E", value);
  const deployed = () => {
    const reference = "jsonpath={.spec.template.spec.containers[0].envFrom[0].configMapRef.name}";
    const name = place.kubectl("get", "deployment", `todo-backend-${stack}`, "--output", reference);
    return JSON.parse(place.kubectl("get", "configmap", name, "--output", "jsonpath={.data}")).E2E;
  };

  before(async () => {
    own = new OwnEnvironment(stack);
    ({ place } = own);
    await timed("install");
    set("first");
    await timed("upgrade");
    place.pulumi("destroy", "--yes", "--skip-preview");
  });
  after(() => own?.end());

  /** Kills an update after a while, and answers who was killed. */
  const killed = async (milliseconds: number, who: (typeof WHO)[number]): Promise<void> => {
    const update = spawn("pulumi", ["up", "--stack", stack, "--yes", "--skip-preview"], {
      ...{ cwd: place.folder, env: { ...process.env, ...place.env }, stdio: "ignore" },
    });
    const ended = new Promise((done) => update.on("exit", done));
    await Promise.race([sleep(milliseconds), ended]);
    const pid = update.pid as number;
    const all = update.exitCode === null ? family(pid) : [];
    const names = (each: number) => command("ps", "-o", "args=", "-p", String(each));
    for (const each of all) {
      try {
        if (who === "the command" && each !== pid) continue;
        if (who === "the provider" && !names(each).includes("pulumi-resource-kubernetes")) continue;
        process.kill(each, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
    await ended;
    // What outlives the command that was killed would still be at work.
    if (who !== "the command") return;
    for (const each of all.slice(1)) {
      try {
        process.kill(each, "SIGKILL");
      } catch {}
    }
  };

  /** As a person would type it. */
  const recovers = (what: string) => {
    const recover = own.make("recover");
    assert.equal(recover.status, 0, `${what}: ${recover.said}`);
    const up = own.tried(["up", "--yes", "--skip-preview"]);
    assert.equal(up.status, 0, `${what}: ${recover.said}\n${up.said}`);
    own.isWell();
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    const who = WHO[round % WHO.length];
    const part = (round + Math.random()) / ROUNDS;
    it(`as a first install, ${who}, at ${Math.round(part * 100)} % of its time, and as an upgrade`, async () => {
      set(`round-${round}`);
      await killed(part * takes.install, who);
      recovers("install");
      assert.equal(deployed(), `round-${round}`);
      set(`round-${round}-upgraded`);
      await killed(part * takes.upgrade, who);
      recovers("upgrade");
      assert.equal(deployed(), `round-${round}-upgraded`);
      place.pulumi("destroy", "--yes", "--skip-preview");
    });
  }
});
