"""From what the lanes have counted since the process started to how it does now."""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from uuid import uuid4

from leasehold import __version__
from leasehold.operations.processes import LaneReport, ProcessReport
from leasehold.server.lane import LaneStatistics
from leasehold.server.lanes import Lanes

_HEARTBEATS = "heartbeats"
_MINUTE = 60.0


class ProcessFigures:
    """Differences between one report and the next. For one caller."""

    def __init__(self, lanes: Lanes, *, host: str, pid: int, now: Callable[[], float] = time.monotonic) -> None:
        self.id = uuid4()
        self._lanes = lanes
        self._host = host
        self._pid = pid
        self._now = now
        self._started = self._reported = now()
        self._before: dict[str, tuple[int, int]] = {}
        self._heartbeats = deque([(self._started, 0)])

    def report(self) -> ProcessReport:
        """How the process does since the last report."""
        now = self._now()
        seconds = max(now - self._reported, 0.001)
        depths, statistics = self._lanes.depths, self._lanes.statistics
        heartbeats = statistics[_HEARTBEATS].commands
        lanes = {name: self._lane(name, lane, depths[name], seconds) for name, lane in statistics.items()}
        self._reported = now
        return ProcessReport(
            id=self.id,
            host=self._host,
            pid=self._pid,
            version=__version__,
            age=now - self._started,
            heartbeats_per_second=lanes[_HEARTBEATS].commands_per_second,
            commands_per_second=sum(lane.commands_per_second for lane in lanes.values()),
            heartbeats_last_minute=self._in_the_last_minute(now, heartbeats),
            pending=self._lanes.pending,
            database_down=self._lanes.is_down,
            lanes=lanes,
        )

    def _lane(self, name: str, statistics: LaneStatistics, depth: int, seconds: float) -> LaneReport:
        now = (statistics.batches, statistics.commands)
        before = self._before.get(name, (0, 0))
        self._before[name] = now
        batches, commands = now[0] - before[0], now[1] - before[1]
        recent = sorted(statistics.take_recent_seconds())
        return LaneReport(
            batches_per_second=batches / seconds,
            commands_per_second=commands / seconds,
            mean_batch=commands / batches if batches else None,
            last_batch=statistics.last_batch,
            depth=depth,
            failures=statistics.failures,
            p50_seconds=percentile(recent, 50),
            p95_seconds=percentile(recent, 95),
        )

    def _in_the_last_minute(self, now: float, heartbeats: int) -> int:
        while len(self._heartbeats) > 1 and self._heartbeats[1][0] <= now - _MINUTE:
            self._heartbeats.popleft()
        self._heartbeats.append((now, heartbeats))
        return heartbeats - self._heartbeats[0][1]


def percentile(ascending: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least `percent` of all do not exceed; None of nothing."""
    if not ascending:
        return None
    return ascending[max(0, math.ceil(len(ascending) * percent / 100) - 1)]
