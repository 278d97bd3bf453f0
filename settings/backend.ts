import { z } from "zod";
import { command, path, pathOrNone, text, texts, whole } from "./fields.ts";
import { isPodItself, LAPTOP } from "./hosts.ts";
import { origin } from "./origin.ts";
import { expected } from "./problems.ts";
import { SECRET_KEYS } from "./secret-keys.ts";
import { defineService } from "./service.ts";

/** The API: FastAPI, its database and its chat. */
export const backend = defineService({
  chart: "todo-backend",
  source: { repository: "localhost/todo-backend", folder: "app/backend", base: "python" },
  variables: {
    environment: { name: "BACKEND_ENV", from: "the stack's name" },
    host: { name: "BACKEND_HOST", from: "the program", content: "the address to listen on, 0.0.0.0" },
    port: { name: "BACKEND_PORT", from: "todo:backend.port" },
    metricsPort: { name: "METRICS_PORT", from: "todo:backend.metrics.port" },
    corsOrigins: { name: "CORS_ORIGINS", from: "todo:origin" },
    poolSize: { name: "POOL_SIZE", from: "todo:backend.pool.size" },
    maxOverflow: { name: "MAX_OVERFLOW", from: "todo:backend.pool.overflow" },
    poolTimeout: { name: "POOL_TIMEOUT", from: "todo:backend.pool.timeoutSeconds" },
    chatMaxMessages: { name: "CHAT_MAX_MESSAGES", from: "todo:backend.chatMaxMessages" },
    openaiBaseUrl: { name: "OPENAI_BASE_URL", from: "todo:backend.openaiBaseUrl" },
  },
  secretKeys: SECRET_KEYS,
  port: 8000,
  requests: { cpu: "250m", memory: "256Mi" },
  limits: { cpu: "500m", memory: "1Gi" },
  health: "/health",
  healthMeaning: "Path that answers 200 without asking the database",
  testScript: "a Python script",
  opensAnyway: ", OpenAI's and the external database's 5432",
  fields: {
    origin: origin()
      .optional()
      .describe("What browsers call it at, where that is not through the pages: scheme://host[:port]"),
    paths: texts(path("/api"))
      .optional()
      .describe("Beginnings of the paths that an Ingress or Gateway leads to it, of its own origin or of todo:origin"),
    ready: pathOrNone()
      .default("/ready")
      .describe("Path that answers 200 while the database can be used; false where the image has none"),
    pool: z
      .strictObject({
        size: whole("connections", 1, 100).default(2).describe("Connections that each pod keeps open"),
        overflow: whole("connections", 0, 100).default(5).describe("Connections that each pod may open beyond that"),
        timeoutSeconds: whole("seconds", 1, 300).default(30).describe("Longest wait for a free connection"),
      })
      .prefault({})
      .describe("Connections to the database"),
    corsFormat: z
      .enum(["commas", "json"])
      .default("commas")
      .describe('How variables.corsOrigins lists the origin: as it is, or as JSON, ["http://…"]'),
    chatMaxMessages: whole("messages", 1, 1000).default(20).describe("Messages of a conversation that the model sees"),
    chatRequired: z.boolean().default(false).describe("Refuse to deploy without todo:openaiApiKey"),
    openaiBaseUrl: text("an http(s) URL without credentials", /^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/)
      .refine((url) => !isPodItself(URL.parse(url)?.hostname ?? ""), {
        error: expected("another host than one that means the pod itself", LAPTOP),
      })
      .meta({ errorMessage: "expected an http(s) URL without credentials, of another machine" })
      .optional()
      .describe("OpenAI-compatible API instead of OpenAI's own"),
    migration: z
      .strictObject({
        command: command().optional().describe("What the Job runs, instead of `python -m todo_backend.migrate`"),
        deadlineSeconds: whole("seconds", 10, 86_400)
          .default(100)
          .describe("Longest time that it may take with all its tries, a database that has to wake included"),
      })
      .prefault({})
      .describe("The Job that brings the schema up to date"),
  },
});
