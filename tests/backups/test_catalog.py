import pytest

from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import BackupError, BackupUnknown
from leasehold.backups.places import Places
from leasehold.backups.states import State

NAME = "server_backup_20260131_030000"


def test_a_backup_is_what_its_events_say(places: Places) -> None:
    catalog = Catalog(places)
    catalog.add(State.PLANNED, NAME, reason="daily")
    catalog.add("failed", NAME, failure="the disk is full")
    assert Catalog(places).find(NAME).failure == "the disk is full"
    catalog.add(State.DUMPED, NAME)
    catalog.add(State.LOCAL, NAME, commit="c1")
    found = Catalog(places).find(NAME)
    assert (found.state, found.failure, found.local, found.unfinished) == (State.LOCAL, None, True, False)
    assert found.facts["reason"] == "daily"
    catalog.add("pruned", NAME)
    assert not catalog.find(NAME).local


def test_the_newest_comes_first(places: Places) -> None:
    catalog = Catalog(places)
    for name in (NAME, "server_backup_20260201_030000"):
        catalog.add(State.PLANNED, name)
    assert [backup.name for backup in catalog.backups()] == ["server_backup_20260201_030000", NAME]


def test_a_line_that_a_crash_cut_off_never_happened(places: Places) -> None:
    catalog = Catalog(places)
    catalog.add(State.PLANNED, NAME)
    with places.catalog.open("ab") as file:
        file.write(b'{"at":"2026')
    assert catalog.find(NAME).state is State.PLANNED
    catalog.add(State.DUMPED, NAME)
    assert catalog.find(NAME).state is State.DUMPED


@pytest.mark.parametrize("changed", ["changed", "removed"])
def test_a_changed_or_removed_line_is_found(places: Places, changed: str) -> None:
    catalog = Catalog(places)
    for step in (State.PLANNED, State.DUMPED, State.VERIFIED):
        catalog.add(step, NAME)
    lines = places.catalog.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"dumped", b"proved") if changed == "changed" else b""
    places.catalog.write_bytes(b"".join(lines))
    with pytest.raises(BackupError, match="catalog rebuild"):
        catalog.backups()


def test_an_unknown_name_is_a_sentence(places: Places) -> None:
    with pytest.raises(BackupUnknown, match="backup list"):
        Catalog(places).find(NAME)


def test_nobody_else_can_read_it(places: Places) -> None:
    Catalog(places).add(State.PLANNED, NAME)
    assert places.catalog.stat().st_mode & 0o077 == 0
