"""The todos table, the connection pool, and the answer to "can this serve requests?"."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import cast

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, DateTime, Identity, String, false, func, select, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import QueuePool

from todo_backend.settings import Settings

TITLE_LENGTH = 200
READY_TIMEOUT = 2.5  # seconds; below the probe's own timeout, so that the reason reaches whoever asks

# asyncpg's own errors surface bare while connecting, later wrapped by SQLAlchemy; a refused connection is an OSError.
DATABASE_ERRORS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

# A statement of another client's on a connection that a pooler shares between transactions, or none where ours was.
POOLED = (asyncpg.DuplicatePreparedStatementError, asyncpg.InvalidSQLStatementNameError)
POOLER = "a pooler before it shares connections, for which DATABASE_URL needs ?prepared_statement_cache_size=0"


def root_cause(error: BaseException) -> BaseException:
    """What the driver or the operating system said, below SQLAlchemy's wrapping."""
    while (deeper := getattr(error, "orig", None) or error.__cause__) is not None:
        error = deeper
    return error


def reason_of(error: BaseException) -> str:
    """What kind of failure it was, without any part of DATABASE_URL or of a statement."""
    cause = root_cause(error)
    return POOLER if isinstance(cause, POOLED) else type(cause).__name__


class Base(DeclarativeBase):
    pass


class Todo(Base):
    __tablename__ = "todos"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    completed: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def several_heads(scripts: ScriptDirectory) -> str | None:
    """What to do where two branches each brought a migration after the same one; None where there is one head."""
    heads = sorted(scripts.get_heads())
    if len(heads) < 2:
        return None
    merge = "`./run alembic merge heads -m merge` in app/backend makes one that follows both"
    return (
        f"expected one last migration in this image, found {' and '.join(heads)}; {merge}, then build the image again"
    )


class Database:
    def __init__(self, settings: Settings) -> None:
        self.engine = create_async_engine(
            settings.url,
            pool_size=settings.POOL_SIZE,
            max_overflow=settings.MAX_OVERFLOW,
            pool_timeout=settings.POOL_TIMEOUT,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"timeout": 5, "command_timeout": 10, **settings.connect_args},
        )
        self._session = async_sessionmaker(self.engine, expire_on_commit=False)
        scripts = ScriptDirectory.from_config(alembic_config())
        self._broken = several_heads(scripts)
        self.most_connections = settings.POOL_SIZE + settings.MAX_OVERFLOW
        # As unready() has last seen them.
        self.usable: bool | None = None
        self.revision: str | None = None
        self.head = None if self._broken else scripts.get_current_head()
        self._known = {script.revision for script in scripts.walk_revisions()}

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session that is committed when its block ends, so before the answer is sent."""
        return self._session.begin()

    def connections(self) -> tuple[int, int]:
        """In use, and idle."""
        pool = cast(QueuePool, self.engine.sync_engine.pool)
        return pool.checkedout(), pool.checkedin()

    async def unready(self) -> str | None:
        """Why requests cannot be served now, or None when they can; answers within READY_TIMEOUT."""
        reason = await self._reason()
        self.usable = reason is None
        return reason

    async def _reason(self) -> str | None:
        if self._broken:
            return self._broken
        try:
            async with asyncio.timeout(READY_TIMEOUT), self.engine.connect() as connection:
                revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
                await connection.execute(select(Todo.id).limit(1))
        except TimeoutError:
            return f"the database did not answer within {READY_TIMEOUT} s"
        except DATABASE_ERRORS as error:
            if isinstance(error, ProgrammingError) and not isinstance(root_cause(error), POOLED):
                return "the schema is missing or not readable: run python -m todo_backend.migrate"
            return f"the database cannot be reached ({reason_of(error)})"
        self.revision = revision
        # A revision that this image does not know comes from a newer image: after a rollback the schema stays ahead.
        if revision is None or (revision in self._known and revision != self.head):
            return f"the schema is at {revision}, this image needs {self.head}: run python -m todo_backend.migrate"
        return None
