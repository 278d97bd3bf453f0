import { AsyncLocalStorage } from "node:async_hooks";
import { format, stripVTControlCharacters } from "node:util";

/** The id of the request that is being answered. */
export const requestId = new AsyncLocalStorage<string>();

type Level = "debug" | "info" | "warning" | "error";

/** Writes one event as one line of JSON. The names of its fields are the backend's (todo_backend/logs.py). */
export function logEvent(level: Level, logger: string, message: string, fields: Record<string, unknown> = {}): void {
  const id = requestId.getStore();
  const event = { time: new Date().toISOString(), level, logger, message, ...(id && { request_id: id }), ...fields };
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const levels = { debug: "debug", log: "info", info: "info", warn: "warning", error: "error" } as const;

/**
 * Makes events of what is said on the console, by Next.js too.
 * @returns undoes it
 */
export function structureConsole(): () => void {
  const before = { ...console };
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...words: unknown[]) => {
      const message = stripVTControlCharacters(format(...words)).trim();
      if (message) logEvent(level, "console", message);
    };
  }
  return () => Object.assign(console, before);
}
