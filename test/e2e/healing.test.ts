// What somebody does to an environment behind Pulumi's back, and updates that fail half-way: plain `pulumi up` brings it to
// what the charts say, its preview has said what that would change, and one that cannot get there ends with the cause.
// Does not prove: what becomes of data in a volume that was deleted; other causes than those here (causes.test.ts).
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { family, type Place, until } from "./cluster.ts";
import { OwnEnvironment } from "./own-environment.ts";

const stack = "healing";
const namespace = `todo-${stack}`;
const BACKEND = `todo-backend-${stack}`;
const FRONTEND = `todo-frontend-${stack}`;

describe("an environment that is not what it was", function () {
  this.timeout(600_000);
  let own: OwnEnvironment;
  let place: Place;
  let plain: string;
  const up = () => own.up();
  const failedUp = () => own.tried(["up", "--yes", "--skip-preview"]);
  const preview = () => own.preview();
  const set = (path: string, value: string) => own.set(path, value);
  const isWell = () => own.isWell();
  const variables = (deployment: string) => {
    const path = "jsonpath={.spec.template.spec.containers[0].env[*].name}";
    return place.kubectl("get", "deployment", deployment, "--output", path).split(" ").filter(Boolean);
  };
  const records = (release: string) =>
    JSON.parse(place.helm("history", release, "--output", "json")) as { revision: number; status: string }[];

  before(() => {
    own = new OwnEnvironment(stack);
    ({ place, plain } = own);
    up();
  });
  after(() => own?.end());

  it("has an object again that was deleted", () => {
    isWell();
    assert.match(preview(), /Resources:\n {4}\d+ unchanged\n/);
    place.kubectl("delete", "service", BACKEND);
    assert.match(preview(), new RegExp(`\\+ Service ${BACKEND}\\n`));
    assert.match(up(), new RegExp(`there is no Service ${BACKEND} in the cluster any more; made again`));
    place.kubectl("get", "service", BACKEND);
    isWell();
  });

  it("has a release again that was uninstalled, and the next one counts from there", () => {
    place.helm("uninstall", BACKEND, "--wait");
    assert.match(preview(), new RegExp(`${BACKEND}, not installed yet: objects \\d+ added`));
    up();
    assert.deepEqual(
      records(BACKEND).map(({ status }) => status),
      ["deployed"],
    );
    isWell();
  });

  it("has its Secret again that was deleted", () => {
    const secret = place
      .kubectl("get", "secrets", "--output", "name")
      .match(/secret\/todo-backend-secrets-\S+/)?.[0] as string;
    place.kubectl("delete", secret);
    assert.match(preview(), /Secret todo-backend-secrets-\w+ is not in the cluster any more, and is made again/);
    up();
    place.kubectl("get", secret);
    isWell();
  });

  it("is brought forward again where somebody rolled a release back", () => {
    set("backend.env.E2E", "forward");
    up();
    const [first] = records(BACKEND);
    place.helm("rollback", BACKEND, String(first.revision), "--wait", "--timeout", "120s");
    assert.match(preview(), new RegExp(`${BACKEND}, compared with revision \\d+: objects \\d+`));
    up();
    isWell();
    own.restore();
    up();
  });

  it("names what somebody changed by hand, and leaves it", () => {
    place.kubectl("scale", `deployment/${FRONTEND}`, "--replicas=2");
    place.kubectl("set", "env", `deployment/${BACKEND}`, "BY_HAND=1");
    place.kubectl("rollout", "status", `deployment/${BACKEND}`, "--timeout=180s");
    const lines = [
      `Deployment ${FRONTEND}: spec.replicas is 2, and 1 by the chart`,
      `Deployment ${BACKEND}: spec.template.spec.containers[todo-backend].env[BY_HAND] is`,
    ];
    for (const said of [preview(), up()])
      for (const line of lines) assert.ok(said.includes(line), `${line} in:\n${said}`);
    place.kubectl("scale", `deployment/${FRONTEND}`, "--replicas=1");
    place.kubectl("set", "env", `deployment/${BACKEND}`, "BY_HAND-");
    place.kubectl("rollout", "status", `deployment/${BACKEND}`, "--timeout=180s");
    assert.doesNotMatch(up(), /by hand/);
  });

  it("keeps nothing of an update that failed, which ended with the cause; the next one fails alike until it is mended", () => {
    set("frontend.env.NODE_OPTIONS", "--require /nope.js");
    set("frontend.env.FEATURE_X", "yes");
    for (const each of ["first", "second"]) {
      const { status, said } = failedUp();
      assert.notEqual(status, 0, `${each}: ${said}`);
      assert.match(said, /error: todo-frontend-healing is not ready: container todo-frontend of pod \S+ ended with 1/);
      assert.match(said, /MODULE_NOT_FOUND/);
      assert.doesNotMatch(said, /\n\s+at .*\.ts:\d+/, "a stack trace");
    }
    own.restore();
    up();
    assert.deepEqual(
      variables(FRONTEND).filter((name) => /NODE_OPTIONS|FEATURE_X/.test(name)),
      [],
    );
    isWell();
  });

  it("is not held up by a migration whose image is not there", () => {
    set("backend.image.tag", "0.0.0-nosuch");
    const began = Date.now();
    const { status, said } = failedUp();
    assert.notEqual(status, 0);
    assert.match(said, /pod \S+ does not get its image localhost\/todo-backend:0\.0\.0-nosuch/);
    // Helm would have waited for the Job's own deadline, of minutes.
    assert.ok(Date.now() - began < 110_000, `took ${Math.round((Date.now() - began) / 1000)} s`);
    own.restore();
    up();
    isWell();
  });

  it("goes on by itself from an upgrade that was killed", async () => {
    set("backend.env.E2E", "killed");
    const update = spawn("pulumi", ["up", "--stack", stack, "--yes", "--skip-preview"], {
      ...{ cwd: place.folder, env: { ...process.env, ...place.env }, stdio: "ignore" },
    });
    await until("the upgrade to begin", async () => records(BACKEND).at(-1)?.status === "pending-upgrade" || undefined);
    for (const pid of family(update.pid as number)) process.kill(pid, "SIGKILL");
    place.pulumi("cancel", "--yes");
    assert.match(up(), new RegExp(`release ${BACKEND} was pending-upgrade since an update that did not end`));
    isWell();
    own.restore();
    up();
  });

  it("is brought to what the charts say from a state that was restored from an old copy", () => {
    const before = variables(BACKEND);
    const old = place.pulumi("stack", "export");
    set("backend.env.E2E", "newer");
    up();
    place.run(old, "pulumi", "stack", "import", "--stack", stack);
    own.restore();
    const { status, said } = failedUp();
    // Where that state has just these objects, Pulumi sees nothing to do, and the next update does it.
    if (status !== 0) {
      assert.match(said, /what is deployed is not what Pulumi's state says .*; run the same command again/);
      up();
    }
    isWell();
    assert.deepEqual(variables(BACKEND), before);
  });

  it("goes back to the images that it ran when it was last well, and its stack file with it", () => {
    const image = parseDocument(plain).getIn(["config", "todo:frontend", "image"]) as { toJSON(): unknown };
    const { repository, tag } = image.toJSON() as { repository: string; tag: string };
    const other = "e2e-other";
    const retag = ["ctr", "--namespace=k8s.io", "images", "tag", "--force"];
    place.run("", "docker", "exec", "todo-on-minikube", ...retag, `${repository}:${tag}`, `${repository}:${other}`);
    set("frontend.image.tag", other);
    up();
    const shown = "jsonpath={.spec.template.spec.containers[0].image}";
    const runs = () => place.kubectl("get", "deployment", FRONTEND, "--output", shown);
    assert.equal(runs(), `${repository}:${other}`);
    const { status, said } = own.make("rollback");
    assert.equal(status, 0, said);
    assert.match(said, new RegExp(`${stack} goes back to #\\d+, well since .*: frontend ${tag}`));
    assert.equal(runs(), `${repository}:${tag}`);
    assert.equal(parseDocument(readFileSync(own.file, "utf8")).getIn(["config", "todo:frontend", "image", "tag"]), tag);
    isWell();
    assert.match(own.make("history").said, new RegExp(`${other}[^]*${tag}|${tag}[^]*${other}`));
    own.restore();
  });

  it("is not deployed to another cluster that has come under the same name", () => {
    const state = place.pulumi("stack", "export");
    const uid = place.kubectl("get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}");
    assert.ok(state.includes(uid));
    place.run(state.replaceAll(uid, "of-another-cluster"), "pulumi", "stack", "import", "--stack", stack);
    try {
      for (const { status, said } of [failedUp(), own.tried(["preview"])]) {
        assert.notEqual(status, 0);
        assert.match(
          said,
          /expected the one that this stack was deployed to \(kube-system of-another-cluster\), found/,
        );
        assert.match(said, /nothing was changed; .*`pulumi refresh -s healing`/);
      }
    } finally {
      place.run(state, "pulumi", "stack", "import", "--stack", stack);
    }
    isWell();
  });

  it("is all there again when its namespace was deleted", () => {
    place.kubectl("delete", "namespace", namespace, "--wait=true");
    assert.match(preview(), new RegExp(`Namespace ${namespace} is not in the cluster any more, and is made again`));
    up();
    isWell();
    const ready = "jsonpath={.items[*].status.readyReplicas}";
    assert.equal(place.kubectl("get", "deployments", "--output", ready), "1 1");
  });
});
