"""One process for pages and data: FastAPI with templates, on port 80, with its compiled templates in a folder that has to be
there and writable when it starts."""

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, AsyncIterator

import psycopg
from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader

CACHE = Path("/var/cache/notes/templates")
CACHE.mkdir(exist_ok=True)
pages = Environment(
    loader=FileSystemLoader("pages"), autoescape=True, bytecode_cache=FileSystemBytecodeCache(str(CACHE))
)


def connect() -> psycopg.Connection:
    return psycopg.connect(os.environ["POSTGRES_DSN"], connect_timeout=3)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    with connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (id bigserial PRIMARY KEY, text text NOT NULL)")
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/", response_class=HTMLResponse)
def page() -> str:
    with connect() as connection:
        notes = [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY id")]
    return pages.get_template("notes.html").render(notes=notes)


@app.post("/")
def add(text: Annotated[str, Form()]) -> RedirectResponse:
    with connect() as connection:
        connection.execute("INSERT INTO notes (text) VALUES (%s)", [text])
    return RedirectResponse("/", status_code=303)
