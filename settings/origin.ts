import { z } from "zod";
import { expected } from "./problems.ts";

const ORIGIN = "scheme://host[:port], what the browser's address bar shows";

/** Names that only the cluster can resolve. */
const SERVICE = /^todo-(postgres|backend|frontend)(-[a-z0-9-]+)?(\.todo-[a-z0-9-]+)?$|\.svc$|\.cluster\.local$/;

/** What a browser sends as `Origin`: no path, no default port, and no name that only the cluster can resolve. */
export function origin() {
  return z
    .string({ error: expected(ORIGIN) })
    .superRefine((value, context) => checkOrigin(value, context))
    .meta({ pattern: "^https?://[^/?#@\\s]+$", errorMessage: `expected ${ORIGIN}` });
}

function checkOrigin(origin: string, context: z.RefinementCtx) {
  const refuse = (message: string) => context.addIssue({ code: "custom", message });
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    refuse(expected(ORIGIN));
  } else if (SERVICE.test(url.hostname)) {
    refuse(expected("an address that a browser can open", "names of Services exist inside the cluster only"));
  } else if (url.origin !== origin) {
    refuse(expected(`${url.origin}, which is all of it that a browser sends as Origin`));
  }
}
