"""Makes the tables unless they are there, and writes down by what connection."""

import os

from sqlalchemy import create_engine, text

STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS notes (id bigserial PRIMARY KEY, text text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS migrations (by text NOT NULL, at timestamptz NOT NULL DEFAULT now())",
    "INSERT INTO migrations (by) VALUES (current_setting('application_name'))",
)

engine = create_engine(os.environ["MIGRATION_DB_URL"])
with engine.begin() as connection:
    for statement in STATEMENTS:
        connection.execute(text(statement))
print(f"notes: the tables are there, by {engine.driver}")
