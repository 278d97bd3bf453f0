// An application of this folder in a stack of its own: described by the `pulumi config set` lines of its stack.sh, and by
// nothing else.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Source } from "../../../cluster/images.ts";
import { Checkout } from "../checkout.ts";
import { claim, claimNodePort } from "../claims.ts";
import { type Place, placeOf, until } from "../cluster.ts";
import { evidenceOf } from "../evidence.ts";
import { loadImage } from "../load-images.ts";

/** Of the node, for the pages of these applications, which are there one after the other. */
export const PAGES_PORT = 30302;
/** Of the node, for what else one of them shows outside. */
export const OTHER_PORT = 30303;
export const origin = `http://localhost:${PAGES_PORT}`;

/** What an application's images are based on, by the folder of each; the empty one is the application's own. */
export type Images = Record<string, Source["base"]>;

export const loginImages: Images = { pages: "node", api: "python" };

/** An application that is in the cluster, or about to be. */
export interface Application extends Place {
  namespace: string;
  checkout: Checkout;
}

/** Builds what the node lacks of an application's images. @returns the tag of each, as its stack.sh calls it: `API_TAG` */
export async function tagsOf(name: string, images: Images): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const [image, base] of Object.entries(images)) {
    const folder = join(import.meta.dirname, name, image);
    const part = image || "image";
    tags[`${part.toUpperCase()}_TAG`] = await loadImage(`localhost/${name}-${part}`, { folder, base });
  }
  return tags;
}

const stackOf = (name: string) => `app-${name}`;
export const namespaceOf = (name: string) => `todo-${stackOf(name)}`;

/** A stack for an application, in a copy of the tree, with nothing deployed yet. */
export function applicationStack(name: string): Application {
  const [stack, namespace] = [stackOf(name), namespaceOf(name)];
  claim(namespace);
  for (const port of [PAGES_PORT, OTHER_PORT]) claimNodePort(port);
  const checkout = new Checkout(`passphrase of ${stack}`);
  const place = placeOf(stack, checkout.folder, { PULUMI_CONFIG_PASSPHRASE: checkout.passphrase });
  place.run("", "pulumi", "stack", "init", stack, "--non-interactive");
  return { ...place, namespace, checkout };
}

/** Describes the stack by its application's stack.sh. */
export function configure(name: string, { run }: Place, variables: Record<string, string>): void {
  const script = readFileSync(join(import.meta.dirname, name, "stack.sh"), "utf8");
  const words = Object.entries(variables).map(([variable, value]) => `${variable}=${value}`);
  run("", "env", ...words, "bash", "-ec", script);
}

export function deploy({ pulumi, namespace }: Application): void {
  try {
    pulumi("up", "--yes", "--skip-preview");
  } catch (error) {
    // It is removed when this has failed: what there was of it belongs to the failure.
    (error as Error).message += `\n${evidenceOf(namespace)}`;
    throw error;
  }
}

/** Begins to remove the environment, also when it is half made; its node ports are free at once. `unclaim` sees to the rest. */
export function beginRemoval({ kubectl, namespace, checkout }: Application): void {
  try {
    kubectl("delete", "services", "--all");
    kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
  } finally {
    checkout.remove();
  }
}

/** Deletes all pods, as a node does that dies, and returns when others are there and ready. */
export function replaceAllPods({ kubectl }: Place): void {
  const uids = () => kubectl("get", "pods", "--output", "jsonpath={.items[*].metadata.uid}").split(" ");
  const before = uids();
  kubectl("delete", "pods", "--all", "--grace-period=1");
  for (const workload of kubectl("get", "deployments,statefulsets", "--output", "name").trim().split("\n")) {
    kubectl("rollout", "status", workload, "--timeout=240s");
  }
  assert.deepEqual(
    uids().filter((uid) => before.includes(uid)),
    [],
  );
}

const note = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text });

/** Writes a note as a person does, and returns when the page has it. */
export async function write(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Note" }).fill(text);
  await page.getByRole("button", { name: "Add" }).click();
  await note(page, text).waitFor({ timeout: 15_000 });
}

/** A visitor whom nobody knows yet, where pages have a login of their own. */
export async function signUp(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "Address" }).fill("somebody@example.org");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign up" }).click();
}

/** Returns when the page, loaded anew, has a note: after a while, where its pods have just been replaced. */
export async function findAgain(page: Page, text: string): Promise<void> {
  await until(`the note “${text}”`, async () => {
    await page.reload();
    await note(page, text).waitFor({ timeout: 5_000 });
    return true;
  });
}
