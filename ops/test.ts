// `make test`: every layer that needs no cluster.
import { ensureTools } from "../tools/install.ts";
import { runProgram } from "../tools/program.ts";
import { checks } from "./test/checks.ts";
import { runLayers } from "./test/layers.ts";
import { suites } from "./test/suites.ts";
import { workflows } from "./test/workflows.ts";

await runProgram(async () => {
  // `make up` often follows, and builds the rest with the same modules.
  await ensureTools({ more: true, also: ["helm"] });
  await runLayers([...suites, ...checks, await workflows({ more: true })]);
});
