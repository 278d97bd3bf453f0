// The pull request's comment, from a report on standard input: node -r ts-node/register ops/pr-report/write.ts < report.json
import { readFileSync } from "node:fs";
import { markdown } from "./markdown";

console.log(markdown(JSON.parse(readFileSync(0, "utf8"))));
