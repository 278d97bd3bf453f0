// `make tools`: makes every tool of tools/tools.yaml available.
import { ensureTools } from "../tools/install.ts";
import { runProgram } from "../tools/program.ts";

await runProgram(() => ensureTools({ also: ["helm"] }));
