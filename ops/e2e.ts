// `make e2e`: what only a cluster and a browser can show. Expects `make up` to have run; brings the browser itself.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { clusterEnvironment } from "../cluster/environment.ts";
import { installPackages } from "../cluster/offline/debian.ts";
import { readRecord } from "../cluster/profile.ts";
import { clusterUid } from "../cluster/start.ts";
import { tryRun } from "../tools/command.ts";
import { ensureTools } from "../tools/install.ts";
import { cache, endToEndResults, root, state } from "../tools/places.ts";
import { Failure, runProgram } from "../tools/program.ts";
import { steps } from "../tools/steps.ts";
import { pythonProgram } from "../tools/venv.ts";
import { commitOf, keptResults, newest } from "./e2e/results.ts";
import { failuresText, mocha, runSuites } from "./e2e/run.ts";
import { scalingPicture } from "./e2e/scaling-picture.ts";
import { choose } from "./e2e/schedule.ts";
import { nameOf, pages, type Suite, suites } from "./e2e/suites.ts";
import { markdownTable, pageTable, textTable } from "./e2e/table.ts";
import { usePulumi } from "./stack/pulumi.ts";

/** What a person may say behind `make e2e`. */
const VARIABLES = ["ALL", "AGAIN", "ONLY", "MARKDOWN", "PAGE"];
/** No suite takes half of it. */
const LIMIT_SECONDS = 20 * 60;

await runProgram(async () => {
  const given = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split(/=(.*)/s)));
  const commit = await commitOf(root);
  const passed = newest(keptResults(endToEndResults).filter((result) => result.commit === commit)).filter(
    ({ failed }) => failed === 0,
  );
  const wanted = {
    all: Boolean(given.ALL),
    again: Boolean(given.AGAIN),
    only: given.ONLY
      ? given.ONLY.split(",").filter(Boolean)
      : suites.filter((suite) => suite.page && suite.page === given.PAGE).map(nameOf),
  };
  const { run, kept } = choose(suites, wanted, commit ? passed : []);
  if (run.length > 0) await prepare(run);
  for (const { suite, when } of kept)
    console.log(`suite ${suite} has passed on this commit, ${when.slice(0, 16)} UTC; AGAIN=1 runs it again`);
  const logs = join(cache, "e2e", "logs");
  const ended = await runSuites(run, { logs, results: endToEndResults, command: mocha, limitSeconds: LIMIT_SECONDS });

  // Of a suite that was not to be run, what it said last, on whatever commit.
  const now = [...ended, ...kept];
  const before = newest(keptResults(endToEndResults)).filter(({ suite }) => !now.some((one) => one.suite === suite));
  const results = [...now, ...before];
  const page = pages.find((each) => each === given.PAGE);
  if (page) writeFileSync(join(root, "docs", `${page}.md`), pageTable(page, suites, results));
  const picture = page === "guard" ? scalingPicture(results) : undefined;
  if (picture) writeFileSync(join(root, "docs", "scaling.svg"), picture);
  if (given.MARKDOWN) {
    const tables = pages.map((each) => pageTable(each, suites, results));
    writeFileSync(given.MARKDOWN, [markdownTable(suites, results), ...tables].join("\n"));
  }
  console.log(`\n${textTable(suites, results)}\n${failuresText(ended, logs)}`);
  const sum = (count: "passed" | "failed") => now.reduce((total, result) => total + result[count], 0);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  process.exitCode = sum("failed") > 0 ? 1 : 0;
});

/** What these suites need, put into the environment that they inherit. @throws Failure where there is no cluster */
async function prepare(chosen: Suite[]): Promise<void> {
  const need = (what: NonNullable<Suite["needs"]>[number]) => chosen.some(({ needs = [] }) => needs.includes(what));
  const also = [
    "helm",
    ...(need("helm4") ? ["helm4"] : []),
    ...(need("scanners") ? ["kube-score"] : []),
    ...(need("assistant") ? ["kubectl-ai"] : []),
  ];
  await ensureTools({ also });
  if (need("scanners")) process.env.CHECKOV = await pythonProgram("checkov");
  const record = readRecord();
  if (record) Object.assign(process.env, await clusterEnvironment(record));
  if (!record?.uid || (await clusterUid()) !== record.uid) {
    throw new Failure("e2e: expected the cluster that `make up` makes, found none that answers; run `make up` first");
  }
  usePulumi("dev", record);
  if (need("browser")) process.env.CHROMIUM = await browser();
  process.env.E2E_CLAIMS = join(state, "e2e-claims");
  // A make inside a make says which folder it enters and leaves; the tests read what a person would see. Its variables are
  // not for the makes inside, either.
  for (const name of ["MAKELEVEL", "MAKEFLAGS", "MFLAGS", ...VARIABLES]) delete process.env[name];
  const { failed } = await execa(
    process.execPath,
    ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "test/e2e/sweep.ts"],
    {
      cwd: root,
      stdio: "inherit",
      reject: false,
    },
  );
  if (failed) throw new Failure("e2e: what an earlier run has left could not be removed, for the reason above");
}

/** Any Chromium or Chrome that is installed, else Debian's. */
async function browser(): Promise<string> {
  const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  const find = async () =>
    (await tryRun("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"])) ??
    (existsSync(mac) ? mac : undefined);
  if (!(await find()))
    await steps([
      {
        title: "Chromium: installing, about 1 min",
        run: (report) => installPackages(["chromium"], "chromium", report),
      },
    ]);
  return (await find()) as string;
}
