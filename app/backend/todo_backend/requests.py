"""Around the whole application: each request has an id, is logged as one event, and is counted."""

import logging
import re
import time
import uuid
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_backend.logs import request_id
from todo_backend.metrics import OTHER, Metrics

HEADER = b"x-request-id"
# What a client may give as its id: it goes into logs and back into a header.
ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Not in the log: the kubelet asks all day, and a change of readiness is an event of its own.
PROBES = ("/health", "/ready")
PATH_LENGTH = 200

logger = logging.getLogger("todo_backend.requests")


def id_of(headers: list[tuple[bytes, bytes]]) -> bytes:
    """The id that the request came with, or a new one where it is none, or not one that may go into a log."""
    given = [value for name, value in headers if name == HEADER]
    return given[0] if len(given) == 1 and ID.fullmatch(given[0]) else uuid.uuid4().hex.encode()


class Requests:
    """ASGI middleware; outside of all others, so that what they answer has an id too."""

    def __init__(self, app: ASGIApp, metrics: Metrics | None) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = id_of(scope["headers"])
        # Never reset: the server runs each request in a context of its own, and logs its failure after this returns.
        request_id.set(given.decode())
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, given)]
            await send(message)

        metrics = self._metrics
        start = time.perf_counter()
        if metrics:
            metrics.in_flight += 1
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", OTHER)
            if metrics:
                metrics.in_flight -= 1
                metrics.count(scope["method"], route, status, seconds)
            if route not in PROBES:
                _log(scope, route, status, seconds)


def _log(scope: Scope, route: str, status: int, seconds: float) -> None:
    method, path = scope["method"], scope["path"][:PATH_LENGTH]
    fields: dict[str, Any] = {"method": method, "path": path, "route": route, "status": status}
    fields["duration_ms"] = round(seconds * 1000, 1)
    logger.info("%s %s %s", method, path, status, extra={"fields": fields})
