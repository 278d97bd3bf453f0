// What is taken for the URL of a database, by each driver, and in one sentence what else was found and the form that works.
// Does not prove: that a driver does with a parameter what its name says (app/backend/tests, for asyncpg), nor that anybody listens at the URL.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { databaseUrl } from "../../settings/database-url.ts";
import { ROOT } from "../support/mocks.ts";

const said = (url: string, driver: string, reachable?: number[]) =>
  databaseUrl(driver, reachable).safeParse(url).error?.issues[0].message;

const ASYNCPG = "postgresql+asyncpg";
const FORM = `expected ${ASYNCPG}://user:password@host:port/database`;
const SCHEME =
  "the backend's driver is asyncpg, which the scheme has to name, unless todo:database.driver says otherwise";
const NAMES = [
  "ssl",
  "prepared_statement_cache_size",
  "statement_cache_size",
  "command_timeout",
  "target_session_attrs",
];
const OTHERS = `asyncpg knows ${NAMES.join(", ")} and no others`;
const ESCAPED = "in user and password @ is written %40, / %2F, ? %3F, # %23, [ %5B, ] %5D and % itself %25";
const CHARACTER = "a character in user or password that has to be escaped";
const MODES = "disable, allow, prefer, require, verify-ca, verify-full";
const LAPTOP = "the machine that Minikube runs on is host.minikube.internal";

describe("a database's URL that somebody pastes is refused in one sentence", () => {
  const refused: [what: string, url: string, sentence: string][] = [
    [
      "as Neon shows it",
      "postgresql://u:canary@ep-a-pooler.eu.example.org/db?sslmode=require&channel_binding=require",
      `${FORM}?ssl=require, found postgresql://, sslmode and channel_binding; ${SCHEME}; ${OTHERS}`,
    ],
    [
      "as Supabase shows it for Prisma",
      "postgresql://postgres.ref:[canary]@pooler.example.org:6543/postgres?pgbouncer=true&connection_limit=1",
      `${FORM}?prepared_statement_cache_size=0, found postgresql://, ${CHARACTER}, pgbouncer and connection_limit; ${SCHEME}; ${ESCAPED}; ${OTHERS}`,
    ],
    [
      "with everything wrong that can be",
      "postgres://u:can@ry@localhost:6000/db?sslmode=no-verify&canary=1",
      `${FORM}?ssl=require, found postgres://, ${CHARACTER}, a host that means the pod itself, sslmode, a parameter of another name and another port than 443 or 5432; ${SCHEME}; ${ESCAPED}; ${LAPTOP}; ${OTHERS}; todo:networkPolicies is wired: add it to todo:backend.externalPorts, or its packets go nowhere`,
    ],
    [
      "a command",
      "psql 'postgresql://u:canary@h/db'",
      `${FORM}, found white space in it, perhaps a line break at its end, or a command around it`,
    ],
    [
      "quotes",
      "'postgresql+asyncpg://u:canary@h/db'",
      `${FORM}, found something before it; only the URL, without quotes or a name`,
    ],
    [
      "a name",
      "DATABASE_URL=postgresql+asyncpg://u:canary@h/db",
      `${FORM}, found something before it; only the URL, without quotes or a name`,
    ],
    ["a password", "canary", `${FORM}, found a text of another form`],
    [
      "no password",
      "postgresql+asyncpg://canary@h/db",
      `${FORM}, found one without user:password@ before the host; both are needed`,
    ],
    [
      "no user",
      "postgresql+asyncpg://:canary@h/db",
      `${FORM}, found one without user:password@ before the host; both are needed`,
    ],
    [
      "no database",
      "postgresql+asyncpg://u:canary@h/",
      `${FORM}, found another form than host:port/database behind the @`,
    ],
    [
      "no host",
      "postgresql+asyncpg://u:canary@/db",
      `${FORM}, found another form than host:port/database behind the @`,
    ],
    [
      "a port that is none",
      "postgresql+asyncpg://u:canary@h:70000/db",
      `${FORM}, found another form than host:port/database behind the @`,
    ],
    [
      "a fragment",
      "postgresql+asyncpg://u:canary@h/db#x",
      `${FORM}, found another form than host:port/database behind the @`,
    ],
    [
      "several hosts",
      "postgresql+asyncpg://u:canary@a,b/db",
      `${FORM}, found several hosts; asyncpg takes one of a URL`,
    ],
  ];
  for (const [what, url, sentence] of refused) {
    it(what, () => {
      const message = said(url, ASYNCPG, url.includes(":6000") ? [443, 5432] : undefined);
      assert.equal(message, sentence);
      assert.doesNotMatch(sentence, /canary/);
    });
  }
});

