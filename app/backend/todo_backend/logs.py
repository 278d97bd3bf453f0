"""One line per event on stdout."""

import logging
import logging.config

PROBES = ("/health", "/ready")


class OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", " | ")


def no_probes(record: logging.LogRecord) -> bool:
    """Keeps the kubelet's requests out of the access log; a change of readiness is logged by itself."""
    return not (isinstance(record.args, tuple) and len(record.args) > 2 and record.args[2] in PROBES)


def configure_logs() -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": OneLine, "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
            "filters": {"no_probes": {"()": lambda: no_probes}},
            "handlers": {
                "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}
            },
            "root": {"level": "INFO", "handlers": ["stdout"]},
            "loggers": {
                "uvicorn.access": {"filters": ["no_probes"]},
                # httpx would log the whole address of each chat request, alembic its internals.
                "httpx": {"level": "WARNING"},
                "alembic": {"level": "WARNING"},
            },
        }
    )
