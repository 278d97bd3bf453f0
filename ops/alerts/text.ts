// What fires, for people: pure.

/** Of vmalert, as far as it is shown. */
export interface Alert {
  name: string;
  state: string;
  activeAt: string;
  labels: Record<string, string>;
  annotations: { summary?: string; action?: string; command?: string };
}

const ORDER = ["critical", "warning"];
const rank = ({ labels }: Alert) => (ORDER.indexOf(labels.severity) + ORDER.length + 1) % (ORDER.length + 1);

/** Those that fire, the worst first, with what to do; then how many may fire soon. */
export function alertsText(alerts: Alert[], now = new Date()): string {
  const firing = alerts.filter(({ state }) => state === "firing").sort((a, b) => rank(a) - rank(b));
  const pending = alerts.filter(({ state }) => state === "pending");
  const texts = firing.map(({ name, labels, activeAt, annotations: { summary, action, command } }) =>
    [
      `${labels.severity ?? "alert"} ${name}, for ${since(activeAt, now)}: ${summary ?? "it says no more"}`,
      ...(action ? [`  ${action}`] : []),
      ...(command ? [`  ${command}`] : []),
    ].join("\n"),
  );
  const soon = pending.map(({ name, annotations }) => `  ${name}: ${annotations.summary ?? ""}`);
  return [
    texts.length > 0 ? texts.join("\n\n") : "nothing fires",
    ...(soon.length > 0 ? [`not for long enough yet:\n${soon.join("\n")}`] : []),
  ].join("\n\n");
}

function since(time: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / 60_000));
  if (minutes < 1) return "less than a minute";
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
