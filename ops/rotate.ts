// `make rotate [ENV=dev] KEY=SECRET_KEY`: gives a secret a new value and deploys it; exactly the pods that use it are
// replaced. A random secret gets another generation in the stack file, a given one the value that is asked for, or that
// standard input holds: never an argument, which every process of the machine could read.
import { runProgram } from "../tools/program.ts";
import { rotateSecret } from "./rotate/rotate-secret.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(() => rotateSecret(process.argv[3], stackName(process.argv[2])));
