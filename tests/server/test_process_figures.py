"""Differences between reports, on lanes that run nothing."""

import pytest

from leasehold.kit.database import Database
from leasehold.licensing.vocabulary import Code
from leasehold.server.codes import RequestCode
from leasehold.server.denials import Denials
from leasehold.server.lanes import Lanes
from leasehold.server.process_figures import ProcessFigures, percentile


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_rates_are_of_the_time_since_the_last_report(database: Database) -> None:
    clock = Clock()
    lanes = Lanes(database)
    figures = ProcessFigures(lanes, host="here", pid=1, now=clock)
    heartbeats = lanes.statistics["heartbeats"]
    clock.now += 5
    heartbeats.batches, heartbeats.commands, heartbeats.last_batch = 10, 500, 40
    heartbeats.recent_seconds.extend([0.001] * 90 + [0.5] * 10)
    report = figures.report()
    lane = report.lanes["heartbeats"]
    assert (report.heartbeats_per_second, report.commands_per_second, report.age) == (100, 100, 5)
    assert (lane.mean_batch, lane.last_batch, lane.p50_seconds, lane.p95_seconds) == (50, 40, 0.001, 0.5)
    clock.now += 5
    report = figures.report()
    lane = report.lanes["heartbeats"]
    assert (report.heartbeats_per_second, lane.mean_batch, lane.p50_seconds) == (0, None, None)


def test_the_last_minute_slides(database: Database) -> None:
    clock = Clock()
    lanes = Lanes(database)
    figures = ProcessFigures(lanes, host="here", pid=1, now=clock)
    last_minute = []
    for _ in range(30):
        clock.now += 5
        lanes.statistics["heartbeats"].commands += 10
        last_minute.append(figures.report().heartbeats_last_minute)
    assert last_minute[:3] == [10, 20, 30]
    assert set(last_minute[11:]) == {120}


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [([], 50, None), ([7.0], 95, 7.0), ([1.0, 2.0], 50, 1.0), ([float(n) for n in range(1, 101)], 95, 95.0)],
)
def test_percentiles(values: list[float], percent: int, found: float | None) -> None:
    assert percentile(values, percent) == found


def test_memory_for_denials_is_bounded_and_no_refusal_is_lost() -> None:
    denials = Denials(most=3)
    for license_id in range(10):
        denials.note(Code.SESSION_LIMIT_REACHED, license_id)
    denials.note(RequestCode.API_KEY_INVALID, None)
    counts = denials.take()
    assert len(counts) <= 4
    assert sum(counts.values()) == denials.totals["session_limit_reached"] == 10
    assert counts[None, "session_limit_reached"] == 7
    assert denials.take() == {}
    denials.give_back(counts)
    denials.note(Code.SESSION_LIMIT_REACHED, 0)
    assert denials.take()[0, "session_limit_reached"] == 2
