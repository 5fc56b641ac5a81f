"""Runs that were started for a person: what is known of them while they go on, and when they have ended."""

import fcntl
from pathlib import Path

from leasehold.backups.places import Places
from leasehold.backups.runs import Run, list_runs, start
from leasehold.kit.configuration import Configuration
from tests.embedded.installation import wait_until


def ended(places: Places) -> Run:
    """The newest run, once it has ended."""
    wait_until(lambda: not list_runs(places, most=1)[0].goes_on, "the run has ended")
    return list_runs(places, most=1)[0]


def test_a_run_outlives_who_waits_for_it_and_says_how_it_ended(places: Places, tmp_path: Path) -> None:
    start(Configuration(data_dir=tmp_path), "no-such-verb", by="staff:7")
    run = ended(places)
    assert (run.verb, run.by, run.status) == ("no-such-verb", "staff:7", 2)
    assert "No such command" in " ".join(run.said)
    assert run.ended_at is not None
    assert run.ended_at >= run.began_at


def test_the_latest_run_comes_first_and_only_so_many_are_kept(places: Places, tmp_path: Path) -> None:
    places.runs.mkdir()
    for number in range(120):
        line = f'{{"arguments": ["verify", "{number}"], "by": "staff:7", "began_at": "2026-01-01T00:00:00Z"}}\n'
        (places.runs / f"20260101_000000_{number:06}.log").write_text(line)
    start(Configuration(data_dir=tmp_path), "no-such-verb", by="staff:7")
    runs = list_runs(places, most=1000)
    assert len(runs) == 101
    assert [run.arguments for run in runs[:2]] == [("no-such-verb",), ("verify", "119")]
    ended(places)


def test_a_run_goes_on_while_somebody_holds_its_file(places: Places) -> None:
    places.runs.mkdir()
    path = places.runs / "2026.log"
    path.write_text('{"arguments": ["create"], "by": "staff:7", "began_at": "2026-01-01T00:00:00Z"}\nDumping.\n')
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        (run,) = list_runs(places, most=1)
        assert (run.goes_on, run.ended_at, run.said) == (True, None, ("Dumping.",))
    (cut_off,) = list_runs(places, most=1)
    assert (cut_off.goes_on, cut_off.status) == (False, None)
