"""Notes for a page from another address: a browser may call it only if its origin is allowed. The settings are read by
pydantic-settings, which takes lists as JSON and nothing else."""

from contextlib import asynccontextmanager
from typing import AsyncIterator

import psycopg
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from psycopg.rows import dict_row
from pydantic import BaseModel
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    backend_cors_origins: list[str]
    database_url: str


settings = Settings()


def connect() -> psycopg.Connection:
    return psycopg.connect(settings.database_url, connect_timeout=3, row_factory=dict_row)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    with connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (id bigserial PRIMARY KEY, text text NOT NULL)")
    yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.backend_cors_origins,
    allow_credentials=True,
    allow_methods=["GET", "POST"],
    allow_headers=["content-type"],
)


class Note(BaseModel):
    text: str


@app.get("/v1/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@app.get("/v1/ready")
def ready() -> dict[str, str]:
    with connect():
        return {"status": "ready"}


@app.get("/v1/notes")
def notes() -> list[dict]:
    with connect() as connection:
        return connection.execute("SELECT id, text FROM notes ORDER BY id").fetchall()


@app.post("/v1/notes", status_code=201)
def add(note: Note) -> None:
    with connect() as connection:
        connection.execute("INSERT INTO notes (text) VALUES (%s)", [note.text])
