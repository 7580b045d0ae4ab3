"""What is counted, in the text format of Prometheus; labels have few values, never a path or a query.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from converter.store.reader import ArchiveReader
from server.front.application_link import Link
from server.operations.log_writer import Log
from server.operations.observed_request import ObservedRequest
from server.sparql import Endpoint
from server.sparql.answer_cache import Cached
from server.sparql.pool import Pool

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
UNMATCHED = "(none)"
"""The route of a request whose path is none of ours."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_SERIES = 1_024
_PREFIX = "shelfgraph_"
# Figure of the pool → what it is; the counters among them only grow.
_POOL_GAUGES = {
    "running": "Queries that run in the foreground.",
    "background": "Long queries that run behind the others.",
    "waiting": "Queries that wait for a worker.",
    "idle": "Workers that are ready.",
    "resident": "Whether the workers have all of the data in memory.",
}
_POOL_COUNTERS = {
    "kills": "Workers that were killed before their query had ended.",
    "deaths": "Workers that a query broke.",
}
_CACHE_GAUGES = {"bytes": "Bytes that the kept answers take.", "entries": "Answers that are kept."}
_CACHE_COUNTERS = {"hits": "Queries answered out of memory.", "misses": "Queries whose answer was not kept."}


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(
        self, endpoint: Endpoint, archive: ArchiveReader | None, log: Log | None, link: Link | None = None
    ) -> None:
        self._registry = held = CollectorRegistry()
        self._requests = Counter(
            "shelfgraph_http_requests", "Requests answered.", ("route", "method", "status"), registry=held
        )
        self._seconds = Histogram(
            "shelfgraph_http_request_seconds",
            "Seconds to the last byte of an answer.",
            ("route",),
            buckets=_SECONDS,
            registry=held,
        )
        self._bytes = Counter(
            "shelfgraph_http_response_bytes", "Bytes of answers, without their heads.", ("route",), registry=held
        )
        self._under_way = Gauge(
            "shelfgraph_http_requests_in_flight", "Requests that are being answered.", registry=held
        )
        self._queries = Counter("shelfgraph_queries", "Queries by how they ended.", ("outcome",), registry=held)
        self._evaluated = Histogram(
            "shelfgraph_query_seconds", "Seconds that queries ran.", buckets=_SECONDS, registry=held
        )
        self._queued = Histogram(
            "shelfgraph_query_queue_seconds", "Seconds that queries waited.", buckets=_SECONDS, registry=held
        )
        # To look a series up by its labels takes longer than to count.
        self._requests_of = lru_cache(_SERIES)(self._requests.labels)
        self._seconds_of = lru_cache(_SERIES)(self._seconds.labels)
        self._bytes_of = lru_cache(_SERIES)(self._bytes.labels)
        held.register(_Standing(endpoint, archive, log, link))
        ProcessCollector(registry=held)

    def begun(self) -> None:
        """Count a request that is being answered."""
        self._under_way.inc()

    def ended(self, seen: ObservedRequest) -> None:
        """Count a request whose answer has gone."""
        route = seen.route or UNMATCHED
        self._requests_of(route, seen.method, str(seen.status)).inc()
        self._seconds_of(route).observe(seen.seconds)
        self._bytes_of(route).inc(seen.bytes)
        # Last, so that whoever sees nothing under way sees everything counted.
        self._under_way.dec()

    def query(self, outcome: str, queued: float, evaluated: float) -> None:
        """Count a query; one out of memory has not run."""
        self._queries.labels(outcome).inc()
        if outcome != "kept":
            self._queued.observe(queued)
            self._evaluated.observe(evaluated)

    def text(self) -> bytes:
        """All figures as they are now."""
        return generate_latest(_Plain(self._registry))


class _Plain(Collector):
    """A registry without the times at which its series began, which the text format has no place for."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """Yield the families."""
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


class _Standing(Collector):
    """Figures that others keep, read when they are asked for; none of them asks a worker or another server."""

    def __init__(self, endpoint: Endpoint, archive: ArchiveReader | None, log: Log | None, link: Link | None) -> None:
        self._cache = endpoint if isinstance(endpoint, Cached) else None
        behind = self._cache.behind if self._cache else endpoint
        self._pool = behind if isinstance(behind, Pool) else None
        self._archive, self._log, self._link = archive, log, link
        self._counted = (-1, 0)

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        if self._pool:
            figures = self._pool.figures()._asdict()
            yield from _families("workers_", figures, _POOL_GAUGES, _POOL_COUNTERS)
            if self._pool.version.isdecimal():
                yield _gauge("generation", "The version of the dataset.", int(self._pool.version))
            if self._link:
                yield _gauge("lookups_resident", "Whether look-ups find the data in memory.", self._link.resident)
        if self._cache:
            yield from _families("cache_", self._cache.figures()._asdict(), _CACHE_GAUGES, _CACHE_COUNTERS)
        if self._archive:
            yield _gauge("records", "Records in the archive, withdrawn ones included.", self._records(self._archive))
        if self._log:
            dropped = CounterMetricFamily(f"{_PREFIX}log_dropped", "Lines of the log that nobody took in time.")
            dropped.add_metric((), self._log.dropped)
            yield dropped

    def _records(self, archive: ArchiveReader) -> int:
        """How many records there are, counted once a generation."""
        upto, records = self._counted
        if upto != archive.upto:
            upto = archive.upto
            records = archive.count()
            self._counted = (upto, records)
        return records


def _families(
    prefix: str, figures: dict[str, int], gauges: dict[str, str], counters: dict[str, str]
) -> Iterator[Metric]:
    for name, words in gauges.items():
        yield _gauge(prefix + name, words, figures[name])
    for name, words in counters.items():
        family = CounterMetricFamily(f"{_PREFIX}{prefix}{name}", words)
        family.add_metric((), figures[name])
        yield family


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(_PREFIX + name, words)
    family.add_metric((), value)
    return family
