// `make rollback [ENV=dev] [TO=4] [SCHEMA=checked]`: goes back to the images that an environment ran when it was last well, or
// to those of an entry of `make history`. The stack file gets their tags, and is deployed: state, file and cluster agree.
import { runProgram } from "../tools/program.ts";
import { rollbackStack } from "./rollback/rollback-stack.ts";
import { stackName } from "./stack/stack-file.ts";

const value = (name: string) =>
  process.argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

await runProgram(() => rollbackStack(stackName(process.argv[2]), value("TO"), value("SCHEMA")));
