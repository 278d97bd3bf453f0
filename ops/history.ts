// `make history [ENV=dev]`: what an environment was each time that all of it was well, and which of that is there now.
import { runProgram } from "../tools/program.ts";
import { historyOf } from "./history/read.ts";
import { historyLines } from "./history/table.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  const history = await historyOf(stack);
  if (history.entries.length === 0) {
    return console.log(`${stack} has no history yet: \`make up ENV=${stack}\` begins it when all of it is ready`);
  }
  console.log(historyLines(history).join("\n"));
});
