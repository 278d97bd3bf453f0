// Writes down what the end-to-end tests said, for `make evidence`: a run that was broken off leaves no record.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const file = process.env.E2E_RECORD;
const tests: { title: string; state: string }[] = [];

export const mochaHooks = {
  beforeAll() {
    if (file) rmSync(file, { force: true });
  },
  afterEach(this: Mocha.Context) {
    const { title = "", state = "" } = this.currentTest ?? {};
    tests.push({ title, state });
  },
  afterAll() {
    if (!file) return;
    const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ commit, tests }, undefined, 2)}\n`);
  },
};
