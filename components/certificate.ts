import * as pulumi from "@pulumi/pulumi";
import { withoutSecret } from "../settings/addresses.ts";
import type { Settings } from "../settings.ts";

/** One line, in previews too, for an https origin of whose certificate nothing is said. */
export function warnWithoutCertificate(settings: Settings): void {
  const warning = withoutSecret(settings);
  if (warning) void pulumi.log.warn(warning);
}