describe("a password", () => {
  for (const wrong of ["p@ss", "p/ss", "p?ss", "p#ss", "p[ss", "p]ss", "p%ss", "p%2", "p%00", "p%zz"]) {
    it(`has to escape ${wrong}`, () => {
      for (const driver of [ASYNCPG, "postgresql+psycopg", "postgresql"]) {
        const sentence = `expected ${driver}://user:password@host:port/database, found ${CHARACTER}; ${ESCAPED}`;
        assert.equal(said(`${driver}://u:${wrong}@db/x`, driver), sentence);
        assert.equal(said(`${driver}://${wrong}:p@db/x`, driver), sentence);
      }
    });
  }
  for (const right of ["p%40ss", "p:ss", "p%25ss", "p+ss", "p$(X)ss", "pässword", "p'\"<>^`{|}~!*;=&,"]) {
    it(`may be ${right}`, () => assert.equal(said(`${ASYNCPG}://u:${right}@db/x`, ASYNCPG), undefined));
  }
});

describe("a host", () => {
  for (const host of ["localhost", "LOCALHOST", "db.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "0.0.0.0", "[::]"]) {
    it(`is not ${host}`, () => {
      const form = "expected postgresql://user:password@host:port/database";
      assert.equal(
        said(`postgresql://u:p@${host}:5432/x`, "postgresql"),
        `${form}, found a host that means the pod itself; ${LAPTOP}`,
      );
      assert.match(said(`postgresql://u:p@db,${host}/x`, "postgresql") ?? "", /means the pod itself/);
    });
  }
  for (const host of [
    "host.minikube.internal",
    "localhost.example.org",
    "192.168.49.1",
    "[fd00::1]",
    "db",
    "a_b-c.d",
  ]) {
    it(`may be ${host}`, () => assert.equal(said(`${ASYNCPG}://u:p@${host}:5432/x`, ASYNCPG), undefined));
  }
});

describe("a port that network policies leave open", () => {
  const cases: [place: string, reachable: number[], sentence?: string][] = [
    ["db", [443, 5432]],
    ["db:6000", [6000]],
    ["a:6000,b:6001", [6000, 6001]],
    ["db:6000", [443, 5432], "443 or 5432"],
    ["db", [443], "443"],
    ["a:6000,b", [6000], "6000"],
  ];
  for (const [place, reachable, ports] of cases) {
    it(`${place} of ${reachable}`, () => {
      const message = said(`postgresql://u:p@${place}/x`, "postgresql", reachable);
      assert.equal(message?.split(";")[0].split("found ")[1], ports && `another port than ${ports}`);
    });
  }
});

describe("parameters", () => {
  const PSYCOPG =
    "prepare_threshold is a number that the image itself gives to psycopg's connect(), and no URL can hold one";
  const LIBPQ = "psycopg knows those of libpq";
  /** Of a wrong one, the parameters of the form that works, and the rest of the sentence. */
  const cases: [library: string, query: string, right?: string, rest?: string][] = [
    ["asyncpg", "ssl=require"],
    ["asyncpg", "ssl=verify-full&target_session_attrs=read-write"],
    ["asyncpg", "prepared_statement_cache_size=0&statement_cache_size=0&command_timeout=2.5"],
    ["asyncpg", "ssl=true", "?ssl=require", `another value of ssl; ssl is one of ${MODES}`],
    ["asyncpg", "ssl=False", "?ssl=disable", `another value of ssl; ssl is one of ${MODES}`],
    ["asyncpg", "ssl=", "?ssl=require", `another value of ssl; ssl is one of ${MODES}`],
    ["asyncpg", "ssl", "?ssl=require", `another value of ssl; ssl is one of ${MODES}`],
    ["asyncpg", "ssl=require&ssl=require", "?ssl=require", "ssl twice; a parameter stands there once"],
    ["asyncpg", "sslmode=verify-full&sslrootcert=system", "?ssl=verify-full", `sslmode and sslrootcert; ${OTHERS}`],
    ["asyncpg", "ssl=require&application_name=a", "?ssl=require", `application_name; ${OTHERS}`],
    ["asyncpg", "options=-csearch_path%3Da", "", `options; ${OTHERS}`],
    ["asyncpg", "connect_timeout=5", "", `connect_timeout; ${OTHERS}`],
    ["asyncpg", "prepare_threshold=0", "?prepared_statement_cache_size=0", `prepare_threshold; ${OTHERS}`],
    ["asyncpg", "pgbouncer=false", "", `pgbouncer; ${OTHERS}`],
    [
      "asyncpg",
      "statement_cache_size=none",
      "?prepared_statement_cache_size=0",
      "another value of statement_cache_size; statement_cache_size is a whole number",
    ],
    ["asyncpg", "command_timeout=0", "", "another value of command_timeout; command_timeout is a number above 0"],
    [
      "psycopg",
      "sslmode=require&channel_binding=require&connect_timeout=5&application_name=a&options=-csearch_path%3Da",
    ],
    ["psycopg2", "sslmode=verify-full&sslrootcert=system&keepalives_idle=30"],
    ["psycopg_async", "sslmode=require"],
    ["psycopg", "ssl=require", "?sslmode=require", `ssl; ${LIBPQ}`],
    ["psycopg2", "ssl=true", "?sslmode=require", "ssl; psycopg2 knows those of libpq"],
    ["psycopg", "sslmode=true", "?sslmode=require", `another value of sslmode; sslmode is one of ${MODES}`],
    ["psycopg", "sslmode=require&prepare_threshold=0", "?sslmode=require", `prepare_threshold; ${PSYCOPG}`],
    [
      "psycopg",
      "statement_cache_size=0&ssl=1",
      "?sslmode=require",
      `statement_cache_size and ssl; ${PSYCOPG}; ${LIBPQ}`,
    ],
    ["psycopg2", "prepare_threshold=0", "", "prepare_threshold; psycopg2 knows those of libpq"],
    ["psycopg", "password=p", "", `a parameter of another name; ${LIBPQ}`],
    ["pg8000", "whatever=1&ssl=true"],
  ];
  for (const [library, query, right, rest] of cases) {
    it(`${query} of ${library}`, () => {
      const driver = `postgresql+${library}`;
      const sentence = `expected ${driver}://user:password@host:port/database${right}, found ${rest}`;
      assert.equal(said(`${driver}://u:p@db/x?${query}`, driver), rest && sentence);
    });
  }

  it("of a scheme that names no driver are the image's to know", () => {
    for (const driver of ["postgresql", "postgres"])
      assert.equal(said(`${driver}://u:p@db/x?sslmode=require&ssl=true&anything=1`, driver), undefined);
  });

  it("of asyncpg are those that the reference backend takes", () => {
    const source = readFileSync(join(ROOT, "app/backend/todo_backend/settings.py"), "utf8");
    const [, table] = /^PARAMETERS = \{\n([^}]*?)^\}/m.exec(source.replace(/\(\?=[^)]*\)/g, "")) ?? [];
    assert.deepEqual(
      [...(table ?? "").matchAll(/^ {4}"(\w+)"/gm)].map(([, name]) => name),
      NAMES,
    );
  });
});
