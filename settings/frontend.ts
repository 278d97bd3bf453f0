import { defineService, ready } from "./service.ts";

/** The pages: Next.js, which forwards `/api` to the backend. */
export const frontend = defineService({
  chart: "todo-frontend",
  source: { repository: "localhost/todo-frontend", folder: "app/frontend", base: "node" },
  variables: {
    apiUrl: { name: "API_URL", from: "the backend's Service", content: "the backend's address inside the cluster" },
    port: { name: "PORT", from: "todo:frontend.port" },
    metricsPort: { name: "METRICS_PORT", from: "todo:frontend.metrics.port" },
    host: { name: "HOSTNAME", from: "the program", content: "the address to listen on, 0.0.0.0" },
    mode: { name: "NODE_ENV", from: "the program", content: "production" },
    origin: { name: false, from: "todo:origin" },
  },
  port: 3000,
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "250m", memory: "512Mi" },
  health: "/",
  healthMeaning: "Path that all probes ask",
  testScript: "a Node.js script",
  opensAnyway: " and the backend",
  fields: { ready: ready() },
});
