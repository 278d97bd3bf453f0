import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings.ts";

/** One line in each update of a stack that somebody would miss and that nothing protects; previews change nothing. */
export function warnUnprotected(settings: Settings): void {
  const warning = unprotected(settings);
  if (warning && !pulumi.runtime.isDryRun()) void pulumi.log.warn(warning);
}

/**
 * What an update says of a stack that somebody would miss and that nothing protects, in one sentence; undefined for one that
 * is protected, or that can be made again: its database inside, its rules advisory.
 */
export function unprotected(
  settings: Pick<Settings, "environment" | "protected" | "policy"> & { database: { mode: string } },
): string | undefined {
  const { environment, database, policy } = settings;
  if (settings.protected || (database.mode !== "external" && policy !== "mandatory")) return undefined;
  const reason = database.mode === "external" ? "its database is external" : "its policy is mandatory";
  return (
    `stack ${environment} is not protected: ${reason}, and \`pulumi destroy\` would not ask twice; ` +
    `\`pulumi config set todo:protected true -s ${environment}\` protects it`
  );
}
