// How long pods took to become ready, of what the API server says of them. Does not prove: how long it takes anywhere.
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { readyWithin } from "../../../ops/bench/pods.ts";

const pod = (seconds: number, status = "True") => ({
  metadata: { creationTimestamp: "2026-11-28T10:00:00Z" },
  status: {
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: "2026-11-28T10:00:00Z" },
      { type: "Ready", status, lastTransitionTime: new Date(Date.UTC(2026, 10, 28, 10, 0, seconds)).toISOString() },
    ],
  },
});

describe("the time within which pods are ready", () => {
  it("is that of 95 of 100", () => {
    const pods = Array.from({ length: 100 }, (_, i) => pod(i + 1));
    assert.equal(readyWithin(pods.reverse()), 95);
    assert.equal(readyWithin([pod(3), pod(7), pod(5)]), 7);
  });

  it("is that of pods which are ready", () => {
    assert.equal(readyWithin([pod(3), pod(90, "False"), { ...pod(1), status: {} }]), 3);
    assert.equal(readyWithin([]), undefined);
  });
});
