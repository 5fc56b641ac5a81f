"""A catalogue of backups, as it stands after some weeks: most are good, one failed, one is not in the archive yet."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from leasehold.backups.catalog import Catalog, Event
from leasehold.backups.manifest import DatabaseFacts, Manifest, TableFacts, Versions
from leasehold.backups.names import moment_of, name_for
from leasehold.backups.places import Places
from leasehold.backups.states import State

NEWEST: Final = "server_backup_20260131_020000"
_STEPS: Final = ((State.PLANNED, 0.0), (State.DUMPED, 1.4), (State.VERIFIED, 3.2), (State.SEALED, 0.9),
                 (State.LOCAL, 0.1), (State.PUSHED, 2.7), (State.PROVED, 1.8))  # fmt: skip
_TABLES: Final = (("public.licenses", 1_200), ("public.device_registrations", 2_900), ("public.audit_log", 41_337))
_REFUSED: Final = "git@github.com:vendor/archive.git cannot be reached (Connection timed out)."


def make_backups(data_dir: Path, *, days: int = 40) -> None:
    """A backup for each of the `days` up to `NEWEST`, and what a person has started since."""
    places = Places(data_dir)
    places.make()
    newest = moment_of(NEWEST)
    names = [name_for(newest - timedelta(days=ago)) for ago in reversed(range(days))]
    events = [Event("2026-01-01T00:00:00+00:00", "volume", facts=_VOLUME)]
    for number, name in enumerate(names):
        if number == len(names) - 3:
            events += _failed(name)
        elif number == len(names) - 1:
            refused = _event(name, "not_pushed", 40, push_failure=_REFUSED, push_code="archive_away")
            events += [*_made(name, number, until=State.LOCAL), refused]
        else:
            events += _made(name, number, until=State.PROVED)
    Catalog(places).replace(events)
    for name in names:
        places.manifest(name).write_bytes(_manifest(name).as_json())
    _say_what_was_started(places)


_VOLUME: Final = {"volume": 1, "address": "git@github.com:vendor/archive.git", "ssh_key": "/root/.ssh/github_backup"}


def _made(name: str, number: int, *, until: State) -> list[Event]:
    facts: dict[str, dict[str, object]] = {
        State.PLANNED: {"reason": "daily" if number % 5 else "before migrate", "by": "job:daily_backup"},
        State.DUMPED: {"rows": 45_437 + 310 * number, "bytes": 9_200_000 + 41_000 * number},
        State.SEALED: {"stored_bytes": 210_000 + 9_000 * (number % 7) if number else 2_400_000},
        State.LOCAL: {"commit": "0" * 40},
        State.PUSHED: {"volume": 1, "archived": "0" * 40, "archived_bytes": 230_000},
    }
    events, seconds = [], 0.0
    for step, took in _STEPS:
        if until.reaches(step):
            seconds += took
            said = facts.get(step, {}) | {f"{step}_seconds": took}
            events.append(_event(name, step, seconds, **said))
    return events


def _failed(name: str) -> list[Event]:
    failure = "64 MB are free in /srv, 900 MB are needed."
    return [
        _event(name, State.PLANNED, 0, reason="daily"),
        _event(name, "failed", 2, failure=failure, code="disk_full"),
    ]


def _event(name: str, step: str, seconds: float, **facts: object) -> Event:
    at = moment_of(name) + timedelta(seconds=seconds)
    return Event(at.isoformat(timespec="milliseconds"), str(step), name, facts)


def _manifest(name: str) -> Manifest:
    tables = tuple(TableFacts(table, rows, "0", f"{rows}.dat") for table, rows in _TABLES)
    database = DatabaseFacts(Versions("0.1.0", 9, "18.1", "18.1"), "7", 9_200_000, 41_337, ("leasehold",), tables)
    return Manifest(name, moment_of(name).isoformat(), "daily", database, ())


def _say_what_was_started(places: Places) -> None:
    places.runs.mkdir(exist_ok=True)
    for number, (arguments, said) in enumerate(
        (
            (["test-archive"], f"{_REFUSED}\nended with status 15"),
            (
                ["restore", NEWEST, "--yes", "--dry-run"],
                "Compared 31 tables.\nThis was a dry run.\nended with status 0",
            ),
        )
    ):
        order = {"arguments": arguments, "by": "staff:1", "began_at": datetime.now(UTC)}
        (places.runs / f"2026013{number}_090000_000000.log").write_bytes(
            msgspec.json.encode(order) + f"\n{said}\n".encode()
        )
