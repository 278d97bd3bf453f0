// A backend as another team might have it: counts visits in PostgreSQL, and signs with keys of its own. Nothing in it
// (language, port, paths, names of variables and secrets, driver) is as in app/backend.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import pg from "pg";

const { LISTEN_PORT, ALLOWED_ORIGINS, DB_DSN, JWT_KEY, STRIPE_KEY } = process.env;
for (const [name, value] of Object.entries({ LISTEN_PORT, ALLOWED_ORIGINS, DB_DSN, JWT_KEY, STRIPE_KEY })) {
  if (!value) throw new Error(`${name} is not set`);
}
const database = new pg.Pool({ connectionString: DB_DSN, connectionTimeoutMillis: 3000 });
database.on("error", (error) => console.error(`database: ${error.message}`));

const routes = {
  "/api/healthz": async () => ({ alive: true }),
  "/api/visits": async () => (await database.query("INSERT INTO visits DEFAULT VALUES RETURNING id AS count")).rows[0],
  "/api/charge": async () => ({
    token: createHmac("sha256", JWT_KEY).update("acme").digest("hex").length,
    proof: createHmac("sha256", STRIPE_KEY).update("acme").digest("hex"),
  }),
  "/api/environment": async () => ({ origins: ALLOWED_ORIGINS, variables: Object.keys(process.env).sort() }),
};

const server = createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const route = routes[request.url];
  if (!route) return answer(404, { error: "no such path" });
  try {
    answer(200, await route());
  } catch (error) {
    console.error(error.message);
    answer(503, { error: error.code ?? "unavailable" });
  }
});
server.listen(Number(LISTEN_PORT), () => console.log(`listening on ${LISTEN_PORT}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
