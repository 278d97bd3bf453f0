import * as pulumi from "@pulumi/pulumi";

/**
 * An error that ends an update in the middle, in the words that it has: thrown behind an Output, Pulumi shows the stack of
 * any error, a RunError's too.
 */
export function failure(message: string): pulumi.RunError {
  return Object.assign(new pulumi.RunError(message), { stack: message });
}
