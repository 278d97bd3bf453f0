// `make up [ENV=dev] [MONITORING=1]`: from whatever is here to a working Todo in the browser, and the stack of monitoring. With nothing changed it changes nothing.
import { runProgram } from "../tools/program.ts";
import { deployMonitoring } from "./monitoring/deploy.ts";
import { deploy } from "./stack/deploy.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const [, , env, wish] = process.argv;
  const record = await deploy(stackName(env));
  if (wish === "MONITORING=1") await deployMonitoring(record);
});
