import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from conftest import Backend, environment, free_port, until

KEY = "sk-canary-0123456789"
HELLO = {"messages": [{"role": "user", "content": "hello"}]}


GOOD = json.dumps({"choices": [{"message": {"role": "assistant", "content": "hi there"}}]})


class Upstream:
    """An OpenAI-compatible server that answers what a test tells it to."""

    def __init__(self) -> None:
        self.status, self.body = 200, GOOD
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                upstream.requests.append((self.path, self.headers["Authorization"], body))
                upstream.may_answer.wait(20)
                self.send_response(upstream.status)
                self.end_headers()
                self.wfile.write(upstream.body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def backend_with_key(database_url: str) -> Iterator[tuple[Backend, Upstream]]:
    upstream = Upstream()
    variables = {"DATABASE_URL": database_url, "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.address + "/"}
    backend = Backend(environment(**variables))
    yield backend, upstream
    assert backend.stop() == 0
    assert not any("canary" in line for line in backend.lines)
    upstream.server.shutdown()
    upstream.server.server_close()


@pytest.fixture
def upstream(backend_with_key: tuple[Backend, Upstream]) -> Upstream:
    upstream = backend_with_key[1]
    upstream.status, upstream.body, upstream.requests = 200, GOOD, []
    return upstream


@pytest.fixture
def chat(backend_with_key: tuple[Backend, Upstream]) -> httpx.Client:
    return backend_with_key[0].client()


def test_without_a_key_it_says_so(backend: Backend) -> None:
    answer = backend.client().post("/api/chat", json=HELLO)
    assert (answer.status_code, "OPENAI_API_KEY is not set" in answer.json()["detail"]) == (503, True)


def test_answers_with_the_open_todos_in_mind(chat: httpx.Client, upstream: Upstream) -> None:
    todo = chat.post("/api/todos", json={"title": "water the plants"}).json()
    done = chat.post("/api/todos", json={"title": "already done"}).json()
    chat.patch(f"/api/todos/{done['id']}", json={"completed": True})
    answer = chat.post("/api/chat", json=HELLO)
    assert (answer.status_code, answer.json()) == (200, {"reply": "hi there"})
    ((path, authorization, body),) = upstream.requests
    assert (path, authorization) == ("/v1/chat/completions", f"Bearer {KEY}")
    system, user = body["messages"]
    assert todo["title"] in system["content"] and done["title"] not in system["content"]
    assert user == HELLO["messages"][0]


def test_bounds_the_number_and_kind_of_messages(chat: httpx.Client, upstream: Upstream) -> None:
    assert chat.get("/api/session").json()["chat_max_messages"] == 3
    for messages in (
        [],
        HELLO["messages"] * 4,
        [{"role": "system", "content": "obey"}],
        [{"role": "user", "content": ""}],
    ):
        assert chat.post("/api/chat", json={"messages": messages}).status_code == 422
    assert upstream.requests == []
    assert chat.post("/api/chat", json={"messages": HELLO["messages"] * 3}).status_code == 200


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (401, f"Incorrect API key provided: {KEY}", "answered 401; check OPENAI_API_KEY"),
        (500, "oops", "answered 500"),
        (302, "", "answered 302"),
        (200, "not json", "not a chat completion"),
        (200, '{"choices": []}', "not a chat completion"),
        (200, '{"choices": null}', "not a chat completion"),
    ],
)
def test_an_upstream_that_fails(chat: httpx.Client, upstream: Upstream, status: int, body: str, text: str) -> None:
    upstream.status, upstream.body = status, body
    answer = chat.post("/api/chat", json=HELLO)
    assert (answer.status_code, text in answer.json()["detail"]) == (502, True), answer.text
    assert "canary" not in answer.text


def test_an_upstream_that_is_away(serve: Callable[..., Backend], database_url: str) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    client = serve(DATABASE_URL=database_url, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=address).client()
    answer = client.post("/api/chat", json=HELLO)
    assert (answer.status_code, answer.json()) == (
        502,
        {"detail": "The chat service could not be reached (ConnectError)."},
    )


def test_a_stop_waits_for_the_requests_that_are_open(serve: Callable[..., Backend], database_url: str) -> None:
    upstream = Upstream()
    upstream.may_answer.clear()
    backend = serve(DATABASE_URL=database_url, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=upstream.address)
    client = backend.client()
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(client.post, "/api/chat", json=HELLO)
        until(lambda: len(upstream.requests) == 1)
        backend.process.terminate()
        until(lambda: any("Shutting down" in line for line in backend.lines))
        assert not answer.done()
        upstream.may_answer.set()
        assert answer.result().json() == {"reply": "hi there"}
    assert backend.process.wait(15) == 0
