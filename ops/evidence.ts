// `make evidence`: writes evidence.md, every rule of the project with its proof; fails where a rule does not hold.
import { profile, readRecord } from "../cluster/profile.ts";
import { ensureTools } from "../tools/install.ts";
import { endToEndResults, root } from "../tools/places.ts";
import { expected, runProgram } from "../tools/program.ts";
import { writeEvidence } from "./evidence/report.ts";

await runProgram(async () => {
  await ensureTools({ also: ["helm"] });
  const context = readRecord()?.uid ? profile : undefined;
  const failed = await writeEvidence({ root, context, tests: endToEndResults }).catch(expected);
  process.exitCode = failed > 0 ? 1 : 0;
});
