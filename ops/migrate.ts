// `make migrate [ENV=dev]`: runs the backend's migration Job once, with what is deployed: for a database that updates leave
// alone (`todo:database.migrations: none`). A protected stack asks first, or is named: `make migrate ENV=prod PROTECTED=prod`.
import { runProgram } from "../tools/program.ts";
import { migrateStack } from "./migrate/migrate-stack.ts";
import { stackName } from "./stack/stack-file.ts";

const named = process.argv.find((argument) => argument.startsWith("PROTECTED="))?.slice("PROTECTED=".length) ?? "";

await runProgram(() => migrateStack(stackName(process.argv[2]), named));
