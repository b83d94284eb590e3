"""What Prometheus reads at ``/metrics``. One registry per application, so that two in one process do not mix."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
CONTENT_TYPE = CONTENT_TYPE_LATEST
# A client may invent methods; the number of series may not grow with them.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """Counts as it goes; what only the database knows is set when somebody asks."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._requests = Counter(
            "vitalog_http_requests", "Answers given, by route template and status.", ["method", "route", "status"],
            registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "vitalog_http_request_seconds", "From the first byte of a request to the end of its answer.", ["route"],
            buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self.streams = Gauge("vitalog_live_streams", "Server-sent event streams open now.", registry=registry)
        self.head = Gauge("vitalog_ledger_head", "Position of the newest event.", registry=registry)
        self.position = Gauge("vitalog_projection_position", "Position reached.", ["projection"], registry=registry)
        self.lag = Gauge(
            "vitalog_projection_lag_events", "Events not yet folded in.", ["projection"], registry=registry
        )
        self.dead = Gauge("vitalog_dead_letters", "Events parked as poison.", ["projection"], registry=registry)
        self.monitors = Gauge("vitalog_monitors", "Monitors by status.", ["status"], registry=registry)
        self.outcomes = Counter(
            "vitalog_outcomes", "Outcomes recorded since this process started, by verdict.", ["verdict"],
            registry=registry,
        )  # fmt: skip
        self.database_up = Gauge("vitalog_database_up", "1 while PostgreSQL answers.", registry=registry)
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[str, Histogram] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request is over; ``status`` 0 means the client left before an answer began."""
        # labels() sorts and locks; the few combinations there are, are kept.
        key = (method if method in _METHODS else "other", route, status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._requests.labels(*key)
        counter.inc()
        histogram = self._histograms.get(route)
        if histogram is None:
            histogram = self._histograms[route] = self._seconds.labels(route)
        histogram.observe(seconds)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
