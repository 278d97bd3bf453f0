// `make evidence`: writes evidence.md, every rule of the project with its proof; fails where a rule does not hold.
import { execa } from "execa";
import { clusterEnvironment, profile, readRecord } from "../cluster/profile.mts";
import { ensureTools } from "../tools/install.mts";
import { main } from "../tools/main.mts";
import { endToEndRecord, root } from "../tools/places.mts";

await main(async () => {
  await ensureTools();
  const record = readRecord();
  const env = record?.uid ? await clusterEnvironment(record) : {};
  const args = ["-r", "ts-node/register", "ops/evidence/report.ts", record?.uid ? profile : "", endToEndRecord];
  const { exitCode } = await execa("node", args, { cwd: root, env, stdio: "inherit", reject: false });
  process.exitCode = exitCode ?? 1;
});
