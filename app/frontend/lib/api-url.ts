/** Returns the backend's origin. Throws one sentence that never repeats the value, which might hold a password. */
export function parseApiUrl(value: string | undefined): string {
  const expected =
    "expected an address such as http://todo-backend-dev:8000; set it in its environment and start it again.";
  if (!value) throw new Error(`API_URL is missing, ${expected}`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error(`API_URL is not an http or https address, ${expected}`);
  if (url.username || url.password || url.pathname !== "/" || url.search || url.hash) {
    throw new Error(`API_URL holds more than scheme, host and port, ${expected}`);
  }
  return url.origin;
}
