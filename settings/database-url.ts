import { z } from "zod";
import { wrongParameters } from "./database-parameters.ts";
import { isPodItself, LAPTOP, POD_ITSELF } from "./hosts.ts";

/** Of a database URL that names none. */
export const POSTGRES_PORT = 5432;

/**
 * A URL as the driver takes it, e.g. `postgresql+asyncpg`; messages never repeat it.
 * @param reachable ports that it may have; default: all
 */
export function databaseUrl(driver: string, reachable?: number[]) {
  return z.string().superRefine((value, context) => {
    const message = wrongDatabaseUrl(value, driver, reachable);
    if (message) context.addIssue({ code: "custom", message });
  });
}

/** What is wrong with a URL: what was found, and why that does not do. */
interface Fault {
  found: string[];
  why: string;
}

/** All that is wrong, in one sentence: whoever pastes a URL has several edits to make, and no wish to learn of them one by one. */
function wrongDatabaseUrl(value: string, driver: string, reachable?: number[]): string | undefined {
  const form = `${driver}://user:password@host:port/database`;
  const url = parsedUrl(value);
  if (typeof url === "string") return `expected ${form}, found ${url}`;
  const [, library = ""] = driver.split("+");
  const parameters = wrongParameters(library, url.query);
  const faults = [
    ...wrongScheme(url.scheme, driver),
    ...wrongAccount(url.account),
    ...wrongHosts(url.hosts, library),
    ...(parameters ? [parameters] : []),
    ...unreachable(url.hosts, reachable),
  ];
  if (faults.length === 0) return undefined;
  const found = faults.flatMap((fault) => fault.found);
  return `expected ${form}${parameters?.right ?? ""}, found ${listed(found)}; ${faults.map(({ why }) => why).join("; ")}`;
}

/** A database's URL, its parts as they stand there. */
export interface DatabaseUrl {
  scheme: string;
  /** User and password. */
  account: string;
  hosts: { name: string; port?: string }[];
  database: string;
  query: string;
}

const HOST = String.raw`(?:\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::\d+)?`;
const NAME = "(?:[^/?#%]|%[0-9a-fA-F]{2})+";
const PLACE = new RegExp(String.raw`^(${HOST}(?:,${HOST})*)\/(${NAME})(?:\?([^#]*))?$`);
const ESCAPED = "in user and password @ is written %40, / %2F, ? %3F, # %23, [ %5B, ] %5D and % itself %25";

/**
 * The parts of a URL, or what was found instead of one. Parsers of URLs know neither all schemes (psycopg_async) nor several
 * hosts, and a @ too many is to each a part of something else.
 */
export function parsedUrl(value: string): DatabaseUrl | string {
  if (/\s/.test(value)) return "white space in it, perhaps a line break at its end, or a command around it";
  const [, before, scheme, rest] = /^(.*?)([a-z][a-z0-9+_.-]*):\/\/(.*)$/.exec(value) ?? [];
  if (rest === undefined) return "a text of another form";
  if (before) return "something before it; only the URL, without quotes or a name";
  const at = rest.lastIndexOf("@");
  const account = rest.slice(0, Math.max(at, 0));
  const [, hosts, database, query = ""] = PLACE.exec(rest.slice(at + 1)) ?? [];
  if (!/^[^:]+:./.test(account)) return "one without user:password@ before the host; both are needed";
  const ports = hosts?.split(",").map((host) => Number(hostOf(host).port ?? POSTGRES_PORT)) ?? [0];
  if (ports.some((port) => port < 1 || port > 65535)) return "another form than host:port/database behind the @";
  return { scheme, account, hosts: hosts.split(",").map(hostOf), database, query };
}

function hostOf(text: string): { name: string; port?: string } {
  const [, name, port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text) as RegExpExecArray;
  return { name, port };
}

function wrongScheme(scheme: string, driver: string): Fault[] {
  if (scheme === driver) return [];
  const [, library] = driver.split("+");
  const why = library
    ? `the backend's driver is ${library}, which the scheme has to name, unless todo:database.driver says otherwise`
    : `todo:database.driver is ${driver}`;
  return [{ found: [`${scheme}://`], why }];
}

/** Drivers differ in what they make of these: another host, another password, or an error that quotes it. */
function wrongAccount(account: string): Fault[] {
  const wrong = /[@/?#[\]]|%(?![0-9a-f]{2})|%00/i.test(account);
  return wrong ? [{ found: ["a character in user or password that has to be escaped"], why: ESCAPED }] : [];
}

function wrongHosts(hosts: DatabaseUrl["hosts"], library: string): Fault[] {
  const several = library === "asyncpg" && hosts.length > 1;
  return [
    ...(hosts.some(({ name }) => isPodItself(name)) ? [{ found: [POD_ITSELF], why: LAPTOP }] : []),
    ...(several ? [{ found: ["several hosts"], why: "asyncpg takes one of a URL" }] : []),
  ];
}

function unreachable(hosts: DatabaseUrl["hosts"], reachable?: number[]): Fault[] {
  const closed = hosts.some(({ port }) => reachable && !reachable.includes(Number(port ?? POSTGRES_PORT)));
  if (!reachable || !closed) return [];
  const fix = "add it to todo:backend.externalPorts, or its packets go nowhere";
  return [{ found: [`another port than ${reachable.join(" or ")}`], why: `todo:networkPolicies is wired: ${fix}` }];
}

const listed = (words: string[]) => words.join(", ").replace(/, ([^,]*)$/, " and $1");
