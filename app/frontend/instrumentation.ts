/** Runs once before the server answers its first request. */
export async function register(): Promise<void> {
  // In a file of its own: Next.js compiles this one for its edge runtime too, which knows no process.exit.
  if (process.env.NEXT_RUNTIME === "nodejs") (await import("./lib/startup")).checkEnvironment();
}
