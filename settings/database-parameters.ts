// What drivers take from the part of a database URL behind the `?`. Tried with a PostgreSQL and SQLAlchemy 2.1.9, which
// hands it on as texts: asyncpg 0.32.0, psycopg 3.3.9, psycopg2 2.9.13 on libpq 18.

const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/** What the value of a parameter is: its form, and in words. */
type Value = [form: RegExp, words: string];
/** What a driver takes. */
type Parameters = Record<string, Value>;

const oneOf = (...words: string[]): Value => [new RegExp(`^(${words.join("|")})$`), `one of ${words.join(", ")}`];
const whole: Value = [/^\d+$/, "a whole number"];
const session = oneOf("any", "primary", "standby", "read-write", "read-only", "prefer-standby");
const alike = (names: string[], value: Value): Parameters => Object.fromEntries(names.map((name) => [name, value]));

const ASYNCPG: Parameters = {
  ssl: oneOf(...MODES),
  prepared_statement_cache_size: whole,
  // SQLAlchemy hands a text on, which asyncpg refuses: an image has to make a number of it, as the reference backend does.
  statement_cache_size: whole,
  command_timeout: [/^(?=.*[1-9])\d+(\.\d+)?$/, "a number above 0"],
  target_session_attrs: session,
};

/** Those of libpq, but for what a URL has before the `?`, and files that no pod has. */
const LIBPQ: Parameters = {
  sslmode: oneOf(...MODES),
  channel_binding: oneOf("disable", "prefer", "require"),
  connect_timeout: [/^-?\d+$/, "a whole number"],
  target_session_attrs: session,
  gssencmode: oneOf("disable", "prefer", "require"),
  load_balance_hosts: oneOf("disable", "random"),
  ...alike(["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"], whole),
  ...alike(
    [
      ...["application_name", "fallback_application_name", "client_encoding", "options", "require_auth", "sslsni"],
      ...["sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcertmode", "sslcrl", "sslcrldir", "sslnegotiation"],
      ...["ssl_min_protocol_version", "ssl_max_protocol_version", "min_protocol_version", "max_protocol_version"],
      ...["krbsrvname", "gsslib", "gssdelegation"],
    ],
    [/./, "a text"],
  ),
};

/** What tools and pools call theirs: named in messages, while a name that nobody knows may be a piece of a password. */
const ELSEWHERE = [
  ...["prepare_threshold", "pgbouncer", "schema", "search_path", "connection_limit", "pool_timeout", "pool_size"],
  ...["max_overflow", "timeout", "socket_timeout", "user", "host", "port", "dbname", "database", "server_settings"],
];
const KNOWN = new Set([...Object.keys(ASYNCPG), ...Object.keys(LIBPQ), ...ELSEWHERE]);

/** By which users of poolers turn prepared statements off. */
const UNPREPARED = ["prepare_threshold", "pgbouncer", "prepared_statement_cache_size", "statement_cache_size"];

interface Dialect {
  takes: Parameters;
  /** Its name for TLS. */
  tls: string;
  /** What it is told behind a pooler that shares connections between transactions, if a URL can say it. */
  unprepared?: string;
  /** What a message says of the parameters that it takes. */
  words: string;
  /** How an image with this driver prepares no statements, where no URL can say it. */
  instead?: string;
}

const asyncpg: Dialect = {
  takes: ASYNCPG,
  tls: "ssl",
  unprepared: "prepared_statement_cache_size",
  words: `asyncpg knows ${Object.keys(ASYNCPG).join(", ")} and no others`,
};
const libpq = (library: string): Dialect => ({
  takes: LIBPQ,
  tls: "sslmode",
  words: `${library} knows those of libpq`,
});
const psycopg: Dialect = {
  ...libpq("psycopg"),
  instead: "prepare_threshold is a number that the image itself gives to psycopg's connect(), and no URL can hold one",
};

/** By the name behind the + of a scheme. Of all others, and of a scheme without one, nothing is known. */
const DIALECTS: Record<string, Dialect> = {
  asyncpg,
  psycopg,
  psycopg_async: psycopg,
  psycopg2: libpq("psycopg2"),
  psycopg2cffi: libpq("psycopg2"),
};

/** What is wrong with the parameters of a URL. */
export interface WrongParameters {
  /** Those that are right, as a URL has them; a value that may be anything is …. */
  right: string;
  /** Names of the wrong ones. */
  found: string[];
  why: string;
}

/** @param library the name behind the + of the scheme @param query what the URL has behind the `?` */
export function wrongParameters(library: string, query: string): WrongParameters | undefined {
  const dialect = dialectOf(library);
  if (!dialect) return undefined;
  const { right, found, why } = compared(dialect, query);
  if (found.size === 0) return undefined;
  const shown = (value: string) => (MODES.includes(value) || value === "0" ? value : "…");
  const parameters = [...right].map(([name, value]) => `${name}=${shown(value)}`).join("&");
  return { right: parameters && `?${parameters}`, found: [...found], why: [...why].join("; ") };
}

/** Parameters of one driver in the words of another; of one that nobody knows here, in those of libpq. */
export function parametersFor(library: string, query: string): string {
  const dialect = dialectOf(library);
  if (dialect) return String(new URLSearchParams([...compared(dialect, query).right]));
  const pairs = [...new URLSearchParams(query)];
  const named = pairs.map(([name, value]): [string, string] => [name === "ssl" ? "sslmode" : name, value]);
  return String(new URLSearchParams(named));
}

const dialectOf = (library: string) => (Object.hasOwn(DIALECTS, library) ? DIALECTS[library] : undefined);

/** Parameters as a driver takes them, what else was found, and why that does not do. */
function compared(dialect: Dialect, query: string) {
  const [right, found, why] = [new Map<string, string>(), new Set<string>(), new Set<string>()];
  for (const [name, value] of new URLSearchParams(query)) {
    const [form, words] = Object.hasOwn(dialect.takes, name) ? dialect.takes[name] : [];
    const fits = form?.test(value);
    if (fits && !right.has(name)) {
      right.set(name, value);
      continue;
    }
    for (const [other, instead] of translated(dialect, name, value)) if (!right.has(other)) right.set(other, instead);
    if (form) {
      found.add(fits ? `${name} twice` : `another value of ${name}`);
      why.add(fits ? "a parameter stands there once" : `${name} is ${words}`);
    } else {
      found.add(KNOWN.has(name) ? name : "a parameter of another name");
      why.add(dialect.instead && UNPREPARED.includes(name) ? dialect.instead : dialect.words);
    }
  }
  return { right, found, why };
}

/** What a driver wants in the place of a parameter that it does not know; nothing for one to leave out. */
function translated({ tls, unprepared }: Dialect, name: string, value: string): [name: string, value: string][] {
  if (name === "ssl" || name === "sslmode") return [[tls, modeOf(value)]];
  if (unprepared && UNPREPARED.includes(name) && value !== "false") return [[unprepared, "0"]];
  return [];
}

/** As other drivers write it: true, no-verify, or nothing, which SQLAlchemy takes for no parameter at all. */
function modeOf(value: string): string {
  if (MODES.includes(value)) return value;
  return /^(false|0|off|no|disabled)$/i.test(value) ? "disable" : "require";
}
