// `make diff [ENV=dev]`: what `up` would change, object by object and in full. Exit code 0: nothing; 2: something; 1: error.
import { ensureTools } from "../tools/install.ts";
import { runProgram } from "../tools/program.ts";
import { fullPreview } from "./diff/preview.ts";
import { show } from "./diff/show.ts";
import { coloured, fullText } from "./diff/text.ts";
import { assertPassphrase } from "./stack/consent.ts";
import { usePulumiForPreview } from "./stack/for-preview.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  assertPassphrase(stack);
  await ensureTools();
  const say = (sentence: string) => process.stderr.write(`${sentence}\n`);
  await usePulumiForPreview(stack, say);
  say(`stack ${stack}: comparing every object with what \`up\` would make of it`);
  const { preview, reports } = await fullPreview(stack);
  const text = fullText(preview, reports);
  if (text) show(process.stdout.isTTY && !process.env.NO_COLOR ? coloured(text) : text);
  else say(`stack ${stack}: nothing would change`);
  const { same = 0, ...others } = preview.changeSummary;
  if (Object.values(others).some((count) => count > 0)) process.exitCode = 2;
});
