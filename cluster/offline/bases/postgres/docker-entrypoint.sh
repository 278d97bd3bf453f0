#!/bin/bash
# Creates the database on first start and becomes the server. Environment as of the official image: POSTGRES_PASSWORD
# (required; or POSTGRES_PASSWORD_FILE), POSTGRES_USER (postgres), POSTGRES_DB (the user's name), PGDATA.
set -euo pipefail

if [ "${1:-}" != postgres ]; then exec "$@"; fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=${POSTGRES_PASSWORD:-}
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then password=$(<"$POSTGRES_PASSWORD_FILE"); fi
  if [ -z "$password" ]; then
    echo "error: the database is empty and no superuser password was given; set POSTGRES_PASSWORD" >&2
    exit 1
  fi
  user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}

  # An interrupted first start leaves half a database: it is made in a folder of its own and moved when it is whole.
  fresh=$PGDATA/.part
  mkdir -p "$PGDATA"
  find "$PGDATA" -mindepth 1 -delete
  mkdir "$fresh"
  chmod 700 "$PGDATA" "$fresh"
  initdb --pgdata "$fresh" --username "$user" --pwfile <(printf '%s\n' "$password") --auth-host=scram-sha-256 --auth-local=trust
  printf '\nhost all all all scram-sha-256\n' >>"$fresh/pg_hba.conf"
  printf "\nlisten_addresses = '*'\n" >>"$fresh/postgresql.conf"
  if [ "$database" != postgres ]; then
    echo "CREATE DATABASE :\"name\";" >"$fresh/create.sql"
    pg_ctl --pgdata "$fresh" --options "-c listen_addresses=''" --wait start
    psql --username "$user" --dbname postgres --no-password --set name="$database" --set ON_ERROR_STOP=1 --file "$fresh/create.sql"
    pg_ctl --pgdata "$fresh" --mode fast --wait stop
    rm "$fresh/create.sql"
  fi
  # PG_VERSION last: it marks the database as complete.
  find "$fresh" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
  mv "$fresh/PG_VERSION" "$PGDATA/" && rmdir "$fresh"
fi

exec "$@"
