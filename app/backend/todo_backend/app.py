import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from todo_backend.chat import TIMEOUT, chat_router
from todo_backend.database import DATABASE_ERRORS, Database, reason_of
from todo_backend.metrics import Metrics
from todo_backend.requests import Requests
from todo_backend.sessions import HEADER, Sessions, session_router
from todo_backend.settings import Settings
from todo_backend.todos import todos_router

logger = logging.getLogger("todo_backend")


def create_app(settings: Settings) -> Requests:
    """The application, and its metrics on a port of their own where there is one; OSError where that is taken."""
    database = Database(settings)
    metrics = Metrics(database)
    if settings.METRICS_PORT:
        metrics.serve(settings.BACKEND_HOST, settings.METRICS_PORT)
    sessions = Sessions(settings)
    client = httpx.AsyncClient(timeout=TIMEOUT)
    last_reason: str | None = "not asked yet"

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await client.aclose()
        await database.engine.dispose()

    app = FastAPI(title="Todo", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.CORS_ORIGINS,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Content-Type", HEADER],
    )
    app.include_router(session_router(sessions, settings.CHAT_MAX_MESSAGES))
    app.include_router(todos_router(database, sessions))
    app.include_router(chat_router(settings, database, sessions, client, metrics))

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "environment": settings.BACKEND_ENV}

    @app.get("/ready")
    async def ready() -> JSONResponse:
        nonlocal last_reason
        reason = await database.unready()
        if reason != last_reason:
            logger.info("ready" if reason is None else f"not ready: {reason}")
            last_reason = reason
        if reason is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "unready", "detail": reason}, 503)

    async def database_away(_: Request, error: Exception) -> JSONResponse:
        logger.warning("a request failed on the database: %s", reason_of(error))
        return JSONResponse({"detail": "The database is not available right now; try again in a moment."}, 503)

    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, database_away)

    @app.exception_handler(RequestValidationError)
    async def bad_request(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = (f"{'.'.join(map(str, problem['loc'][1:]))}: {problem['msg']}" for problem in error.errors())
        return JSONResponse({"detail": "; ".join(problems)}, 422)

    return Requests(app, metrics if settings.METRICS_PORT else None)
