import { isLoopback } from "local-charts/objects";

/** Whether an address in a variable or Secret of a pod means the pod itself, where nobody else listens. */
export const isPodItself = (host: string): boolean =>
  isLoopback(host.toLowerCase()) || /^(0\.0\.0\.0|\[?::\]?)$/.test(host);

/** What messages say of such a host. */
export const POD_ITSELF = "a host that means the pod itself";
export const LAPTOP = "the machine that Minikube runs on is host.minikube.internal";
