// The suites that need no cluster.
import type { Layer } from "./layers.ts";

export const suites: Layer[] = [
  {
    title: "settings, components, program (mocks) and charts (rendered by helm)",
    command: ["node_modules/.bin/mocha", "--parallel", "--jobs", "2"],
    passed: /(\d+) passing/,
    failed: /(\d+) failing/,
    skipped: /(\d+) pending/,
  },
  {
    title: "backend, on a real PostgreSQL",
    command: ["app/backend/test"],
    passed: /(\d+) passed/,
    failed: /(\d+) (?:failed|error)/,
  },
  {
    title: "frontend, its types first",
    command: [
      "bash",
      "-ec",
      "[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; npm run types; npm test",
    ],
    folder: "app/frontend",
    passed: /Tests .*?(\d+) passed/,
    failed: /Tests .*?(\d+) failed/,
  },
];
