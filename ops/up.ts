// `make up [ENV=dev]`: from whatever is here to a working Todo in the browser. With nothing changed it changes nothing.
import { runProgram } from "../tools/program.ts";
import { deploy } from "./stack/deploy.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(() => deploy(stackName(process.argv[2])));
