// `make restore [ENV=dev] [FROM=name]`: puts a backup, the newest unless another is named, in the place of all that the
// database inside holds. It asks for the environment's name, or is told: `make restore ENV=prod PROTECTED=prod`.
import { runProgram } from "../tools/program.ts";
import { restoreStack } from "./restore/restore-stack.ts";
import { stackName } from "./stack/stack-file.ts";

const given = (name: string) => process.argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

await runProgram(() => restoreStack(stackName(process.argv[2]), given("FROM"), given("PROTECTED")));
