// `make e2e`: what only a cluster and a browser can show. Expects `make up` to have run; brings the browser itself.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { installPackages } from "../../cluster/offline/debian.mts";
import { clusterEnvironment, readRecord } from "../../cluster/profile.mts";
import { clusterUid } from "../../cluster/start.mts";
import { usePulumi } from "../../ops/pulumi.mts";
import { ensureTools } from "../../tools/install.mts";
import { ask, Failure, main, steps } from "../../tools/main.mts";
import { endToEndRecord, root, state } from "../../tools/places.mts";

await main(async () => {
  await ensureTools({ also: ["helm4"] });
  const record = readRecord();
  if (record) Object.assign(process.env, await clusterEnvironment(record));
  if (!record?.uid || (await clusterUid()) !== record.uid) {
    throw new Failure("e2e: expected the cluster that `make up` makes, found none that answers; run `make up` first");
  }
  usePulumi("dev", record);
  process.env.CHROMIUM = await browser();
  process.env.E2E_RECORD = endToEndRecord;
  process.env.E2E_CLAIMS = join(state, "e2e-claims.json");
  // A make inside a make says which folder it enters and leaves; the tests read what a person would see.
  for (const name of ["MAKELEVEL", "MAKEFLAGS", "MFLAGS"]) delete process.env[name];
  const { exitCode } = await execa("node_modules/.bin/mocha", ["--config", "test/e2e/mocharc.yaml"], {
    cwd: root,
    stdio: "inherit",
    reject: false,
  });
  // None where a signal ended it: that is no success.
  process.exitCode = exitCode ?? 1;
});

/** Any Chromium or Chrome that is installed, else Debian's. */
async function browser(): Promise<string> {
  const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  const find = async () =>
    (await ask("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"])) ??
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
