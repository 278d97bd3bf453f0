// State that was kept for another cluster, as `make up` meets it.
// Does not prove: what `pulumi refresh` makes of it; that was seen on a cluster.
import { strict as assert } from "node:assert";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import { followCluster } from "../../../ops/stack/same-cluster.ts";

describe("a stack's namespace that the cluster does not have", () => {
  const { PATH, PULUMI_BACKEND_URL } = process.env;
  let folder: string;
  /** Commands that answer with a text, and write down how they were called. */
  const answers = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho ${name} "$@" >>${join(folder, "calls")}\ncat <<'END'\n${text}\nEND\n`);
    chmodSync(path, 0o755);
  };
  const calls = () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  const state = (uid?: string) => {
    const metadata = { name: "todo-dev", uid };
    const provider = { type: "pulumi:providers:kubernetes", outputs: {} };
    const namespace = { type: "kubernetes:core/v1:Namespace", outputs: { metadata } };
    return JSON.stringify({ deployment: uid ? { resources: [provider, namespace] } : {} });
  };
  const exported = "pulumi stack export --stack dev";
  const asked =
    "kubectl --context todo-on-minikube --request-timeout=20s get namespace todo-dev --ignore-not-found --output jsonpath={.metadata.uid}";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-state-"));
    process.env.PATH = `${folder}:${PATH}`;
    process.env.PULUMI_BACKEND_URL = "s3://acme";
  });
  beforeEach(() => writeFileSync(join(folder, "calls"), ""));
  after(() => {
    process.env.PATH = PATH;
    if (PULUMI_BACKEND_URL === undefined) delete process.env.PULUMI_BACKEND_URL;
    else process.env.PULUMI_BACKEND_URL = PULUMI_BACKEND_URL;
    rmSync(folder, { recursive: true, force: true });
  });

  it("is not asked for by a stack that was never deployed", async () => {
    answers("pulumi", state());
    answers("kubectl", "");
    await followCluster("dev", false);
    assert.deepEqual(calls(), [exported]);
  });

  it("does not matter where it is the one that the state knows", async () => {
    answers("pulumi", state("a-1"));
    answers("kubectl", "a-1");
    await followCluster("dev", false);
    assert.deepEqual(calls(), [exported, asked]);
  });

  for (const [uid, found] of [
    ["", "is not there"],
    ["b-2", "is another one"],
  ]) {
    it(`is refused in state of the user's: ${found}`, async () => {
      answers("pulumi", state("a-1"));
      answers("kubectl", uid);
      await assert.rejects(followCluster("dev", false), {
        message: `stack dev: its state in s3://acme describes another cluster, or one that was since made anew: namespace todo-dev ${found} in todo-on-minikube; if that cluster is gone, run \`pulumi refresh -s dev\` (the state then follows this one) and this again`,
      });
      assert.deepEqual(calls(), [exported, asked]);
    });
  }

  it("is taken out of the project's own state", async () => {
    answers("pulumi", state("a-1"));
    answers("kubectl", "");
    await followCluster("dev", true);
    assert.deepEqual(calls(), [exported, asked, "pulumi refresh --stack dev --yes --skip-preview --non-interactive"]);
  });
});
