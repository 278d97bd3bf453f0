// What an error says of a network that does not let something through.

/** The way out of this machine, in words: a proxy without its password, and the variable that names it. */
export function way(env: Record<string, string | undefined> = process.env): string {
  const name = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].find((each) => env[each]);
  if (!name) return "without a proxy (HTTPS_PROXY is unset)";
  return `through the proxy ${env[name]?.replace(/^(\w+:\/\/)?.*@/, "$1")} (${name})`;
}

/** How long something took that began at `started`, in words. */
export const after = (started: number) => `after ${((Date.now() - started) / 1000).toFixed(1)} s`;
