import asyncio
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import BACKEND, Backend, Postgres, environment, free_port, migrate, migrating, run, until
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from todo_backend.database import Base
from todo_backend.migrate import LOCK, MigrationFailed
from todo_backend.migrate import migrate as migrate_now
from todo_backend.settings import DatabaseSettings

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
    [
        ("todo:wrong", "postgres", "refuses the password"),
        ("todo:p%3Aw-canary-5f3c", "missing", "has no database"),
        ("todo:p%3Aw-canary-5f3c", "postgres?ssl=require", "offers no TLS"),
    ],
)
def test_migration_does_not_wait_for_what_cannot_heal(
    postgres: Postgres, user: str, database: str, reason: str
) -> None:
    url = f"postgresql+asyncpg://{user}@127.0.0.1:{postgres.port}/{database}"
    with pytest.raises(MigrationFailed, match=reason):
        asyncio.run(migrate_now(DatabaseSettings(DATABASE_URL=SecretStr(url)), wait=0.1))


def test_a_failed_migration_changes_nothing(postgres: Postgres, empty_database: str) -> None:
    postgres.sql("CREATE TABLE todos ()", empty_database)
    result = migrate(postgres.url(empty_database))
    assert result.returncode == 1
    assert result.stderr == (
        'The migration failed: relation "todos" already exists; '
        "nothing was changed, correct it and run the migration again.\n"
    )
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'alembic_version'", empty_database) == "0\n"


@pytest.fixture
def with_migrations(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the backend with further migrations, each after the first: name: what it does."""

    def copy(**scripts: str) -> Path:
        shutil.copytree(BACKEND / "todo_backend", tmp_path / "todo_backend")
        for name, body in scripts.items():
            revisions = f'revision, down_revision = "{name}", "0001"\n'
            script = tmp_path / "todo_backend" / "migrations" / "versions" / f"{name}.py"
            script.write_text(f"import os\n{revisions}def upgrade() -> None:\n    {body}\n")
        return tmp_path

    return copy


def test_two_heads_are_one_sentence_with_the_command_that_merges_them(
    with_migrations: Callable[..., Path], serve: Callable[..., Backend], postgres: Postgres, empty_database: str
) -> None:
    url = postgres.url(empty_database)
    tree = with_migrations(b2="pass", a2="pass")
    heads = "expected one last migration in this image, found a2 and b2; `./run alembic merge heads -m merge`"
    result = migrate(url, tree=tree)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith(f"The migration failed: {heads}")
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'todos'", empty_database) == "0\n"
    backend = serve(tree, DATABASE_URL=url)
    assert (ready(backend).status_code, ready(backend).json()["detail"].startswith(heads)) == (503, True)
    shutil.copy(BACKEND / "pyproject.toml", tree)
    assert (
        run("alembic.config", environment(), "merge", "heads", "-m", "merge", "--rev-id", "c3", tree=tree).returncode
        == 0
    )
    assert migrate(url, tree=tree).returncode == 0
    assert postgres.sql("SELECT version_num FROM alembic_version", empty_database) == "c3\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "raise ValueError(os.environ['DATABASE_URL'] + ' is what it got')",
            "s2.py, line 4: ValueError: *** is what it got",
        ),
        ("raise ValueError('p:w-canary-5f3c of todo')", "s2.py, line 4: ValueError: *** of todo"),
        ("undefined", "s2.py, line 4: NameError: name 'undefined' is not defined"),
        ("assert False", "s2.py, line 4: AssertionError: AssertionError"),
        ("return (", "SyntaxError: '(' was never closed (s2.py, line 4)"),
    ],
)
def test_a_script_that_fails_is_one_sentence_without_the_url(
    with_migrations: Callable[..., Path], postgres: Postgres, empty_database: str, body: str, said: str
) -> None:
    result = migrate(postgres.url(empty_database), tree=with_migrations(s2=body))
    assert (result.returncode, result.stderr) == (
        1,
        f"The migration failed: {said}; nothing was changed, correct it and run the migration again.\n",
    )
    assert "canary" not in result.stdout
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'todos'", empty_database) == "0\n"


def test_a_migration_that_is_stopped_says_so(
    with_migrations: Callable[..., Path], postgres: Postgres, empty_database: str
) -> None:
    tree = with_migrations(s2="from alembic import op; op.execute('SELECT pg_sleep(60)')")
    with migrating(postgres.url(empty_database), tree=tree) as process:
        until(lambda: postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'") == "1\n")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.endswith("by its Job's deadline perhaps; nothing was changed.\n") and "Traceback" not in said
    until(lambda: postgres.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'todos'", empty_database) == "0\n")


def test_migration_needs_only_the_database_url() -> None:
    result = run("todo_backend.migrate", environment(DATABASE_URL=None))
    assert result.returncode == 1
    assert result.stderr.startswith("todo-backend cannot start: DATABASE_URL is missing")
