// One database, in the forms in which images want its address: other drivers, or part by part.
import { parametersFor } from "./database-parameters.ts";
import { type DatabaseUrl, POSTGRES_PORT, parsedUrl } from "./database-url.ts";

/** The parts of a database's address, decoded. */
export interface DatabaseParts {
  host: string;
  port: string;
  name: string;
  user: string;
  password: string;
}

/** @param url of a form that databaseUrl lets pass; of several hosts, all of them as libpq lists them */
export function partsOfUrl(url: string): DatabaseParts {
  const { account, hosts, database } = parsed(url);
  const [user, ...password] = account.split(":");
  return {
    host: hosts.map(({ name }) => name.replace(/^\[|\]$/g, "")).join(","),
    port: hosts.map(({ port = POSTGRES_PORT }) => port).join(","),
    name: decodeURIComponent(database),
    user: decodeURIComponent(user),
    password: decodeURIComponent(password.join(":")),
  };
}

/**
 * The same database for another driver.
 * @param url of a form that databaseUrl lets pass
 * @param driver scheme, e.g. `postgresql+psycopg`
 * @param parameters what stands behind the `?`; default: those of the URL, in the words of that driver
 */
export function urlFor(url: string, driver: string, parameters?: string): string {
  const address = url.replace(/^[^:]+/, "").replace(/\?.*$/s, "");
  const [, library = ""] = driver.split("+");
  const query = parameters ?? parametersFor(library, parsed(url).query);
  return `${driver}${address}${query && `?${query}`}`;
}

function parsed(url: string): DatabaseUrl {
  const found = parsedUrl(url);
  if (typeof found === "string") throw new Error(`expected the URL of a database, found ${found}`);
  return found;
}
