import asyncio
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import Backend, Postgres, environment, free_port, migrate, migrating, run, until
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from todo_backend.database import Base
from todo_backend.migrate import LOCK, MigrationFailed
from todo_backend.migrate import migrate as migrate_now

PROBE_TIMEOUT = 10  # seconds, the chart's for readiness


@pytest.fixture
def stopped(postgres: Postgres) -> Iterator[Postgres]:
    """The server, stopped for this test."""
    postgres.stop()
    yield postgres
    if postgres.process is None:
        postgres.start()


def ready(backend: Backend) -> httpx.Response:
    return backend.http.get("/ready")


def test_migrates_from_empty_and_a_second_time(postgres: Postgres, empty_database: str) -> None:
    first = migrate(postgres.url(empty_database))
    assert (first.returncode, "the schema is at 0001 (it was at nothing)" in first.stdout) == (0, True)
    assert postgres.sql("SELECT version_num FROM alembic_version", empty_database) == "0001\n"
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'todos' ORDER BY 1"
    assert postgres.sql(columns, empty_database).split() == ["completed", "created_at", "id", "title"]
    second = migrate(postgres.url(empty_database))
    assert (second.returncode, "(it was at 0001)" in second.stdout) == (0, True)
    assert "canary" not in first.stdout + first.stderr + second.stdout + second.stderr


def test_a_migration_waits_for_another_one(postgres: Postgres, empty_database: str) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    other = postgres.psql(empty_database, f"SELECT pg_advisory_lock({LOCK}), pg_sleep(20)")
    with subprocess.Popen(**other) as holder, ThreadPoolExecutor() as pool:
        result = pool.submit(migrate, postgres.url(empty_database))
        until(lambda: postgres.sql(waiting) == "1\n")
        postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        assert result.result().returncode == 0
        holder.wait(10)


def test_the_migrated_schema_is_what_the_models_say(database_url: str) -> None:
    async def differences() -> list[object]:
        engine = create_async_engine(database_url)
        async with engine.connect() as connection:
            found = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync), Base.metadata)
            )
        await engine.dispose()
        return list(found)

    assert asyncio.run(differences()) == []


def test_ready_needs_the_schema_at_head_or_newer(
    serve: Callable[..., Backend], postgres: Postgres, empty_database: str
) -> None:
    backend = serve(DATABASE_URL=postgres.url(empty_database))
    assert (ready(backend).status_code, "schema" in ready(backend).json()["detail"]) == (503, True)
    migrate(postgres.url(empty_database))
    assert (ready(backend).status_code, ready(backend).json()) == (200, {"status": "ready"})
    postgres.sql("UPDATE alembic_version SET version_num = '9999_from_a_newer_image'", empty_database)
    assert ready(backend).status_code == 200
    again = migrate(postgres.url(empty_database))
    assert (again.returncode, "newer than this image" in again.stdout) == (0, True)
    postgres.sql("DELETE FROM alembic_version", empty_database)
    assert ready(backend).status_code == 503
    postgres.sql("UPDATE alembic_version SET version_num = '0001'; DROP TABLE todos", empty_database)
    assert ready(backend).status_code == 503


def test_starts_without_database_and_recovers(
    serve: Callable[..., Backend], database_url: str, stopped: Postgres
) -> None:
    backend = serve(DATABASE_URL=database_url)
    client = backend.client()
    assert ready(backend).status_code == 503
    assert client.get("/api/todos").status_code == 503
    assert backend.get("/health") == 200
    stopped.start()
    until(lambda: ready(backend).status_code == 200)
    assert client.post("/api/todos", json={"title": "after the start"}).status_code == 201
    # The pool's connections are dead after this; the first request must not meet one.
    stopped.stop()
    stopped.start()
    assert client.post("/api/todos", json={"title": "after the restart"}).status_code == 201
    stopped.stop()
    assert ready(backend).status_code == 503
    stopped.start()
    assert ready(backend).status_code == 200
    text = "".join(backend.lines)
    assert text.count("not ready: the database cannot be reached") == 2
    assert "canary" not in text and "Traceback" not in text


def test_ready_answers_in_time_when_the_database_hangs(serve: Callable[..., Backend]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        backend = serve(DATABASE_URL=f"postgresql+asyncpg://u:p@127.0.0.1:{silent.getsockname()[1]}/d")
        start = time.monotonic()
        answer = ready(backend)
        assert (answer.status_code, "did not answer" in answer.json()["detail"]) == (503, True)
        assert time.monotonic() - start < PROBE_TIMEOUT
        assert backend.get("/health") == 200


def test_migration_waits_and_then_says_why_it_gave_up() -> None:
    url = f"postgresql+asyncpg://todo:pw-canary@127.0.0.1:{free_port()}/secret-name"
    result = migrate(url, "--wait", "1")
    assert result.returncode == 1
    assert "waiting for the database at 127.0.0.1:" in result.stdout
    assert "could not be reached within 1 s (ConnectionRefusedError)" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not {"canary", "secret-name"} & set(result.stdout.split() + result.stderr.split())


def test_migration_waits_for_a_database_that_comes_later(stopped: Postgres, database_url: str) -> None:
    with migrating(database_url, "--wait", "60") as process:
        assert process.stdout is not None
        assert "waiting for" in process.stdout.readline()
        stopped.start()
        process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("user", "database", "reason"),
    [("todo:wrong", "postgres", "refuses the password"), ("todo:p%3Aw-canary-5f3c", "missing", "has no database")],
)
def test_migration_does_not_wait_for_what_cannot_heal(
    postgres: Postgres, user: str, database: str, reason: str
) -> None:
    url = make_url(f"postgresql+asyncpg://{user}@127.0.0.1:{postgres.port}/{database}")
    with pytest.raises(MigrationFailed, match=reason):
        asyncio.run(migrate_now(url, wait=0.1))


def test_a_failed_migration_changes_nothing(postgres: Postgres, empty_database: str) -> None:
    postgres.sql("CREATE TABLE todos ()", empty_database)
    result = migrate(postgres.url(empty_database))
    assert result.returncode == 1
    assert result.stderr == (
        'The migration failed: relation "todos" already exists; '
        "nothing was changed, correct it and run the migration again.\n"
    )
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'alembic_version'", empty_database) == "0\n"


def test_migration_needs_only_the_database_url() -> None:
    result = run("todo_backend.migrate", environment(DATABASE_URL=None))
    assert result.returncode == 1
    assert result.stderr.startswith("todo-backend cannot start: DATABASE_URL is missing")
