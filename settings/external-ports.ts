import type { Sections } from "./contract.ts";
import { POSTGRES_PORT } from "./database-url.ts";
import type { BackendSettings } from "./services.ts";

/** Where images call OpenAI unless they are told otherwise. */
const OPENAI = "https://api.openai.com";

/** Ports outside that a service may connect to, the backend aside. @param stores whether it reads the database's address */
export function servicePorts(
  { mode }: Sections["database"],
  { externalPorts }: { externalPorts: number[] },
  stores: boolean,
): number[] {
  return [...new Set([...(mode === "external" && stores ? [POSTGRES_PORT] : []), ...externalPorts])];
}

/** Ports outside that the backend may connect to under NetworkPolicies, whatever the host: only Secrets know the hosts. */
export function backendPorts({ mode }: Sections["database"], backend: BackendSettings): number[] {
  const url = URL.parse(backend.openaiBaseUrl ?? OPENAI);
  const openai = Number(url?.port) || (url?.protocol === "http:" ? 80 : 443);
  return [...new Set([openai, ...(mode === "external" ? [POSTGRES_PORT] : []), ...backend.externalPorts])];
}
