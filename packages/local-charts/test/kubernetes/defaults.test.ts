// What the API server fills in by itself, at its place and nowhere else. Does not prove: that an API server does.
import { strict as assert } from "node:assert";
import { isDefault } from "../../src/kubernetes/defaults.ts";

/** Place, value, and whether the place may be below others. */
const cases: [place: string, value: unknown, anywhere: boolean][] = [
  ["ports.protocol", "TCP", true],
  ["spec.type", "ClusterIP", false],
  ["spec.sessionAffinity", "None", false],
  ["spec.podManagementPolicy", "OrderedReady", false],
  ["spec.revisionHistoryLimit", 10, false],
  ["spec.progressDeadlineSeconds", 600, false],
  ["spec.minReadySeconds", 0, false],
  ["template.spec.restartPolicy", "Always", true],
  ["template.spec.dnsPolicy", "ClusterFirst", true],
  ["template.spec.schedulerName", "default-scheduler", true],
  ["template.spec.terminationGracePeriodSeconds", 30, true],
  ["containers.terminationMessagePath", "/dev/termination-log", true],
  ["containers.terminationMessagePolicy", "File", true],
  ["livenessProbe.httpGet.scheme", "HTTP", true],
  ["livenessProbe.initialDelaySeconds", 0, true],
  ["livenessProbe.periodSeconds", 10, true],
  ["livenessProbe.timeoutSeconds", 1, true],
  ["livenessProbe.successThreshold", 1, true],
  ["livenessProbe.failureThreshold", 3, true],
  ["secretKeyRef.optional", false, true],
];

describe("a default of the API server", () => {
  for (const [place, value, anywhere] of cases) {
    it(`${place}: ${JSON.stringify(value)}`, () => {
      const path = place.split(".");
      const last = path.pop() as string;
      const is = (each: string[], of: unknown = value) => isDefault(each, of);
      assert.equal(is([...path, last]), true);
      assert.equal(is([...path, "[0]", last]), true, "in a list");
      assert.equal(is(["below", ...path, last]), anywhere, "below others");
      assert.equal(is([...path, `${last}s`]), false, "of another name");
      assert.equal(is([...path, last, "more"]), false, "of what is below it");
      for (const other of ["", "other", 2, true, null])
        assert.equal(is([...path, last], other), false, "of another value");
    });
  }

  it("is none below a name that only ends alike", () => {
    for (const place of ["myports.protocol", "mytemplate.spec.restartPolicy", "mytemplate.spec.dnsPolicy"]) {
      assert.equal(
        isDefault(
          place.split("."),
          { protocol: "TCP", restartPolicy: "Always", dnsPolicy: "ClusterFirst" }[place.split(".").at(-1) ?? ""],
        ),
        false,
      );
    }
    assert.equal(isDefault(["mytemplate", "spec", "schedulerName"], "default-scheduler"), false);
    assert.equal(isDefault(["mytemplate", "spec", "terminationGracePeriodSeconds"], 30), false);
    assert.equal(isDefault(["terminationMessagePath"], "/dev/termination-log"), false);
  });
});
