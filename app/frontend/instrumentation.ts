/** Runs once before the server answers its first request. */
export async function register(): Promise<void> {
  // In files of their own: Next.js compiles this one for its edge runtime too, which knows no process.exit.
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { checkEnvironment, observe } = await import("./lib/startup");
  checkEnvironment();
  observe();
  if (process.env.NEXT_MANUAL_SIG_HANDLE) (await import("./lib/drain")).drainOnSignal();
}
