// What the cluster has of any environment, by the commands that a person would type.
import { command } from "./cluster.ts";

const context = "todo-on-minikube";

/** `todo:origin` of the stack files: what a person opens. */
export const origins = {
  dev: "http://localhost:30300",
  staging: "http://staging.localhost:8301",
  prod: "http://prod.localhost:8302",
};
export type Stack = keyof typeof origins;
export const stacks = Object.keys(origins) as Stack[];

export const kubectl = (stack: string, ...args: string[]) =>
  command("kubectl", "--context", context, "--namespace", `todo-${stack}`, ...args);

export const helm = (stack: string, ...args: string[]) =>
  command("helm", "--kube-context", context, "--namespace", `todo-${stack}`, ...args);

/** An answer of kubectl's as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: objects of the API server have no static type here.
export const json = (stack: string, ...args: string[]): any => JSON.parse(kubectl(stack, ...args, "--output", "json"));

/** Names of the releases, sorted. */
export const releases = (stack: string) => helm(stack, "list", "--short").trim().split("\n").sort();
