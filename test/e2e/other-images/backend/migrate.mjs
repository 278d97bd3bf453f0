// Makes the table of visits unless it is there; fails where the database cannot be used.
import pg from "pg";

const client = new pg.Client({ connectionString: process.env.DB_DSN, connectionTimeoutMillis: 10_000 });
await client.connect();
await client.query("CREATE TABLE IF NOT EXISTS visits (id bigserial PRIMARY KEY)");
await client.end();
console.log("visits: the table is there");
