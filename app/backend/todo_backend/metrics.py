"""What the backend says of itself to Prometheus, on a port of its own that no Service leads to."""

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from todo_backend.database import Database

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
CHAT_BUCKETS = (0.25, 0.5, 1, 2.5, 5, 10, 20, 40)

# A client may send any word as its method, and each would be a series.
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER = "other"


class DatabaseCollector(Collector):
    """Read when somebody asks, so that requests pay nothing for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        in_use, idle = self._database.connections()
        connections = GaugeMetricFamily("db_pool_connections", "Connections to the database", labels=["state"])
        connections.add_metric(["in_use"], in_use)
        connections.add_metric(["idle"], idle)
        yield connections
        yield GaugeMetricFamily(
            "db_pool_connections_max", "Most connections that the pool opens", self._database.most_connections
        )
        if self._database.usable is not None:
            yield GaugeMetricFamily(
                "db_up", "Whether the last readiness probe could use the database", int(self._database.usable)
            )
        if self._database.revision is not None:
            schema = GaugeMetricFamily(
                "db_schema_info", "The schema's revision, and the one this image needs", labels=["revision", "needed"]
            )
            schema.add_metric([self._database.revision, self._database.head or ""], 1)
            yield schema


class Metrics:
    def __init__(self, database: Database) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(DatabaseCollector(database))
        self._requests = Counter("http_requests", "Requests", ["method", "route", "status"], registry=self.registry)
        self._durations = Histogram(
            "http_request_duration_seconds",
            "Time until the answer is complete",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = 0
        in_flight = Gauge("http_requests_in_flight", "Requests that are being answered", registry=self.registry)
        in_flight.set_function(lambda: self.in_flight)
        self.chats = Counter(
            "chat_requests", "Calls of the chat, by how they ended", ["outcome"], registry=self.registry
        )
        self.chat_durations = Histogram(
            "chat_request_duration_seconds",
            "Time until the chat service answered or failed",
            buckets=CHAT_BUCKETS,
            registry=self.registry,
        )
        # labels() looks a child up under a lock and checks each label; this is most of what a request would cost.
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        series = self._series.get(key)
        if series is None:
            known = method if method in METHODS else OTHER
            series = (self._requests.labels(known, route, str(status)), self._durations.labels(known, route))
            if known == method:
                self._series[key] = series
        series[0].inc()
        series[1].observe(seconds)

    def serve(self, host: str, port: int) -> None:
        """In a thread of its own: it answers while the event loop is stuck, too. OSError where the port is taken."""
        start_http_server(port, host, self.registry)
