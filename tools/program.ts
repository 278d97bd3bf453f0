// What every verb starts with: one sentence for an expected failure, a stack trace for a defect, 130 for Ctrl-C.

/** An expected failure. The message is one sentence: what, where, expected, found, and the fix. */
export class Failure extends Error {}

/** A failure to get something that a machine may well lack. */
export class Unavailable extends Failure {}

/** Runs a program: an expected failure ends it with its sentence alone, an interruption with 130, a defect with its stack. */
export async function runProgram(program: () => Promise<unknown>): Promise<void> {
  // Child processes share the terminal's process group and end by the same Ctrl-C; what they leave half done is what
  // the next run finds and completes.
  process.on("SIGINT", interrupt);
  try {
    await program();
  } catch (error) {
    process.stderr.write(
      error instanceof Failure ? `error: ${error.message}\n` : `${(error as Error).stack ?? error}\n`,
    );
    process.exitCode = 1;
  }
}

/** What Ctrl-C does. */
export function interrupt(): never {
  process.stderr.write("\ninterrupted; the same command goes on from here\n");
  process.exit(130);
}

/** For errors whose message is such a sentence already, though it was not thrown as a Failure: those of settings and charts. */
export function expected(error: Error): never {
  throw error instanceof Failure ? error : new Failure(error.message);
}
