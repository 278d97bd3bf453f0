import type { Sections } from "./contract";
import { POSTGRES_PORT } from "./fields";

/** Where images call OpenAI unless they are told otherwise. */
const OPENAI = "https://api.openai.com";

/** Ports outside that the backend may connect to under NetworkPolicies, whatever the host: only Secrets know the hosts. */
export function backendPorts({ mode }: Sections["database"], backend: Sections["backend"]): number[] {
  const url = URL.parse(backend.openaiBaseUrl ?? OPENAI);
  const openai = Number(url?.port) || (url?.protocol === "http:" ? 80 : 443);
  return [...new Set([openai, ...(mode === "external" ? [POSTGRES_PORT] : []), ...backend.externalPorts])];
}
