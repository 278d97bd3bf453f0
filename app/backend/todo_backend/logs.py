"""One line per event on stdout: JSON for a server's events, plain text for a migration, which a person follows."""

import json
import logging
import logging.config
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# Of the request that is being answered; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", " | ")


class Json(logging.Formatter):
    """`extra={"fields": {…}}` adds fields to an event."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        event: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            event["request_id"] = current
        event.update(getattr(record, "fields", {}))
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, separators=(",", ":"))


def configure_logs(structured: bool) -> None:
    text = {"()": OneLine, "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": Json} if structured else text},
            "handlers": {
                "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}
            },
            "root": {"level": "INFO", "handlers": ["stdout"]},
            "loggers": {
                # httpx would log the whole address of each chat request, alembic its internals.
                "httpx": {"level": "WARNING"},
                "alembic": {"level": "WARNING"},
            },
        }
    )
