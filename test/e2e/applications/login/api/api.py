"""Notes of those who are logged in. Who that is stands in the table of the pages' own login; that a session is no invention,
in the signature by the secret that both have."""

import base64
import hashlib
import hmac
import os
from urllib.parse import unquote

import psycopg
from flask import Flask, abort, request

DATABASE = os.environ["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "", 1)
SECRET = os.environ["BETTER_AUTH_SECRET"].encode()

app = Flask(__name__)


def connect() -> psycopg.Connection:
    return psycopg.connect(DATABASE, connect_timeout=3)


@app.cli.command("migrate")
def migrate() -> None:
    with connect() as connection:
        columns = "id bigserial PRIMARY KEY, owner text NOT NULL, text text NOT NULL"
        connection.execute(f"CREATE TABLE IF NOT EXISTS notes ({columns})")


@app.get("/livez")
def live() -> str:
    return "live"


@app.get("/readyz")
def ready() -> str:
    with connect():
        return "ready"


@app.get("/notes")
def notes() -> list[str]:
    with connect() as connection:
        rows = connection.execute("SELECT text FROM notes WHERE owner = %s ORDER BY id", [user(connection)])
        return [text for (text,) in rows]


@app.post("/notes")
def add() -> tuple[str, int]:
    with connect() as connection:
        connection.execute("INSERT INTO notes (owner, text) VALUES (%s, %s)", [user(connection), request.json["text"]])
    return "", 201


def user(connection: psycopg.Connection) -> str:
    token, _, signature = unquote(request.cookies.get("better-auth.session_token", "")).partition(".")
    right = base64.b64encode(hmac.digest(SECRET, token.encode(), hashlib.sha256)).decode()
    if not hmac.compare_digest(signature, right):
        abort(401)
    query = 'SELECT "userId" FROM session WHERE token = %s AND "expiresAt" > now()'
    row = connection.execute(query, [token]).fetchone()
    return row[0] if row else abort(401)
