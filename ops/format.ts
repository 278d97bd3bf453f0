// `make format`: formats the sources, and fixes what the linter can.
import { runInTerminal } from "../tools/command.ts";
import { root } from "../tools/places.ts";
import { runProgram } from "../tools/program.ts";

const said = { what: "format", hint: "what it could not fix stands above", cwd: root };
await runProgram(() => runInTerminal("node_modules/.bin/biome", ["check", "--write"], said));
