/** What the page needs, and nothing else of the backend: /health and /ready stay inside the cluster. */
export const apiRoutes: { template: string; path: RegExp; methods: string[] }[] = [
  { template: "/api/session", path: /^\/api\/session$/, methods: ["GET"] },
  { template: "/api/todos", path: /^\/api\/todos$/, methods: ["GET", "POST"] },
  { template: "/api/todos/{todo_id}", path: /^\/api\/todos\/[1-9][0-9]{0,18}$/, methods: ["PATCH", "DELETE"] },
  { template: "/api/chat", path: /^\/api\/chat$/, methods: ["POST"] },
];

/** The template of a path's route: never the path itself, which has as many values as there are todos. */
export function routeOf(path: string): string {
  if (path === "/") return path;
  if (path.startsWith("/_next/")) return "/_next";
  return apiRoutes.find((route) => route.path.test(path))?.template ?? "other";
}
