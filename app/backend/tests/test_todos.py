import json
from collections.abc import Callable

import httpx
import pytest
from conftest import Backend, Postgres, http, until


@pytest.fixture
def client(backend: Backend, postgres: Postgres) -> httpx.Client:
    postgres.sql("DELETE FROM todos", "shared")
    return backend.client()


def test_create_list_complete_delete(client: httpx.Client) -> None:
    milk = client.post("/api/todos", json={"title": "  buy milk  "})
    bread = client.post("/api/todos", json={"title": "buy bread"})
    assert (milk.status_code, milk.json()["title"], milk.json()["completed"]) == (201, "buy milk", False)
    changed = client.patch(f"/api/todos/{milk.json()['id']}", json={"completed": True})
    assert (changed.status_code, changed.json()) == (200, {**milk.json(), "completed": True})
    assert client.get("/api/todos").json() == [changed.json(), bread.json()]
    assert client.delete(f"/api/todos/{milk.json()['id']}").status_code == 204
    assert client.get("/api/todos").json() == [bread.json()]


@pytest.mark.parametrize(
    "title", ["", "   ", "x" * 201, "nul \0", "line\nbreak", "\ud800", None, 5], ids=lambda title: ascii(title)[:12]
)
def test_bad_titles_are_refused(client: httpx.Client, title: object) -> None:
    answer = client.post(
        "/api/todos", content=json.dumps({"title": title}), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("title: ")
    assert client.get("/api/todos").json() == []


@pytest.mark.parametrize(("todo_id", "status"), [("999999", 404), ("0", 422), ("9" * 20, 422), ("abc", 422)])
def test_ids_that_do_not_exist(client: httpx.Client, todo_id: str, status: int) -> None:
    assert client.patch(f"/api/todos/{todo_id}", json={"completed": True}).status_code == status
    assert client.delete(f"/api/todos/{todo_id}").status_code == status


def test_unknown_fields_are_refused(client: httpx.Client) -> None:
    assert client.post("/api/todos", json={"title": "a", "done": True}).status_code == 422


WRITES = [("POST", "/api/todos"), ("PATCH", "/api/todos/1"), ("DELETE", "/api/todos/1"), ("POST", "/api/chat")]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_every_write_needs_a_session_and_its_token(client: httpx.Client, method: str, path: str) -> None:
    token = client.headers["X-CSRF-Token"]
    no_session = http().request(method, f"{client.base_url}{path}", headers={"X-CSRF-Token": token})
    assert no_session.status_code == 401
    forged = http().request(
        method, f"{client.base_url}{path}", headers={"X-CSRF-Token": token, "Cookie": "todo_session=forged"}
    )
    assert forged.status_code == 401
    for wrong in (b"", b"x", b"\xff\xfe", token[::-1].encode()):
        assert client.request(method, path, headers={b"X-CSRF-Token": wrong}).status_code == 403
    del client.headers["X-CSRF-Token"]
    assert client.request(method, path).status_code == 403


def test_a_token_of_another_session_is_refused(backend: Backend, client: httpx.Client) -> None:
    other = backend.client().headers["X-CSRF-Token"]
    assert client.post("/api/todos", json={"title": "a"}, headers={"X-CSRF-Token": other}).status_code == 403


def test_a_session_is_kept_when_asked_for_again(client: httpx.Client) -> None:
    assert client.get("/api/session").json()["csrf_token"] == client.headers["X-CSRF-Token"]
    cookie = client.get("/api/session").headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie


@pytest.mark.parametrize(("key", "status"), [("AUTH_SECRET", 401), ("SECRET_KEY", 403)])
def test_another_key_is_noticed_and_a_new_session_mends_it(
    serve: Callable[..., Backend], client: httpx.Client, database_url: str, key: str, status: int
) -> None:
    assert client.post("/api/todos", json={"title": "kept"}).status_code == 201
    rotated = serve(DATABASE_URL=database_url, CORS_ORIGINS="https://todo.example", **{key: "another-" + "z" * 32})
    old = {"X-CSRF-Token": client.headers["X-CSRF-Token"], "Cookie": f"todo_session={client.cookies['todo_session']}"}
    assert http().post(f"{rotated.address}/api/todos", json={"title": "a"}, headers=old).status_code == status
    session = http().get(f"{rotated.address}/api/session", headers=old)
    assert "Secure" in session.headers["set-cookie"]
    new = {
        "X-CSRF-Token": session.json()["csrf_token"],
        "Cookie": f"todo_session={session.cookies['todo_session']}",
    }
    assert http().post(f"{rotated.address}/api/todos", json={"title": "b"}, headers=new).status_code == 201
    assert [todo["title"] for todo in client.get("/api/todos").json()] == ["kept", "b"]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:30300", "http://localhost:30300"),
        ("https://todo.example", "https://todo.example"),
        ("http://localhost:30301", None),
        ("https://todo.example.evil.example", None),
        ("null", None),
    ],
)
def test_cors_allows_exactly_the_given_origins(client: httpx.Client, origin: str, allowed: str | None) -> None:
    answer = client.get("/api/todos", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == allowed
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "x-csrf-token",
    }
    assert client.options("/api/todos/1", headers=asked).status_code == (200 if allowed else 400)


def test_the_log_has_one_line_per_event_and_no_probes(backend: Backend, client: httpx.Client) -> None:
    client.get("/api/nothing-here")
    backend.get("/ready")
    until(lambda: any("nothing-here" in line for line in backend.lines))
    assert not any("/health" in line or "/ready" in line for line in backend.lines)
    assert all(json.loads(line)["time"][:2] == "20" for line in backend.lines), backend.lines
    assert not any("canary" in line for line in backend.lines)
