// `make backup [ENV=dev]`: makes a backup of the database inside now, beside those that its CronJob makes, and says how large
// it is, how long it took, and how old the one before it had become.
import { runProgram } from "../tools/program.ts";
import { backUpStack } from "./backup/back-up-stack.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(() => backUpStack(stackName(process.argv[2])));
