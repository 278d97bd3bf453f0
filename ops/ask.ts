// `make ask Q="…" [ENV=dev] [WITHIN=180] [SHOW_PROMPT=1]`: an AI helper looks at an environment and explains. It changes
// nothing: its identity reads, its container reaches the API server and its model alone, and a person applies what it proposes.
import { runProgram } from "../tools/program.ts";
import { ask } from "./ask/ask.ts";

await runProgram(() => ask(process.argv[2], process.env));
