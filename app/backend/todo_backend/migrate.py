"""Waits for the database, then brings its schema to this image's head."""

import argparse
import asyncio
import logging
import os
import sys
import time

import asyncpg
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from todo_backend.database import DATABASE_ERRORS, alembic_config, root_cause
from todo_backend.logs import configure_logs
from todo_backend.settings import BadEnvironment, DatabaseSettings, read_environment

LOCK = 7426073  # any number that is the same in every image: two migrations at once run one after the other
PAUSE = 1  # seconds between two tries
REPORT = 5  # seconds between two lines that say so
# Waiting does not mend these. Their messages name the user or the database, so they are replaced.
HOPELESS = {
    asyncpg.InvalidPasswordError: "it refuses the password",
    asyncpg.InvalidAuthorizationSpecificationError: "it refuses the user",
    asyncpg.InvalidCatalogNameError: "it has no database of this name",
}

logger = logging.getLogger("todo_backend.migrate")


class MigrationFailed(Exception):
    """One sentence, without any part of DATABASE_URL except host and port."""


async def migrate(url: URL, wait: float) -> None:
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 5})
    await _reach(engine, wait)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(_upgrade)
    except DATABASE_ERRORS as error:
        reason = str(root_cause(error)).splitlines()[0]
        raise MigrationFailed(f"{reason}; nothing was changed, correct it and run the migration again") from error


async def _reach(engine: AsyncEngine, wait: float) -> None:
    end = time.monotonic() + wait
    next_report = 0.0
    place = f"the database at {engine.url.host}:{engine.url.port or 5432} (from DATABASE_URL)"
    while True:
        try:
            async with engine.connect():
                return
        except DATABASE_ERRORS as error:
            cause = root_cause(error)
            if reason := HOPELESS.get(type(cause)):
                raise MigrationFailed(f"{place} answers but {reason}; correct DATABASE_URL") from None
            left = end - time.monotonic()
            if left <= 0:
                raise MigrationFailed(
                    f"{place} could not be reached within {wait:g} s ({type(cause).__name__}); "
                    "check that it runs and that this network may reach it"
                ) from None
            if time.monotonic() >= next_report:
                logger.info("waiting for %s (%s), %.0f s left", place, type(cause).__name__, left)
                next_report = time.monotonic() + REPORT
            await asyncio.sleep(min(PAUSE, left))


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        logger.warning("the schema is at %s, newer than this image knows (%s): left as it is", current, known)
        return
    command.upgrade(config, "head")
    logger.info("the schema is at %s (it was at %s)", scripts.get_current_head(), current or "nothing")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m todo_backend.migrate", description=__doc__)
    parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="for the database (default 60)")
    arguments = parser.parse_args()
    try:
        settings = read_environment(DatabaseSettings, os.environ)
    except BadEnvironment as error:
        sys.exit(str(error))
    configure_logs()
    try:
        asyncio.run(migrate(settings.url, arguments.wait))
    except MigrationFailed as error:
        sys.exit(f"The migration failed: {error}.")


if __name__ == "__main__":
    main()
