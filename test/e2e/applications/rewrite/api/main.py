"""Notes by two drivers: made asynchronous at some time (asyncpg), while migrations and the look at the database stayed as
they were (psycopg). Each is told of the database in its own way."""

import os

import psycopg
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DB_URL"], pool_pre_ping=True)
app = FastAPI()


class Note(BaseModel):
    text: str


@app.get("/healthz")
async def alive() -> dict[str, bool]:
    return {"alive": True}


@app.get("/readyz")
def ready() -> dict[str, str]:
    # libpq's own variables: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD.
    with psycopg.connect(connect_timeout=3) as connection:
        return {"database": connection.info.dbname, "host": connection.info.host}


@app.get("/drivers")
async def drivers() -> dict[str, str]:
    async with engine.connect() as connection:
        migrated = await connection.scalar(text("SELECT by FROM migrations ORDER BY at DESC LIMIT 1"))
    return {"running": engine.driver, "migrated": migrated}


@app.get("/notes")
async def notes() -> list[dict]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, text FROM notes ORDER BY id"))
        return [dict(row) for row in rows.mappings()]


@app.post("/notes", status_code=201)
async def add(note: Note) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO notes (text) VALUES (:text)"), {"text": note.text})
