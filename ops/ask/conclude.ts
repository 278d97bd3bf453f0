// What is shown of an answer's proposals. None of them is carried out here.
import { type Proposal, proposalsIn } from "./proposals.ts";
import { type Trial, tried } from "./validate.ts";

/** Lines for a person, who alone applies what is proposed. */
export async function proposalLines(answer: string, stack: string, attempt = tried): Promise<string[]> {
  const lines: string[] = [];
  for (const proposal of proposalsIn(answer, stack)) lines.push("", ...(await linesOf(proposal, stack, attempt)));
  return lines;
}

async function linesOf(proposal: Proposal, stack: string, attempt: typeof tried): Promise<string[]> {
  const { kind, text } = proposal;
  if (kind === "refused") return [`✖ proposed: ${text}`, `  refused: ${proposal.why}`];
  if (kind === "command")
    return [`✔ proposed: ${text}`, "  a command of this project; nothing was run, type it yourself"];
  return trialLines(text, await attempt(stack, proposal.path, proposal.value));
}

function trialLines(text: string, trial: Trial): string[] {
  if ("refusal" in trial)
    return [`✖ proposed: ${text}`, ...`refused: ${trial.refusal}`.split("\n").map((l) => `  ${l}`)];
  const changes = trial.changes.length > 0 ? trial.changes : ["no object of any chart"];
  return [
    `✔ proposed: ${text}`,
    "  it is valid, and would change:",
    ...changes.map((line) => `    ${line}`),
    "  the stack file is as it was; this applies it:",
    "git apply <<'EOF'",
    ...trial.patch.trimEnd().split("\n"),
    "EOF",
  ];
}
