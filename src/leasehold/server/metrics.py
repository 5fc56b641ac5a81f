"""What Prometheus is told. With PROMETHEUS_MULTIPROC_DIR set, the figures of all processes are added up."""

import os
from collections import Counter as Counts
from collections.abc import Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from leasehold.server.lane import LaneStatistics

_REQUESTS = Counter("leasehold_requests", "Calls of the License API, by endpoint and code.", ["endpoint", "code"])
_BATCHES = Counter("leasehold_lane_batches", "Batches that a lane has committed.", ["lane"])
_COMMANDS = Counter("leasehold_lane_commands", "Commands in those batches.", ["lane"])
_FAILURES = Counter("leasehold_lane_failures", "Commands that could not be run.", ["lane"])
_SECONDS = Counter("leasehold_lane_seconds", "Seconds from taking a batch to its commit.", ["lane"])
_DENIALS = Counter("leasehold_denials", "Refusals by the rules of licensing, by code.", ["code"])


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


def exposition() -> bytes:
    """All figures in Prometheus's text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped in its library
    return generate_latest(registry)
