import type { Cause } from "local-charts/objects";

/** A cause as a person reads it: what, what to do, and below it what it is known from. */
export const causeLines = ({ text, fix, reason, evidence }: Cause): string[] => [
  `  ${text} (${reason})`,
  `    → ${fix}`,
  ...evidence.map((line) => `      ${line}`),
];
