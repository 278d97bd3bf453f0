"""Behind a pooler in transaction mode, as hosted databases have it. Needs Debian's pgbouncer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
from conftest import Backend, PgBouncer, migrate, until

CLIENTS, ROUNDS = 3, 8
PARAMETERS = ("prepared_statement_cache_size", "statement_cache_size")


def answers(client: httpx.Client) -> list[int]:
    """What a client is answered that writes and reads, each in a transaction of its own."""
    rounds = [(client.post("/api/todos", json={"title": str(n)}), client.get("/api/todos")) for n in range(ROUNDS)]
    return [answer.status_code for both in rounds for answer in both]


def answers_of(backends: list[Backend]) -> list[int]:
    """What several clients of each are answered at the same time."""
    clients = [backend.client() for backend in backends for _ in range(CLIENTS)]
    with ThreadPoolExecutor(len(clients)) as pool:
        return [code for codes in pool.map(answers, clients) for code in codes]


def test_with_either_parameter_every_request_is_answered(
    pgbouncer: PgBouncer, serve: Callable[..., Backend], empty_database: str
) -> None:
    urls = [pgbouncer.url(empty_database, f"?{name}=0") for name in PARAMETERS]
    assert [migrate(url).returncode for url in urls] == [0, 0]
    backends = [serve(DATABASE_URL=url) for url in urls]
    assert answers_of(backends) == [201, 200] * ROUNDS * CLIENTS * 2
    assert [backend.get("/ready") for backend in backends] == [200, 200]


def test_without_them_the_log_and_ready_say_what_is_missing(
    pgbouncer: PgBouncer, serve: Callable[..., Backend], empty_database: str
) -> None:
    url = pgbouncer.url(empty_database)
    assert migrate(url).returncode == 0
    # Of two, each names its statements as the other does.
    backends = [serve(DATABASE_URL=url) for _ in range(2)]
    assert 503 in answers_of(backends)
    needed = "DATABASE_URL needs ?prepared_statement_cache_size=0"
    assert any(needed in line for backend in backends for line in backend.lines)
    until(lambda: any(needed in backend.http.get("/ready").text for backend in backends))
