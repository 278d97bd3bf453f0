import { stackOutputs } from "../stack/pulumi.ts";
import { waitForUrl } from "./url.ts";

/** The page of a stack that is up. */
export interface Page {
  url: string;
  namespace: string;
  /** What has to be forwarded, as kubectl names it: service/todo-frontend-staging. Default: the cluster opens the URL's port. */
  target?: string;
}

/** Rejects for a stack that is not up. */
export async function pageOf(stack: string): Promise<Page> {
  const outputs = (await stackOutputs(stack)) as { url?: string; namespace?: string; next?: { open?: string } };
  const { url, namespace, next } = outputs;
  if (!url || !namespace) throw new Error(`stack ${stack}: its outputs name no page`);
  const target = / port-forward (\S+) /.exec(next?.open ?? "")?.[1];
  return { url, namespace, target };
}

/** Waits until a page that is open answers, and says where it is; false for one that has to be forwarded. */
export async function isAt(stack: string, { url, target }: Page): Promise<boolean> {
  if (target) return false;
  await waitForUrl(url);
  console.log(`Todo (${stack}) is at ${url}`);
  return true;
}
