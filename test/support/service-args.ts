// Arguments of the services' components, as those of the reference application.
import type { TodoBackendArgs } from "../../components/todo-backend.ts";
import type { TodoFrontendArgs } from "../../components/todo-frontend.ts";
import { sections } from "../../settings/contract.ts";

export const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "250m", memory: "512Mi" } };
export const fingerprints = { DATABASE_URL: "url-1", SECRET_KEY: "key-1", AUTH_SECRET: "auth-1" };
const own = Object.fromEntries(Object.keys(fingerprints).map((key) => [key, key]));

/** The names of the reference application's variables. */
export const variables = {
  backend: sections.backend.shape.variables.parse(undefined),
  frontend: sections.frontend.shape.variables.parse(undefined),
};

const image = (repository: string) => ({ repository, tag: "4f1c2ab90d3e" });
const metrics = { port: 9464, path: "/metrics", scraperNamespace: "todo-monitoring" };
const place = { environment: "dev", namespace: "todo-dev" };

/** Every setting that is not named here has its default. */
export const backend: TodoBackendArgs = {
  ...place,
  ...sections.backend.parse({ image: image("localhost/todo-backend"), resources }),
  metrics,
  corsOrigins: ["http://localhost:30300"],
  migrate: true,
  fromSecret: { ...own, OPENAI_API_KEY: "OPENAI_API_KEY" },
  secret: { name: "todo-backend-secrets", fingerprints },
};

export const frontend: TodoFrontendArgs = {
  ...place,
  ...sections.frontend.parse({ image: image("localhost/todo-frontend"), resources }),
  metrics,
  fromSecret: {},
  service: { type: "NodePort", nodePort: 30300 },
  apiUrl: "http://todo-backend-dev:8000",
  origin: "http://localhost:30300",
};
