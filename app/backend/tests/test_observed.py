"""What the backend says of itself: metrics on a port of their own, events with the id of their request.

Does not prove: that nobody but a scraper reaches the port (the charts' NetworkPolicy), nor what
counting costs (ops/bench).
"""

import asyncio
import json
import logging
import re
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest
from conftest import KEYS, PASSWORD, Backend, environment, free_port, http, run, until

from todo_backend.database import Database
from todo_backend.logs import Json
from todo_backend.metrics import Metrics
from todo_backend.requests import ID, Requests, id_of
from todo_backend.settings import Settings, read_environment

HEX = re.compile(r"[0-9a-f]{32}")


def series(port: int) -> dict[str, float]:
    text = http(f"http://127.0.0.1:{port}").get("/metrics").text
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


@pytest.fixture
def observed(serve: Callable[..., Backend], database_url: str) -> tuple[Backend, int]:
    port = free_port()
    backend = serve(DATABASE_URL=database_url, METRICS_PORT=str(port))
    backend.lines.clear()
    return backend, port


def events(backend: Backend, path: str) -> list[dict[str, Any]]:
    """The events of requests for a path, once there is one."""

    def found() -> list[dict[str, Any]]:
        parsed = [json.loads(line) for line in list(backend.lines)]
        return [event for event in parsed if event.get("path") == path]

    until(lambda: bool(found()))
    return found()


def requests_of(port: int, route: str) -> dict[str, float]:
    return {name: value for name, value in series(port).items() if f'route="{route}"' in name and "requests_t" in name}


def test_a_thousand_paths_that_there_are_not_are_one_series(observed: tuple[Backend, int]) -> None:
    backend, port = observed
    for number in range(1000):
        assert backend.http.get(f"/api/nothing/{number}").status_code == 404
    assert requests_of(port, "other") == {'http_requests_total{method="GET",route="other",status="404"}': 1000}


def test_a_method_of_a_clients_own_is_no_series_of_its_own(observed: tuple[Backend, int]) -> None:
    backend, port = observed
    for number in range(20):
        assert backend.http.request(f"OWN{number}", "/api/todos").status_code == 405
    assert requests_of(port, "/api/todos") == {
        'http_requests_total{method="other",route="/api/todos",status="405"}': 20
    }


def test_requests_are_counted_by_the_template_of_their_route(observed: tuple[Backend, int]) -> None:
    backend, port = observed
    client = backend.client()
    for _ in range(3):
        todo = client.post("/api/todos", json={"title": "counted"}).json()["id"]
        assert client.delete(f"/api/todos/{todo}").status_code == 204
    found = requests_of(port, "/api/todos/{todo_id}")
    assert found == {'http_requests_total{method="DELETE",route="/api/todos/{todo_id}",status="204"}': 3}
    all_series = series(port)
    name = 'http_request_duration_seconds_count{method="DELETE",route="/api/todos/{todo_id}"}'
    assert (all_series[name], all_series["http_requests_in_flight"]) == (3, 0)
    assert "process_cpu_seconds_total" in all_series and not any("_created" in each for each in all_series)


def test_pool_schema_and_chat_are_told(observed: tuple[Backend, int]) -> None:
    backend, port = observed
    assert "db_up" not in series(port)
    assert backend.get("/ready") == 200
    assert backend.client().post("/api/chat", json={"messages": [{"role": "user", "content": "a"}]}).status_code == 503
    found = series(port)
    assert found["db_up"] == 1 and found["db_pool_connections_max"] == 7
    assert found['db_pool_connections{state="in_use"}'] == 0 and found['db_pool_connections{state="idle"}'] >= 1
    assert found['db_schema_info{needed="0001",revision="0001"}'] == 1
    assert found['chat_requests_total{outcome="not_configured"}'] == 1


def test_a_database_that_is_away_is_told(serve: Callable[..., Backend]) -> None:
    port = free_port()
    backend = serve(METRICS_PORT=str(port))
    assert backend.get("/ready") == 503
    assert series(port)["db_up"] == 0


