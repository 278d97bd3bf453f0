// What a release is compared with: what Helm has deployed, else what this machine knew, else nothing.
// Does not prove: how a cluster is asked (deployed.test.ts), nor what a preview says of it (text.test.ts).
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import { changesOf } from "../../src/preview/changes.ts";
import { recall, remember } from "../../src/preview/last-known.ts";
import { deployment, NAMESPACE } from "../support/objects.ts";

const withPassword = (password: string) =>
  deployment((container) => Object.assign(container, { env: [{ name: "DB_PASSWORD", value: password }] }));
const chart = (objects: KubernetesObject[]) => ({
  chart: "./charts/web",
  release: "web",
  namespace: NAMESPACE,
  objects,
});
const [before, after] = [deployment(), deployment((container) => Object.assign(container, { image: "app:2" }))];

const last = { status: "deployed", description: "" };

describe("changesOf", () => {
  let memory: string;
  beforeEach(() => {
    memory = mkdtempSync(join(tmpdir(), "memory-"));
  });
  afterEach(() => rmSync(memory, { recursive: true }));
  const changes = (found: Parameters<typeof changesOf>[1], objects = [after]) =>
    changesOf([chart(objects)], found, memory).get(`${NAMESPACE}/web`);

  it("are those of the release of its own namespace", () => {
    const found = new Map([
      [`${NAMESPACE}/web`, { revision: 1, objects: [before], last }],
      ["other/web", { revision: 2, objects: [after], last }],
    ]);
    const both = [chart([after]), { ...chart([after]), namespace: "other" }];
    const all = changesOf(both, found, memory);
    assert.deepEqual(
      [...all].map(([key, report]) => [key, report?.entries.length]),
      [
        [`${NAMESPACE}/web`, 1],
        ["other/web", 0],
      ],
    );
  });

  it("are those since what is deployed, with a later revision that did not get there; which is noted", () => {
    const report = changes(new Map([[`${NAMESPACE}/web`, { revision: 3, objects: [before], later: "failed", last }]]));
    assert.deepEqual(report?.basis, { from: "deployed", revision: 3, later: "failed" });
    assert.deepEqual(
      report?.entries.map(({ what, object }) => `${what} ${object}`),
      ["changed Deployment app"],
    );
    assert.deepEqual(recall(memory, NAMESPACE, "web")?.objects, [before]);
    const alone = changes(new Map([[`${NAMESPACE}/web`, { revision: 3, objects: [before], last }]]));
    assert.deepEqual(alone?.basis, { from: "deployed", revision: 3 });
  });

  it("are all of it before the first installation, where nothing is noted", () => {
    const report = changes(new Map());
    assert.deepEqual([report?.basis, report?.entries.length], [{ from: "nothing" }, 1]);
    assert.equal(recall(memory, NAMESPACE, "web"), undefined);
  });

  it("are those since what was noted where no cluster answers, or all of it", () => {
    assert.deepEqual(changes("no answer")?.basis, { from: "unknown", reason: "no answer" });
    remember(memory, NAMESPACE, "web", [before]);
    const { basis, entries } = changes("no answer") ?? {};
    assert.deepEqual([basis?.from, entries?.length], ["last known", 1]);
  });

  it("are none for a credential, of which the note knows nothing", () => {
    remember(memory, NAMESPACE, "web", [withPassword("hunter2")]);
    assert.deepEqual(changes("no answer", [withPassword("hunter2")])?.entries, []);
  });
});
