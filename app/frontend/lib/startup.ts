import { parseApiUrl } from "./api-url";

/** Ends the process with one sentence when the environment is not usable. */
export function checkEnvironment(): void {
  try {
    parseApiUrl(process.env.API_URL);
  } catch (error) {
    process.stderr.write(`todo-frontend cannot start: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
