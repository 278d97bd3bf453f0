// Backups as they lie on their volume: which there are, which one is meant, and how their sizes and ages are told.
import { Failure } from "../../tools/program.ts";

/** A backup. */
export interface Dump {
  name: string;
  bytes: number;
  /** When it was begun, as its name says; of a file of another name when it was last changed. */
  at: Date;
  /** Whether the CronJob gave it its name. */
  own: boolean;
}

/** Stands behind a list that is whole. */
export const LISTED = "that is all";

/** Lists what is on the volume: size, time of the last change in seconds, name. */
export const LIST = `set -eu
cd /backups
for file in *.dump; do
  if [ -e "$file" ]; then stat -c '%s %Y %n' "$file"; fi
done
echo '${LISTED}'
`;

const OWN = /^[a-z_][a-z0-9_]*-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.dump$/;

/** When a backup was begun, as its name says; undefined for a name that does not. */
export function timeOf(name: string): Date | undefined {
  const [found, year, month, day, hour, minute, second] = OWN.exec(name) ?? [];
  return found ? new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) : undefined;
}

/** What LIST has said, the newest first, and files of other names behind those that the CronJob has made. */
export function dumpsOf(lines: string[]): Dump[] {
  const dumps = lines.flatMap((line): Dump[] => {
    const [found, bytes, changed, name] = /^(\d+) (\d+) (.+\.dump)$/.exec(line) ?? [];
    if (!found) return [];
    const said = timeOf(name);
    return [{ name, bytes: Number(bytes), at: said ?? new Date(Number(changed) * 1000), own: said !== undefined }];
  });
  return dumps.sort((a, b) => Number(b.own) - Number(a.own) || b.at.getTime() - a.at.getTime());
}

/**
 * The backup that is meant.
 * @param from its name, or that without `.dump`; empty: the newest that the CronJob has made
 * @throws Failure where there is none such, with those that there are
 */
export function chosen(stack: string, dumps: Dump[], from: string, now: Date): Dump {
  if (dumps.length === 0) {
    throw new Failure(
      `stack ${stack}: expected a backup, found none on its volume; \`make backup ENV=${stack}\` makes one`,
    );
  }
  const found = dumps.find(({ name, own }) => (from === "" ? own : [name, name.replace(/\.dump$/, "")].includes(from)));
  if (found) return found;
  const lines = dumps.map((dump) => `\n  ${dump.name}  ${described(dump, now)}`);
  throw new Failure(
    `${from ? `FROM=${from}` : `stack ${stack}`}: expected ${from ? `a backup of ${stack}` : "a backup of the CronJob's, or FROM with the name of another file"}, found no such; there are${lines.join("")}`,
  );
}

/** `34 KiB, made 3 h 5 min ago` */
export const described = ({ bytes, at }: Dump, now: Date) => `${size(bytes)}, made ${age(at, now)} ago`;

/** What the CronJob's script says last. */
export interface Made {
  name: string;
  bytes: number;
  seconds: number;
  /** The newest that was there before; undefined for the first. */
  previous?: string;
}

/** @throws Error for a line that is none of the script's last, which it says where it succeeds */
export function madeOf(line = ""): Made {
  const [found, name, bytes, seconds, previous] =
    /^(\S+\.dump): (\d+) bytes in (\d+) s, \d+ tables; before it: (\S+)$/.exec(line) ?? [];
  if (!found) throw new Error(`expected the last line of a backup, found ${JSON.stringify(line)}`);
  return { name, bytes: Number(bytes), seconds: Number(seconds), ...(previous !== "none" && { previous }) };
}

/** What was made, and what a loss just before it would have cost: the recovery point. */
export function madeText(stack: string, { name, bytes, seconds, previous }: Made): string {
  const [at, before] = [timeOf(name), previous && timeOf(previous)];
  const point =
    at && before
      ? `the one before it, ${previous}, was ${age(before, at)} old: so much a loss just before would have cost (RPO)`
      : "it is the first one: until now a loss would have cost everything (RPO)";
  return `${stack}: ${name} is kept, ${size(bytes)} in ${seconds} s; ${point}`;
}

/** Bytes as a person reads them. */
export function size(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}

/** From one time to another, in the two largest units. */
export function age(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(seconds / unit));
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
