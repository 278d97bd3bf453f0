// `make scan`: what two scanners find in the objects of every environment, the reviewed exceptions aside.
import { ensureTools } from "../tools/install.ts";
import { root } from "../tools/places.ts";
import { expected, runProgram } from "../tools/program.ts";
import { pythonProgram } from "../tools/venv.ts";
import { scannedEnvironments } from "./scan/environments.ts";
import { readScanExceptions } from "./scan/exceptions.ts";
import { conclude } from "./scan/report.ts";
import { scan } from "./scan/run.ts";

await runProgram(async () => {
  await ensureTools({ also: ["helm", "kube-score"] });
  const checkov = await pythonProgram("checkov");
  const exceptions = await Promise.resolve(root).then(readScanExceptions).catch(expected);
  const environments = await scannedEnvironments(root).catch(expected);
  conclude(environments, await scan(environments, checkov), exceptions);
});
