// What the restore's Job runs, and what its log says.

/** What it says when the data is in the database for good. */
const DONE = "restored ";

export const isRestored = (lines: string[]) => lines.some((line) => line.startsWith(DONE));

/**
 * Of FROM, in the variables of the database's own client. Whoever is still connected would keep the tables locked, and the
 * restore waiting. Statistics are in no dump, and without them the first queries are planned blindly.
 */
export const RESTORE = String.raw`set -eu
cd /backups
began=$(date +%s)
query() { psql --no-psqlrc --quiet --no-align --tuples-only --no-password --field-separator=' ' --set=ON_ERROR_STOP=1; }
pg_restore --list "$FROM" >/dev/null
for _ in $(seq 30); do pg_isready --quiet --timeout=2 && break; sleep 1; done
query >/dev/null <<'SQL'
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid();
SQL
pg_restore --clean --if-exists --single-transaction --no-owner --no-password --dbname="$PGDATABASE" "$FROM"
echo "${DONE}$FROM in $(($(date +%s) - began)) s; rows of each table:"
query <<'SQL'
ANALYZE;
SELECT format('SELECT %L, count(*) FROM %I.%I', CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename,
  schemaname, tablename)
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY schemaname, tablename \gexec
SQL
`;
