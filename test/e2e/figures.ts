// What a test has measured: shown below its title, and kept with what came of it (ops/e2e/table.ts).

const said: string[] = [];

/** Says what this test has measured. */
export function figure(text: string): void {
  console.log(`      ${text}`);
  said.push(text);
}

/** What was measured since this was asked last: by the test that has just ended. */
export const takeFigures = (): string[] => said.splice(0);
