import { join } from "node:path";
import type { Identity } from "../../components/identity.ts";
import { state } from "../../tools/places.ts";

/** Of kubeconfigs that are identities. */
export const folder = join(state, "identities");

export const kubeconfigFile = (stack: string, identity: Identity) => join(folder, `${stack}-${identity}.kubeconfig`);
