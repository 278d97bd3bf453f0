// One database's address in other forms: for another driver, and part by part.
// Does not prove: that a driver takes what is made here (test/settings/database-url.test.ts says what each takes).
import { strict as assert } from "node:assert";
import { partsOfUrl, urlFor } from "../../settings/database-forms.ts";
import { databaseUrl } from "../../settings/database-url.ts";

describe("a database's URL for another driver", () => {
  const cases: [query: string, driver: string, expected: string, parameters?: string][] = [
    ["?ssl=require", "postgresql+psycopg", "?sslmode=require"],
    ["?ssl=require", "postgresql", "?sslmode=require"],
    ["?sslmode=verify-full&channel_binding=require", "postgresql+asyncpg", "?ssl=verify-full"],
    ["?ssl=require&statement_cache_size=0", "postgresql+psycopg2", "?sslmode=require"],
    ["?ssl=require&statement_cache_size=0", "postgresql+asyncpg", "?ssl=require&statement_cache_size=0"],
    ["?application_name=a%20b", "postgresql+psycopg_async", "?application_name=a+b"],
    ["", "postgresql+psycopg", ""],
    ["?ssl=require", "postgresql+psycopg", "?sslmode=disable", "sslmode=disable"],
    ["?ssl=require", "postgresql+psycopg", "", ""],
  ];
  for (const [query, driver, expected, parameters] of cases) {
    it(`${query || "none"}, ${parameters ?? "as it is"} of ${driver}`, () => {
      const place = "://u:p%40ss@db.example.org:6000/x";
      const made = urlFor(`postgresql+psycopg_async${place}${query}`, driver, parameters);
      assert.equal(made, `${driver}${place}${expected}`);
      assert.equal(databaseUrl(driver).safeParse(made).success, true);
    });
  }
});

describe("the parts of a database's URL", () => {
  const cases: [url: string, parts: string[]][] = [
    ["postgresql+asyncpg://u%40x:p%2Fs:s@db/na%20me?ssl=require", ["db", "5432", "na me", "u@x", "p/s:s"]],
    ["postgresql+psycopg_async://u:p@[fd00::1]:6000/x", ["fd00::1", "6000", "x", "u", "p"]],
    ["postgresql://u:p@a:6000,b/x", ["a,b", "6000,5432", "x", "u", "p"]],
  ];
  for (const [url, parts] of cases) {
    it(url, () => {
      const [host, port, name, user, password] = parts;
      assert.deepEqual(partsOfUrl(url), { host, port, name, user, password });
    });
  }

  it("are those of a URL alone", () => {
    assert.throws(() => partsOfUrl("canary"), /^Error: expected the URL of a database, found a text of another form$/);
  });
});
