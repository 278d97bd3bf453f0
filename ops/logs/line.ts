// A line of the store, as it is shown: pure.

/** Fields of a line; those that a program wrote as JSON have their own. */
export type StoredLine = Record<string, string> & { _time: string; _msg?: string };

/** Of what the store adds. */
const ADDED = /^(_|kubernetes\.)/;
/** What stands at another place, or in the message already. */
const ELSEWHERE = new Set(["level", "logger", "method", "path", "route", "status"]);

/** `11:13:06.022 todo-frontend-dev-f9c55846f-bw9rc info GET /api/todos 200 request_id=… duration_ms=93.9` */
export function shownLine(line: StoredLine): string {
  const { _time, _msg = "", level } = line;
  const time = /T(.{8}(?:\.\d{3})?)/.exec(_time)?.[1] ?? _time;
  const more = Object.entries(line)
    .filter(([field]) => !ADDED.test(field) && !ELSEWHERE.has(field))
    .map(([field, value]) => `${field}=${value}`);
  return [time, line["kubernetes.pod_name"], level, _msg.trimEnd(), ...more].filter(Boolean).join(" ");
}

/** By which a line is known again. */
export const identityOf = (line: StoredLine) => JSON.stringify([line._time, line._stream_id, line._msg]);
