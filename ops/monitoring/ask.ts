// Questions to the stores, through a forward that is there as long as they are asked.
import { MONITORING, type MonitoringPage } from "../../settings/monitoring.ts";
import { Failure } from "../../tools/program.ts";
import { forward } from "../page/forward.ts";

/** Does work with the address of a store, `http://127.0.0.1:PORT`. @throws Failure where the store cannot be reached */
export async function withStore<T>(store: MonitoringPage, work: (base: string, over: Promise<string>) => Promise<T>) {
  const { port, over, end } = await forward(MONITORING.stack, `service/${store}`).catch((error: Error) => {
    throw new Failure(
      `monitoring: expected the store of ${store}, found: ${error.message}; \`make monitoring\` mends it`,
    );
  });
  return work(`http://127.0.0.1:${port}`, over).finally(end);
}

/** An answer that is a success. @throws Failure with what the store said */
export async function answerOf(url: string, parameters: Record<string, string> = {}): Promise<Response> {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(parameters) });
  if (answer.ok) return answer;
  const said = (await answer.text()).trim().split("\n")[0];
  throw new Failure(`monitoring: expected an answer at ${new URL(url).pathname}, found HTTP ${answer.status}: ${said}`);
}
