// Quantities as Kubernetes writes them: numbers with a suffix.

const FACTORS: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** Cores or millicores, more than none, as people write them: "250m", "1", "0.5". */
export const CPU = /^(?:([1-9]\d*)m|([1-9]\d*(?:\.\d{1,3})?|0\.(?:[1-9]\d{0,2}|0[1-9]\d?|00[1-9])))$/;

/**
 * Bytes with a binary suffix. Narrower than Kubernetes, which also takes "512" (bytes), "512m" (half a byte) and "1G"
 * (less than 1Gi): all of them are typing errors more often than not.
 */
export const MEMORY = /^([1-9]\d*)(Ki|Mi|Gi|Ti)$/;

/** Any quantity that Kubernetes takes, in base units (cores, bytes, pieces); undefined for a text that is none. */
export function parseQuantity(text: unknown): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/.exec(String(text));
  if (!match) return undefined;
  const [, number, exponent = "", suffix = ""] = match;
  const [amount, factor] = [Number(number + exponent), FACTORS[suffix]];
  // 3 / 1000 is the number nearest to 0.003; 3 * 0.001 may be its neighbour.
  return factor < 1 ? amount / Math.round(1 / factor) : amount * factor;
}

/** A quantity in the largest unit that leaves a whole number, so that equal ones are equal texts; what is none stays. */
export function inLargestUnit(value: unknown): unknown {
  const total = parseQuantity(value);
  if (total === undefined) return value;
  if (total === 0) return "0";
  const units = total >= 1024 ? ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki", ""] : ["", "m", "u", "n"];
  const isWhole = (unit: string) => {
    const count = total / FACTORS[unit];
    return Math.abs(count) > 0.5 && Math.abs(count - Math.round(count)) < 1e-6;
  };
  const unit = units.find(isWhole);
  return unit === undefined ? value : `${Math.round(total / FACTORS[unit])}${unit}`;
}
