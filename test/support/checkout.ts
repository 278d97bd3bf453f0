// A checkout of the charts with the stack files of test/fixtures, for what reads both from one folder.
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FIXTURES, ROOT } from "./mocks.ts";

/** @param folder default: a new one, which whoever asked for it removes */
export function checkoutOfFixtures(folder = mkdtempSync(join(tmpdir(), "todo-checkout-"))): string {
  cpSync(join(ROOT, "helm"), join(folder, "helm"), { recursive: true });
  cpSync(FIXTURES, folder, { recursive: true });
  return folder;
}
