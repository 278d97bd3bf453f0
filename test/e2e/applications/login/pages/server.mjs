// Pages with a login of their own: users and sessions are in tables that Better Auth makes, in the database that the API uses
// too. What is not the login's goes to the API, with the visitor's cookie.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import pg from "pg";

const { BACKEND_URL, DATABASE_URL, PORT } = process.env;
// BETTER_AUTH_SECRET and BETTER_AUTH_URL it reads itself; from another address than the latter nobody may log in.
const options = {
  database: new pg.Pool({ connectionString: DATABASE_URL, connectionTimeoutMillis: 3000 }),
  emailAndPassword: { enabled: true },
};
options.database.on("error", ({ message }) => console.error(`database: ${message}`));
await (await getMigrations(options)).runMigrations();

const login = toNodeHandler(betterAuth(options));
const page = await readFile("index.html");

const routes = {
  "/": async (_, response) => response.setHeader("content-type", "text/html; charset=utf-8").end(page),
  "/api/health": async (_, response) => response.end("ok"),
  "/api/notes": async ({ method, headers }, response, body) => {
    const { cookie = "", "content-type": type = "application/json" } = headers;
    const init = { method, headers: { cookie, "content-type": type }, ...(method === "POST" && { body }) };
    const answer = await fetch(`${BACKEND_URL}/notes`, init);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  },
};

const server = createServer(async (request, response) => {
  if (request.url.startsWith("/api/auth/")) return login(request, response);
  const route = routes[request.url];
  if (!route) return response.writeHead(404).end();
  try {
    const parts = await request.toArray();
    await route(request, response, Buffer.concat(parts));
  } catch (error) {
    console.error(error);
    response.writeHead(502).end();
  }
});
server.listen(Number(PORT));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
