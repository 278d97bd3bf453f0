// What a look at something comes to, as `make doctor` shows it: pure.

/** A look at one thing. */
export interface Verdict {
  is: "ok" | "warning" | "wrong" | "unknown";
  what: string;
  found: string;
  /** What to type, or to do; none where all is well. */
  remedy?: string;
}

const WIDTH = Math.max(...["ok", "warning", "wrong", "unknown"].map((word) => word.length));

/** A line each, the remedy below what is not well. */
export function verdictLines(verdicts: Verdict[]): string[] {
  return verdicts.flatMap(({ is, what, found, remedy }) => [
    `${is.padEnd(WIDTH)}  ${what}: ${found}`,
    ...(remedy ? [`${" ".repeat(WIDTH)}    ${remedy}`] : []),
  ]);
}

/** Before which a certificate is worth a word. */
const SOON_DAYS = 30;

/** Of a certificate, by when it ends. */
export function certificateVerdict(what: string, ends: Date, now: Date, remedy: string): Verdict {
  const days = Math.floor((ends.getTime() - now.getTime()) / 86_400_000);
  const date = ends.toISOString().slice(0, 10);
  if (days < 0) return { is: "wrong", what, found: `ended on ${date}`, remedy };
  if (days < SOON_DAYS) return { is: "warning", what, found: `ends in ${days} days, on ${date}`, remedy };
  return { is: "ok", what, found: `good until ${date}` };
}

/** What logins and certificates bear; what asked took its time, too. */
const MOST_SECONDS = 30;

/** Of two clocks. */
export function clockVerdict(there: Date, here: Date): Verdict {
  const seconds = Math.round((there.getTime() - here.getTime()) / 1000);
  const what = "clock";
  if (Math.abs(seconds) <= MOST_SECONDS) return { is: "ok", what, found: "the cluster's and this machine's agree" };
  return {
    ...{ is: "wrong", what },
    found: `the cluster's is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} this machine's`,
    remedy:
      "set both by a time server: certificates, logins and schedules go by them (on Docker Desktop, restarting it does)",
  };
}

/** An API that another program than the API server serves, as `kubectl get apiservices` has it. */
export interface ServedApi {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/** Of APIs that other programs serve: while one of them does not answer, no namespace in the cluster can be deleted. */
export function apisVerdict(apis: ServedApi[]): Verdict {
  const silent = apis.flatMap(({ metadata, status }) => {
    const condition = status?.conditions?.find(({ type }) => type === "Available");
    return condition?.status === "True" ? [] : [`${metadata.name} (${condition?.message ?? "not asked yet"})`];
  });
  const what = "APIs of other programs";
  if (silent.length === 0) return { is: "ok", what, found: "all of them answer" };
  return {
    ...{ is: "wrong", what },
    found: `no answer from ${silent.join(", ")}: what needs it fails, and no namespace can be deleted meanwhile`,
    remedy:
      "mend the Service that `kubectl get apiservices` names, or delete the APIService if nothing needs it any more",
  };
}

/** Warnings of a preview, as Pulumi lists them in its diagnostics. */
export const warningsIn = (preview: string): string[] =>
  preview.split("\n").flatMap((line) => /^\s{4}warning: (.*)$/.exec(line)?.[1] ?? []);

/** Errors of a preview, in their own words. */
export const errorsIn = (preview: string): string[] =>
  preview.split("\n").flatMap((line) => /^\s{4}error: (.*)$/.exec(line)?.[1] ?? []);
