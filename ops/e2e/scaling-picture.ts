// How many pods an autoscaler wanted, and how busy they were, over the seconds of a run, as an SVG: from what the suite
// `scaling` has measured.
import type { Result } from "./results.ts";

interface Sample {
  /** Since the load began. */
  seconds: number;
  pods: number;
  /** CPU use in percent of what the pods ask for; undefined where it was not known. */
  percent?: number;
}

const WIDTH = 720;
const HEIGHT = 280;
const MARGIN = { left: 44, right: 56, top: 28, bottom: 36 };
const COLOURS = { pods: "#1f6feb", cpu: "#d1700a", axis: "#6e7781" };

/** Undefined where no run of that suite has measured anything. @param results the one that counts of each suite */
export function scalingPicture(results: Result[]): string | undefined {
  const { tests = [], when = "" } = results.find(({ suite }) => suite === "scaling") ?? {};
  const samples = tests.flatMap(({ figures = [] }) => figures).flatMap(samplesOf);
  return samples.length > 1 ? drawn(samples, when.slice(0, 10)) : undefined;
}

/** Of `0 s: 2 at 12 %, 10 s: 3 at ? %`. */
export const samplesOf = (text: string): Sample[] =>
  [...text.matchAll(/(\d+) s: (\d+) at (\d+|\?) %/g)].map(([, seconds, pods, percent]) => ({
    ...{ seconds: Number(seconds), pods: Number(pods) },
    ...(percent !== "?" && { percent: Number(percent) }),
  }));

function drawn(samples: Sample[], day: string): string {
  const last = Math.max(...samples.map(({ seconds }) => seconds));
  const most = { pods: Math.max(...samples.map(({ pods }) => pods)) + 1, percent: 100 };
  for (const { percent = 0 } of samples) most.percent = Math.max(most.percent, Math.ceil(percent / 50) * 50);
  const x = (seconds: number) => round(MARGIN.left + (seconds / last) * (WIDTH - MARGIN.left - MARGIN.right));
  const y = (share: number) => round(HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom));
  const steps = samples
    .map(
      ({ seconds, pods }, index) =>
        `${index === 0 ? "M" : "H"}${x(seconds)}${index === 0 ? " " : "V"}${y(pods / most.pods)}`,
    )
    .join("");
  const curve = samples
    .filter(({ percent }) => percent !== undefined)
    .map(({ seconds, percent = 0 }, index) => `${index === 0 ? "M" : "L"}${x(seconds)} ${y(percent / most.percent)}`)
    .join("");
  const label = (at: [number, number], text: string, anchor = "middle", colour = COLOURS.axis) =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}" fill="${colour}">${text}</text>`;
  const minutes = Array.from({ length: Math.floor(last / 60) + 1 }, (_, minute) => minute);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>Pods that the autoscaler wanted, and their CPU, ${day}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<path d="M${MARGIN.left} ${MARGIN.top}V${y(0)}H${WIDTH - MARGIN.right}V${MARGIN.top}" fill="none" stroke="${COLOURS.axis}"/>`,
    ...Array.from({ length: most.pods }, (_, pods) =>
      label([MARGIN.left - 8, y(pods / most.pods) + 4], String(pods), "end", COLOURS.pods),
    ),
    ...[0, 0.5, 1].map((share) =>
      label([WIDTH - MARGIN.right + 8, y(share) + 4], `${most.percent * share} %`, "start", COLOURS.cpu),
    ),
    ...minutes.map((minute) => label([x(minute * 60), HEIGHT - MARGIN.bottom + 18], `${minute} min`)),
    label([MARGIN.left, 16], "pods wanted", "start", COLOURS.pods),
    label([WIDTH - MARGIN.right, 16], "CPU used, of what the pods ask for", "end", COLOURS.cpu),
    `<path d="${curve}" fill="none" stroke="${COLOURS.cpu}" stroke-width="1.5"/>`,
    `<path d="${steps}" fill="none" stroke="${COLOURS.pods}" stroke-width="2.5"/>`,
    "</svg>",
  ].join("\n")}\n`;
}

const round = (number: number) => Math.round(number * 10) / 10;
