import { randomUUID } from "node:crypto";

export const REQUEST_ID = "x-request-id";

/** What a client may give as its id: it goes into logs and back into a header. The backend takes the same. */
const ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a request came with, or a new one where it is none, or not one that may go into a log. */
export function idOf(given: string | string[] | undefined): string {
  return typeof given === "string" && ID.test(given) ? given : randomUUID().replaceAll("-", "");
}
