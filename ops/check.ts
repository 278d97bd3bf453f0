// `make check`: format, lint, types, workflows, and whether generated files are current.
import { ensureTools } from "../tools/install.ts";
import { runProgram } from "../tools/program.ts";
import { checks } from "./test/checks.ts";
import { runLayers } from "./test/layers.ts";
import { workflows } from "./test/workflows.ts";

await runProgram(async () => {
  await ensureTools({ also: ["helm"] });
  await runLayers([...checks, await workflows()]);
});
