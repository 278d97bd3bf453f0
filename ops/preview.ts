// `make preview [ENV=dev]`: what `up` would change. Needs no cluster for a stack that was never deployed.
import { runInTerminal } from "../tools/command.ts";
import { ensureTools } from "../tools/install.ts";
import { root } from "../tools/places.ts";
import { runProgram } from "../tools/program.ts";
import { assertPassphrase } from "./stack/consent.ts";
import { usePulumiForPreview } from "./stack/for-preview.ts";
import { stackName } from "./stack/stack-file.ts";

await runProgram(async () => {
  const stack = stackName(process.argv[2]);
  assertPassphrase(stack);
  await ensureTools();
  await usePulumiForPreview(stack, console.log);
  await runInTerminal("pulumi", ["preview", "--stack", stack, "--diff"], {
    what: `stack ${stack}`,
    hint: "its reason is above",
    cwd: root,
  });
});
