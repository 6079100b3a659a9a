"""How busy this front door is, and what the record has added up, for Prometheus."""

from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as as_text

from api.figures import RecordCollector
from domain.figures import Tally


class Metrics:
    """Counts of one app; operations are named, so no path of a client's gets in."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self, streams: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "warm_transfer_api_requests",
            "Requests answered.",
            ["operation", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "warm_transfer_api_request_seconds",
            "Time to the first byte of an answer.",
            ["operation"],
            registry=self._registry,
        )
        open_streams = Gauge(
            "warm_transfer_api_streams", "Event streams open now.", registry=self._registry
        )
        open_streams.set_function(streams)
        self._record = RecordCollector()
        self._registry.register(self._record)

    def count(self, operation: str, status: int, took_s: float) -> None:
        """Count one answer."""
        self._requests.labels(operation, status).inc()
        self._seconds.labels(operation).observe(took_s)

    def text(self, recorded: tuple[Tally, ...] | None) -> bytes:
        """Say it in Prometheus' words, with what the record has added up; None: it is away."""
        self._record.known = recorded
        return as_text(self._registry)
