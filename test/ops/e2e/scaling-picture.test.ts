// The picture of an autoscaler at work, from what its suite has measured. Does not prove: that it is beautiful.
import { strict as assert } from "node:assert";
import { samplesOf, scalingPicture } from "../../../ops/e2e/scaling-picture.ts";

const figures = ["pods, and the CPU: 0 s: 2 at 4 %, 60 s: 3 at 210 %, 120 s: 1 at ? %"];
const result = (tests: object[], suite = "scaling") => ({
  ...{ suite, when: "2026-11-28T10:00:00.000Z", seconds: 1, passed: 1, failed: 0, skipped: 0 },
  tests: tests as [],
});

describe("the picture of an autoscaler", () => {
  it("has a step for each number of pods, and a point for each use that was known", () => {
    assert.deepEqual(samplesOf(figures[0]), [
      { seconds: 0, pods: 2, percent: 4 },
      { seconds: 60, pods: 3, percent: 210 },
      { seconds: 120, pods: 1 },
    ]);
    const svg =
      scalingPicture([
        result([
          { title: "x", state: "passed" },
          { title: "y", state: "passed", figures },
        ]),
      ]) ?? "";
    // Of four pods from bottom to top, which is 216 high; of 250 %.
    assert.match(svg, /d="M44 136H354V82H664V190" fill="none" stroke="#1f6feb"/);
    assert.match(svg, /d="M44 240\.5L354 62\.6" fill="none" stroke="#d1700a"/);
    assert.match(svg, />250 %</);
    assert.match(svg, />2 min</);
  });

  it("is none where nothing was measured", () => {
    assert.equal(scalingPicture([]), undefined);
    assert.equal(
      scalingPicture([result([{ title: "x", state: "failed" }]), result([{ figures }], "other")]),
      undefined,
    );
  });
});
