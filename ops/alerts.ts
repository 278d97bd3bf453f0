// `make alerts`: what is wrong by the rules of monitoring, what to do, and the command. Exit code 2 when anything fires.
import { runProgram } from "../tools/program.ts";
import { type Alert, alertsText } from "./alerts/text.ts";
import { answerOf, withStore } from "./monitoring/ask.ts";
import { assertMonitoring } from "./monitoring/platform.ts";
import { enterPresentCluster } from "./stack/present-cluster.ts";

await runProgram(async () => {
  await enterPresentCluster("dev");
  await assertMonitoring();
  const answer = await withStore("metrics", async (base) => (await answerOf(`${base}/vmalert/api/v1/alerts`)).json());
  const { alerts } = (answer as { data: { alerts: Alert[] } }).data;
  console.log(alertsText(alerts));
  if (alerts.some(({ state }) => state === "firing")) process.exitCode = 2;
});
