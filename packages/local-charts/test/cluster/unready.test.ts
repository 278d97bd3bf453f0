// Which pods are asked why they are not ready, and what is said of the answer.
// Does not prove: that an API server asks a pod so (the end-to-end tests of a program).
import { strict as assert } from "node:assert";
import type { RunningPod } from "../../src/cluster/pods.ts";
import { unreadyPaths, unreadyText } from "../../src/cluster/unready.ts";

const IMAGE = "localhost/web:1";
const pod = (httpGet: object | undefined, status: object = {}, metadata: object = {}) =>
  ({
    metadata: { name: "web-1", ...metadata },
    spec: {
      containers: [
        { name: "web", image: IMAGE, ports: [{ name: "http", containerPort: 8080 }], readinessProbe: { httpGet } },
        { name: "other", image: "other:1", readinessProbe: { httpGet } },
      ],
    },
    status: {
      containerStatuses: ["web", "other"].map((name) => ({ name, started: true, state: { running: {} }, ...status })),
    },
  }) as unknown as RunningPod;
const READY = { path: "/ready", port: "http" };
const asked = (one: RunningPod) => unreadyPaths({ items: [one] }, [IMAGE]).map(({ proxy }) => proxy);

describe("a pod is asked why it is not ready", () => {
  for (const [what, httpGet, proxy] of [
    ["at a port by its name", READY, "pods/web-1:8080/proxy/ready"],
    ["at a port by its number, by default at /", { port: 9000 }, "pods/web-1:9000/proxy/"],
    ["by HTTPS", { path: "/r", port: 1, scheme: "HTTPS" }, "pods/https:web-1:1/proxy/r"],
  ] as const) {
    it(what, () => assert.deepEqual(asked(pod(httpGet)), [proxy]));
  }

  for (const [what, one] of [
    ["one that is ready", pod(READY, { ready: true })],
    ["one that has not started", pod(READY, { started: false })],
    ["one that waits", pod(READY, { state: { waiting: {} } })],
    ["one that goes", pod(READY, {}, { deletionTimestamp: "now" })],
    ["one without such a probe", pod(undefined)],
    ["one whose port is nowhere", pod({ port: "web" })],
    ["one of which nothing is known yet", { ...pod(READY), status: undefined }],
  ] as const) {
    it(`but not ${what}`, () => assert.deepEqual(asked(one), []));
  }
});

describe("of what a pod answers", () => {
  const path = { pod: "web-1", path: "/ready", proxy: "" };
  const said = (status: number, text: string, fix?: string) => unreadyText(path, { status, text }, fix);

  it("is said what keeps it from being ready, with what to do about it, without a credential, and not all of it", () => {
    assert.equal(said(503, "no\n schema"), "pod web-1 is not ready, as GET /ready answers 503: no schema");
    assert.equal(said(500, "", "do this"), "pod web-1 is not ready, as GET /ready answers 500; do this");
    const long = said(503, `postgres://me:canary@db/x ${"so ".repeat(200)}`) ?? "";
    assert.ok(!long.includes("canary") && long.length < 400, long);
  });

  it("nothing is said where that is well, or the API server's own", () => {
    assert.deepEqual([said(200, "fine"), said(302, "")], [undefined, undefined]);
    assert.equal(said(503, '{"kind":"Status","apiVersion":"v1","reason":"ServiceUnavailable"}'), undefined);
    assert.match(said(503, '{"kind":"Status"}') ?? "", /answers 503/);
    assert.match(said(503, "null") ?? "", /answers 503/);
  });
});
