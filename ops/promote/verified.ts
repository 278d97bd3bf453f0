// Which images an environment has proved: those that its file names, its last update installed, and its pods run.

import { imageText } from "local-charts/objects";
import { profile } from "../../cluster/profile.ts";
import { releaseNameOf } from "../../settings/services.ts";
import { Failure } from "../../tools/program.ts";
import type { Images } from "./stack-file.ts";

/** A Deployment as far as it is looked at. */
export interface Deployment {
  metadata: { name: string; generation: number };
  spec: { replicas?: number; template: { spec: { containers: { name: string; image: string }[] } } };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    unavailableReplicas?: number;
  };
}

/** Pulumi's record of a stack, `pulumi stack export`. */
export interface State {
  deployment: {
    pending_operations?: unknown[];
    resources?: { type: string; outputs?: { name?: string; status?: { status?: string } }; inputs?: ReleaseInputs }[];
  };
}
interface ReleaseInputs {
  name?: string;
  values?: { image?: { repository?: string; tag?: string; digest?: string } };
}

/** @throws Failure that says why nothing is verified: not deployed, not healthy, or not what the file says */
export function checkVerified(stack: string, images: Images, state: State, deployments: Deployment[]): void {
  const { pending_operations: pending = [], resources = [] } = state.deployment;
  if (pending.length > 0) throw refusal(stack, "its last update was interrupted", `make up ENV=${stack}`);
  for (const [service, image] of Object.entries(images)) {
    const name = `${releaseNameOf(service)}-${stack}`;
    const expected = imageText(image);
    const deploy = `make up ENV=${stack}`;
    const release = resources.find(({ type, inputs }) => type === RELEASE && inputs?.name === name);
    if (!release) throw refusal(stack, `it is not deployed: its state has no release ${name}`, deploy);
    const status = release.outputs?.status?.status;
    if (status !== "deployed") throw refusal(stack, `release ${name} is ${status ?? "in no known state"}`, deploy);
    const { repository = "no repository", ...rest } = release.inputs?.values?.image ?? {};
    differs(stack, `release ${name} was installed with`, imageText({ repository, ...rest }), expected);
    const deployment = deployments.find(({ metadata }) => metadata.name === name);
    if (!deployment) throw refusal(stack, `it is not deployed: the cluster has no Deployment ${name}`, deploy);
    for (const { image } of deployment.spec.template.spec.containers) {
      differs(stack, `Deployment ${name} runs`, image, expected);
    }
    const trouble = unhealthy(deployment);
    if (trouble) {
      throw refusal(
        stack,
        `it is not healthy: Deployment ${name} ${trouble}`,
        `kubectl --context ${profile} -n todo-${stack} get pods`,
      );
    }
  }
}

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** What keeps a rollout from being complete; undefined where all pods are of the newest template and ready. */
function unhealthy({ metadata, spec, status = {} }: Deployment): string | undefined {
  if (metadata.generation !== status.observedGeneration) return "has a change that the cluster has not taken up yet";
  const wanted = spec.replicas ?? 1;
  if (wanted === 0) return "is scaled to 0 pods";
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, unavailableReplicas = 0 } = status;
  if (replicas === wanted && updatedReplicas === wanted && readyReplicas === wanted && unavailableReplicas === 0)
    return;
  return `has ${readyReplicas} of ${wanted} pods ready, ${updatedReplicas} of them of the newest template`;
}

function differs(stack: string, what: string, found: string, expected: string): void {
  if (found === expected) return;
  const file = `Pulumi.${stack}.yaml`;
  throw refusal(stack, `expected ${expected}, as ${file} says; ${what} ${found}`, `make up ENV=${stack}`);
}

const refusal = (stack: string, why: string, first: string) =>
  new Failure(`${stack} has no verified images: ${why}; nothing was changed, \`${first}\` comes first`);
