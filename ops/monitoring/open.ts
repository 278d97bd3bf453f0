// What `make open WHAT=…` does: a page of monitoring on this machine, until Ctrl-C.
import { portIsTaken, portTaken } from "../../cluster/ports.ts";
import { MONITORING, type MonitoringPage, monitoringPages } from "../../settings/monitoring.ts";
import { Failure } from "../../tools/program.ts";
import { keepOpen } from "../page/keep-open.ts";
import { enterPresentCluster } from "../stack/present-cluster.ts";
import { assertMonitoring } from "./platform.ts";

/** Never returns. @throws Failure for a page that there is not, or a port that is taken */
export async function openMonitoring(page: string): Promise<never> {
  if (!Object.hasOwn(monitoringPages, page)) {
    const names = Object.keys(monitoringPages).join(" or ");
    throw new Failure(`WHAT: expected ${names}, found ${page}; without it \`make open\` opens the application's page`);
  }
  await enterPresentCluster("dev");
  await assertMonitoring();
  const { port, path } = monitoringPages[page as MonitoringPage];
  const url = `http://127.0.0.1:${port}${path}`;
  if (await portIsTaken(port)) throw portTaken(port, `${url} needs it`, "another `make open`");
  const named = { name: `The page of ${page}`, deploy: "make monitoring" };
  return keepOpen(MONITORING.stack, `service/${page}`, port, url, named);
}
