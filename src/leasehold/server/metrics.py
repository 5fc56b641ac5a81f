"""What this host's processes have counted, in Prometheus's own counters; and the whole exposition.

Processes that serve together count in files (`shared_counts.py`), so that each tells the sum of all.
"""

import os
from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from leasehold.licensing.vocabulary import GRANTED, Code
from leasehold.monitoring import registry
from leasehold.monitoring.metric import Metric, Reading
from leasehold.server.lane import LaneStatistics
from leasehold.server.shared_counts import SHARED_DIRECTORY

disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped in its library


def _counter(metric: Metric) -> Counter:
    return Counter(metric.name, metric.help, metric.label_names)


def _histogram(metric: Metric) -> Histogram:
    return Histogram(metric.name, metric.help, metric.label_names, buckets=metric.buckets)


_REQUESTS = _counter(registry.REQUESTS)
_DENIALS = _counter(registry.DENIALS)
_BATCHES = _counter(registry.LANE_BATCHES)
_COMMANDS = _counter(registry.LANE_COMMANDS)
_FAILURES = _counter(registry.LANE_FAILURES)
_SECONDS = _counter(registry.LANE_SECONDS)
_BATCH_SIZE = _histogram(registry.BATCH_SIZE)
_BATCH_SECONDS = _histogram(registry.BATCH_SECONDS)


def begin_at_zero(lanes: Iterable[str]) -> None:
    """Let every series be there before its first event, so that none is missed by who compares two moments."""
    for lane in lanes:
        for metric in (_BATCHES, _COMMANDS, _FAILURES, _SECONDS, _BATCH_SIZE, _BATCH_SECONDS):
            metric.labels(lane)
    for code in Code:
        if code not in GRANTED:
            _DENIALS.labels(code.value)


def measure_batch(lane: str, commands: int, seconds: float) -> None:
    """A lane has committed a batch."""
    _BATCH_SIZE.labels(lane).observe(commands)
    _BATCH_SECONDS.labels(lane).observe(seconds)


class RequestCounters:
    """Counts calls in plain numbers, which costs a call next to nothing, and tells Prometheus now and then."""

    def __init__(self) -> None:
        self._untold: Counts[tuple[str, str]] = Counts()

    def count(self, endpoint: str, code: str) -> None:
        """One more call of `endpoint` was answered with `code`."""
        self._untold[endpoint, code] += 1

    def tell(self) -> None:
        """Add what has come since the last time."""
        untold, self._untold = self._untold, Counts()
        for (endpoint, code), number in untold.items():
            _REQUESTS.labels(endpoint, str(code)).inc(number)


class LaneCounters:
    """Carries what the lanes have counted over to Prometheus, now and then."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[int, int, int, float]] = {}

    def tell(self, statistics: Mapping[str, LaneStatistics]) -> None:
        """Add what has come since the last time."""
        for lane, figures in statistics.items():
            now = (figures.batches, figures.commands, figures.failures, figures.seconds)
            before = self._told.get(lane, (0, 0, 0, 0.0))
            for counter, new, old in zip((_BATCHES, _COMMANDS, _FAILURES, _SECONDS), now, before, strict=True):
                counter.labels(lane).inc(max(0, new - old))
            self._told[lane] = now


class DenialCounters:
    """Carries what was refused over to Prometheus, now and then."""

    def __init__(self) -> None:
        self._told: Counts[str] = Counts()

    def tell(self, totals: Mapping[str, int]) -> None:
        """Add what has come since the last time."""
        for code, total in totals.items():
            _DENIALS.labels(code).inc(total - self._told[code])
            self._told[code] = total


class _Told(Collector):
    """Readings in the library's form."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for reading in self._readings:
            metric = reading.metric
            family = families.setdefault(
                metric.name, GaugeMetricFamily(metric.name, metric.help, labels=metric.label_names)
            )
            family.add_metric(reading.labels, reading.value)
        yield from families.values()


def exposition(readings: Sequence[Reading]) -> bytes:
    """What was counted here and `readings`, in Prometheus's text format."""
    told = CollectorRegistry()
    told.register(_Told(readings))
    return generate_latest(_counted()) + generate_latest(told)


def _counted() -> CollectorRegistry:
    if SHARED_DIRECTORY not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # untyped in its library
    return shared
