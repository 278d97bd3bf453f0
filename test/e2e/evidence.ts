// What is left to look at when something went wrong in a namespace, asked for before it is removed.
import { command } from "./cluster.ts";

/** An answer of kubectl's, or why there is none. */
export function look(namespace: string, ...args: string[]): string {
  try {
    return command("kubectl", "--context", "todo-on-minikube", "--namespace", namespace, ...args).trim();
  } catch (error) {
    return (error as Error).message.trim();
  }
}

/** Pods, Services, who has which node port, warnings, and the room on the node. */
export function evidenceOf(namespace: string): string {
  const ports = "{range .items[*].spec.ports[?(@.nodePort)]}{.nodePort} {end}";
  const warnings = ["events", "--field-selector", "type=Warning", "--sort-by", ".lastTimestamp"];
  const questions: [what: string, args: string[]][] = [
    ["pods", ["get", "pods,services,jobs", "--output", "wide"]],
    ["node ports of all Services", ["get", "services", "--all-namespaces", "--output", `jsonpath=${ports}`]],
    ["warnings", ["get", ...warnings]],
    ["node", ["describe", "nodes"]],
  ];
  return questions.map(([what, args]) => `${what} when it failed:\n${look(namespace, ...args)}\n`).join("");
}
