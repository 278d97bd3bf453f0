const BYTES: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Cores or millicores, more than none. As the charts have it, so that what passes here passes there. */
export const CPU = /^(?:([1-9]\d*)m|([1-9]\d*(?:\.\d{1,3})?|0\.(?:[1-9]\d{0,2}|0[1-9]\d?|00[1-9])))$/;

/**
 * Bytes with a binary suffix. Narrower than Kubernetes, which also takes "512" (bytes), "512m" (half a byte) and "1G"
 * (less than 1Gi): all of them are typing errors more often than not.
 */
export const MEMORY = /^([1-9]\d*)(Ki|Mi|Gi|Ti)$/;

/** Millicores of a CPU quantity ("250m", "1", "0.5"); undefined when it is none. */
export function millicores(text: string): number | undefined {
  const match = CPU.exec(text);
  return match ? (match[1] ? Number(match[1]) : Math.round(Number(match[2]) * 1000)) : undefined;
}

/** Bytes of a memory quantity ("256Mi", "1Gi"); undefined when it is none. */
export function bytes(text: string): number | undefined {
  const match = MEMORY.exec(text);
  return match ? Number(match[1]) * BYTES[match[2]] : undefined;
}
