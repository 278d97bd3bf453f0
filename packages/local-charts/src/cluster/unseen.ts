// What this login may not look at: who deploys into one namespace sees nothing beside it, and goes on without; which checks
// were left out for it is said once.
import { refusedPaths } from "./request.ts";

/** `nodes`, `namespace kube-system`, `secrets of shop`: what the API server has refused to show so far, each once, sorted. */
export function unseen(context: string): string[] {
  return [...new Set(refusedPaths(context).map(lookedAt))].sort();
}

/** What a path of a GET shows, in words; pure. */
export function lookedAt(path: string): string {
  const [first, ...parts] = path.split("?")[0].split("/").filter(Boolean);
  const [kind = path, namespace, inner, , below] = parts.slice(first === "api" ? 1 : 2);
  if (kind === "namespaces" && namespace) {
    if (!inner) return `namespace ${namespace}`;
    return `${below ? `${inner}/${below}` : inner} of ${namespace}`;
  }
  return kind === "pods" ? "pods of other namespaces" : kind;
}

/** A sentence about it; undefined where nothing was refused. */
export function unseenText(context: string): string | undefined {
  const found = unseen(context);
  if (found.length === 0) return undefined;
  return `cluster ${context}: this login may not look at ${found.join(", ")}, so what depends on that was not checked`;
}
