// `make up [ENV=dev] [MONITORING=1]`: from whatever is here to a working Todo in the browser, and the stack of monitoring. With nothing changed it changes nothing.
import { runProgram } from "../tools/program.ts";
import { deployMonitoring } from "./monitoring/deploy.ts";
import { isWished } from "./monitoring/wish.ts";
import { deploy } from "./stack/deploy.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const [, , env, wish] = process.argv;
  const withMonitoring = isWished("MONITORING", wish);
  const record = await deploy(stackName(env));
  if (withMonitoring) await deployMonitoring(record);
});
