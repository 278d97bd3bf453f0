"""Waits for the database, then brings its schema to this image's head."""

import argparse
import asyncio
import logging
import os
import signal
import ssl
import sys
import time
import traceback
from pathlib import Path

import asyncpg
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from todo_backend.database import DATABASE_ERRORS, POOLED, POOLER, alembic_config, root_cause, several_heads
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
    ssl.SSLCertVerificationError: "its certificate is not one that this image trusts",
}
NO_TLS = "rejected SSL upgrade"  # asyncpg says so by nothing but the text of a ConnectionError

UNCHANGED = "nothing was changed, correct it and run the migration again"
STOPPED = "The migration was stopped before it was done, by its Job's deadline perhaps; nothing was changed."

logger = logging.getLogger("todo_backend.migrate")


class MigrationFailed(Exception):
    """One sentence, without any part of DATABASE_URL except host and port."""


def first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def sentence_of(error: Exception, settings: DatabaseSettings) -> str:
    """What a script of the migration, or Alembic, stumbled over: where and what, without DATABASE_URL."""
    scripts = str(Path(__file__).parent / "migrations")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(scripts)]
    place = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}: " if frames else ""
    text = f"{place}{type(error).__name__}: {first_line(error)}"
    for value in settings.hidden:
        text = text.replace(value, "***")
    return text


async def migrate(settings: DatabaseSettings, wait: float) -> None:
    arguments = {"timeout": 5, **settings.connect_args}
    engine = create_async_engine(settings.url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    await _reach(engine, wait)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(_upgrade)
    except DATABASE_ERRORS as error:
        cause = root_cause(error)
        reason = f"the database cannot be used, {POOLER}" if isinstance(cause, POOLED) else first_line(cause)
        raise MigrationFailed(f"{reason}; {UNCHANGED}") from error


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
            reason = "it offers no TLS" if NO_TLS in str(cause) else HOPELESS.get(type(cause))
            if reason:
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
    if broken := several_heads(scripts):
        raise MigrationFailed(f"{broken}; nothing was changed")
    known = {script.revision for script in scripts.walk_revisions()}
    revisions = MigrationContext.configure(connection).get_current_heads()
    current = " and ".join(sorted(revisions))
    if not known.issuperset(revisions):
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
    configure_logs(structured=False)
    # Otherwise process 1 of a container would not end by it before it is killed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(STOPPED))
    try:
        asyncio.run(migrate(settings, arguments.wait))
    except MigrationFailed as error:
        sys.exit(f"The migration failed: {error}.")
    except Exception as error:  # a traceback would quote what it stumbled over, DATABASE_URL perhaps
        sys.exit(f"The migration failed: {sentence_of(error, settings)}; {UNCHANGED}.")


if __name__ == "__main__":
    main()
