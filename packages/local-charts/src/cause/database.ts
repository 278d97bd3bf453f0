// What a program's log says of its database: pure. The words are PostgreSQL's and its drivers'.

interface Known {
  kind: string;
  words: RegExp;
  text: string;
  fix: string;
}

const KNOWN: Known[] = [
  {
    kind: "database-password",
    words: /password authentication failed|no password supplied|role "[^"]*" does not exist/i,
    text: "the database refuses its user or password",
    fix: "correct the database's URL; a volume keeps the password that it was made with",
  },
  {
    kind: "database-name",
    words: /database "[^"]*" does not exist/i,
    text: "the database server has no database of that name",
    fix: "make it, or correct the name in the database's URL",
  },
  {
    kind: "database-tls",
    words: /no pg_hba\.conf entry|SSL (connection )?(is )?required|server does not support SSL/i,
    text: "the database refuses this way of connecting to it",
    fix: "correct sslmode in the database's URL, or let the server take connections from here",
  },
  {
    kind: "database-unreachable",
    words:
      /could not (connect to|translate host name)|connection (to server )?.*(refused|timed out)|ECONNREFUSED|ENOTFOUND|getaddrinfo|Name or service not known|Connect call failed|ConnectionRefusedError/i,
    text: "nothing answers at the address of its database, or of another service that it needs",
    fix: "correct the address, or start what has to answer there",
  },
  {
    kind: "migration",
    words:
      /alembic\.util\.exc|Can't locate revision|relation "[^"]*" (already exists|does not exist)|DuplicateTable|UndefinedTable/i,
    text: "the schema of the database is not what it expects",
    fix: "mend the migration, or bring the schema to where it expects it",
  },
];

/** The first of these that a log speaks of. */
export const databaseCause = (log: string): Omit<Known, "words"> | undefined =>
  KNOWN.find(({ words }) => words.test(log));