def test_no_metrics_on_the_public_port_and_none_at_all_without_one_of_their_own(observed: tuple[Backend, int]) -> None:
    backend, port = observed
    assert [backend.get(path) for path in ("/metrics", "/api/metrics", "/metrics/")] == [404, 404, 404]
    assert http(f"http://127.0.0.1:{port}").post("/metrics").status_code == 405


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("todo_backend", environment(METRICS_PORT=str(port)))
    sentence = f"todo-backend cannot start: METRICS_PORT {port} cannot be listened on: Address already in use"
    assert (result.returncode, result.stdout, result.stderr.startswith(sentence)) == (1, "", True)


@pytest.mark.parametrize("given", ["a", "5f3c-0.B_z", "x" * 64])
def test_an_id_that_a_request_brings_is_in_its_event_and_its_answer(observed: tuple[Backend, int], given: str) -> None:
    backend, _ = observed
    answer = backend.http.get("/api/todos?secret=canary", headers={"X-Request-ID": given, "Cookie": "a=canary"})
    (event,) = events(backend, "/api/todos")
    assert answer.headers["x-request-id"] == event["request_id"] == given
    assert {name: event[name] for name in ("level", "logger", "method", "route", "status", "message")} == {
        "level": "info",
        "logger": "todo_backend.requests",
        "method": "GET",
        "route": "/api/todos",
        "status": 200,
        "message": "GET /api/todos 200",
    }
    assert event["duration_ms"] > 0
    assert not any("canary" in line for line in backend.lines)


@pytest.mark.parametrize("given", ["", "x" * 65, "x" * 10_000, "a b", 'a"b', "a\tb", "é"])
def test_an_id_that_may_not_be_one_is_replaced(observed: tuple[Backend, int], given: str) -> None:
    backend, _ = observed
    answer = backend.http.get("/api/todos", headers=[(b"X-Request-ID", given.encode())])
    (event,) = events(backend, "/api/todos")
    assert HEX.fullmatch(answer.headers["x-request-id"]) and event["request_id"] == answer.headers["x-request-id"]


def test_ids_with_line_ends_or_twice_are_none() -> None:
    assert ID.fullmatch(b"a\n") is None
    for headers in [[(b"x-request-id", b"a\n")], [(b"x-request-id", b"a\r\nb: c")], [(b"x-request-id", b"a")] * 2, []]:
        assert HEX.fullmatch(id_of(headers).decode())


def test_an_answer_that_no_route_gave_has_an_id_too(observed: tuple[Backend, int]) -> None:
    backend, _ = observed
    preflight = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for answer in (backend.http.get("/none"), backend.http.options("/api/todos", headers=preflight)):
        assert HEX.fullmatch(answer.headers["x-request-id"])


def test_every_line_is_json_and_holds_no_secret(observed: tuple[Backend, int]) -> None:
    backend, _ = observed
    client = backend.client()
    client.post("/api/todos", json={"title": "title-canary\nline"})
    client.get("/api/two%0Alines")
    events(backend, "/api/two\nlines")
    backend.stop()
    parsed = [json.loads(line) for line in backend.lines]
    assert {"uvicorn.error", "todo_backend.requests"} <= {event["logger"] for event in parsed}
    text = "".join(backend.lines)
    secrets = [PASSWORD, "p:w-canary", "title-canary", client.cookies["todo_session"], client.headers["X-CSRF-Token"]]
    assert not any(secret in text for secret in [*secrets, *KEYS.values()])


def test_a_failure_counts_as_500_and_leaves_nothing_in_flight() -> None:
    metrics = Metrics(Database(read_environment(Settings, environment())))

    async def failing(*_: object) -> Any:
        assert metrics.in_flight == 1
        raise ValueError

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(ValueError):
        asyncio.run(Requests(failing, metrics)(scope, failing, failing))
    counted = metrics.registry.get_sample_value(
        "http_requests_total", {"method": "GET", "route": "other", "status": "500"}
    )
    assert (counted, metrics.in_flight) == (1, 0)


def test_a_traceback_stays_on_the_line_of_its_event() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 0, "failed", None, sys.exc_info())
    line = Json().format(record)
    assert "\n" not in line and json.loads(line)["exception"].endswith("ValueError: broken")
