// Shows a suite as mocha does, and writes down each test as it ends, a line of JSON each, in the file of E2E_EVENTS: what
// a process that dies has done so far is known, too.
import { appendFileSync } from "node:fs";
import mocha from "mocha";
import type { Event } from "../../ops/e2e/suite-process.ts";
import { takeFigures } from "./figures.ts";

const { EVENT_RUN_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = mocha.Runner.constants;

export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.E2E_EVENTS;
    if (!file) return;
    const write = (event: Event) => appendFileSync(file, `${JSON.stringify(event)}\n`);
    runner.on(EVENT_RUN_BEGIN, () => write({ total: runner.total }));
    const group = ({ parent }: Mocha.Runnable) => parent?.fullTitle() ?? "";
    runner.on(EVENT_TEST_PASS, (test) =>
      write({ group: group(test), title: test.title, state: "passed", figures: takeFigures() }),
    );
    runner.on(EVENT_TEST_PENDING, (test) => write({ group: group(test), title: test.title, state: "skipped" }));
    // Hooks come by here as well, as tests that failed.
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Runnable, { message }: Error) => {
      takeFigures();
      write({ group: group(test), title: test.title, state: "failed", where: test.fullTitle(), message });
    });
    runner.on(EVENT_RUN_END, () => write({ ended: true }));
  }
}
