// How `make alerts` shows what fires. Does not prove: that a rule fires when it should.
import { strict as assert } from "node:assert";
import { type Alert, alertsText } from "../../../ops/alerts/text.ts";

const now = new Date("2026-11-28T12:00:00Z");
const alert = (name: string, severity: string, state = "firing", minutes = 7): Alert => ({
  ...{ name, state, labels: { severity } },
  activeAt: new Date(now.getTime() - minutes * 60_000).toISOString(),
  annotations: { summary: `${name} it is`, action: "Do something.", command: "make diagnose ENV=dev" },
});

describe("make alerts", () => {
  it("says when nothing fires", () => assert.equal(alertsText([], now), "nothing fires"));

  it("shows the worst first, since when, what to do and what to type", () => {
    const text = alertsText([alert("Slow", "warning", "firing", 125), alert("Down", "critical", "firing", 0)], now);
    assert.equal(
      text,
      [
        "critical Down, for less than a minute: Down it is",
        "  Do something.",
        "  make diagnose ENV=dev",
        "",
        "warning Slow, for 2 h: Slow it is",
        "  Do something.",
        "  make diagnose ENV=dev",
      ].join("\n"),
    );
  });

  it("names what may fire soon, apart from what does", () => {
    assert.equal(
      alertsText([alert("Down", "critical", "pending")], now),
      "nothing fires\n\nnot for long enough yet:\n  Down: Down it is",
    );
  });

  it("takes an alert of somebody's own that says nothing", () => {
    const own = { ...alert("Own", ""), labels: {}, annotations: {} };
    assert.equal(alertsText([own], now), "alert Own, for 7 min: it says no more");
  });
});
