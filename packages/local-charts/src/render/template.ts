import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../kubernetes/object.ts";

/**
 * A chart value that is known at preview; no Output, and so no secret, fits. Nor does null: the provider drops it, so that a
 * chart would be installed with other values than it was rendered with.
 */
export type Plain = string | number | boolean | undefined | Plain[] | { [key: string]: Plain };

/** What Helm is asked for; as the provider's `kubernetes:helm:template` takes it. */
export interface TemplateOptions {
  path: string;
  release_name: string;
  namespace: string;
  values: Record<string, Plain>;
  kube_version: string;
}

/** Whoever renders a chart, tests and hooks included: the provider in a program, the helm on PATH elsewhere. */
export interface Template {
  /** Rejects with Helm's own words. */
  (options: TemplateOptions): Promise<KubernetesObject[]>;
  /** What paths of charts are relative to. Default: the working directory, which is the program's under Pulumi. */
  folder?: string;
}

/** The Helm inside the provider: needs no helm on PATH and, for a provider with a context, no cluster that answers. */
export function providerTemplate(provider: pulumi.ProviderResource): Template {
  return async (options) => {
    // What kubernetes.helm.v3.Chart uses; not a documented function of its own. Of crds/ Helm keeps no record, and it
    // installs them once: compared, they would be new in each preview.
    const all = { ...options, include_test_hook_resources: true, skip_crd_rendering: true };
    const inputs = { jsonOpts: JSON.stringify(all) };
    return (await pulumi.runtime.invoke("kubernetes:helm:template", inputs, { provider })).result;
  };
}
