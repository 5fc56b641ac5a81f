from datetime import UTC, datetime, timedelta

import pytest

from leasehold.backups.archive.fetching import empty_repository
from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.errors import ArchiveAway, ArchiveRefused
from leasehold.backups.manifest import DatabaseFacts, Manifest, Versions
from leasehold.backups.places import Places
from leasehold.backups.pruning import bases_of_later, prune_local
from leasehold.backups.states import State
from leasehold.backups.store.repository import Repository, blob_id
from tests.backups.archive.made import content, name_of


class Installation:
    """A repository and its catalogue, with one backup a day."""

    def __init__(self, places: Places) -> None:
        self.repository = Repository(empty_repository(places.repository))
        self.catalog = Catalog(places)
        self.asked: list[str] = []
        self.refusals: dict[str, ArchiveRefused] = {}
        self.freed: dict[str, int] = {}

    def backup(self, day: int, *objects: bytes, state: State = State.PROVED) -> None:
        blobs = {f"objects/{number}": self.repository.put(data) for number, data in enumerate(objects)}
        tree = self.repository.write_tree(blobs)
        commit = self.repository.commit(tree, [], message="x", name="x", email="x@y", moment="2026-01-01T00:00:00Z")
        self.catalog.add(State.LOCAL, name_of(day), commit=commit)
        self.catalog.add(state, name_of(day))

    def drill(self) -> None:
        self.catalog.add("drilled", name_of(1))

    def has(self, data: bytes) -> bool:
        return self.repository.has(blob_id(data))

    def prune(self, *, keep: int = 1, bases: tuple[str, ...] = (), later: timedelta = timedelta()) -> dict[str, str]:
        """The reason of each backup that stays; nothing for one that was removed."""
        verdicts = prune_local(
            self.repository,
            self.catalog,
            keep=keep,
            bases=bases,
            still_there=self._still_there,
            now=datetime.now(UTC) + later,
        )
        self.freed = {verdict.name: verdict.freed for verdict in verdicts}
        return {verdict.name: verdict.reason or "" for verdict in verdicts}

    def _still_there(self, backup: Backup) -> None:
        self.asked.append(backup.name)
        if backup.name in self.refusals:
            raise self.refusals[backup.name]


@pytest.fixture
def installation(places: Places) -> Installation:
    return Installation(places)


def test_what_is_proved_goes_and_what_others_need_of_it_stays(installation: Installation) -> None:
    installation.backup(1, content("shared"), content("old", 50_000))
    installation.backup(2, content("shared"), content("new"))
    installation.drill()
    assert installation.prune() == {name_of(2): "It is one of the newest 1.", name_of(1): ""}
    assert not installation.has(content("old", 50_000))
    assert installation.has(content("shared"))
    assert installation.freed[name_of(1)] > 49_000
    assert not installation.catalog.find(name_of(1)).local
    assert installation.prune() == {name_of(2): "It is one of the newest 1."}


def test_each_backup_that_stays_has_its_reason(installation: Installation) -> None:
    for day in (1, 2, 4):
        installation.backup(day, content(day))
    installation.backup(3, content(3), state=State.PUSHED)
    installation.drill()
    installation.refusals[name_of(1)] = ArchiveRefused("x", "The archive lost it.")
    assert installation.prune(bases=(name_of(2),)) == {
        name_of(4): "It is one of the newest 1.",
        name_of(3): "It was never proved to be in the archive.",
        name_of(2): "Backups to come are stored as the difference to it.",
        name_of(1): "The archive lost it.",
    }
    assert all(installation.has(content(day)) for day in (1, 2, 3, 4))


@pytest.mark.parametrize("days", [None, 15])
def test_without_a_recent_drill_nothing_goes(installation: Installation, days: int | None) -> None:
    installation.backup(1, content(1))
    installation.backup(2, content(2))
    if days is not None:
        installation.drill()
    assert "backup drill" in installation.prune(later=timedelta(days=days or 0))[name_of(1)]
    assert installation.asked == []
    assert installation.has(content(1))


def test_an_archive_that_is_away_is_asked_once(installation: Installation) -> None:
    for day in range(1, 6):
        installation.backup(day, content(day))
    installation.drill()
    installation.refusals = {name_of(4): ArchiveAway("x", "It is away.")}
    assert list(installation.prune().values())[1:] == ["It is away."] * 4
    assert installation.asked == [name_of(4)]


def test_a_removal_that_was_cut_short_is_finished(installation: Installation) -> None:
    installation.backup(1, content(1))
    installation.backup(2, content(2))
    installation.catalog.add("pruned", name_of(1))
    installation.prune()
    assert not installation.has(content(1))


def test_the_bases_of_what_is_still_to_come() -> None:
    def manifest(index: int, cycle: int = 1) -> Manifest:
        facts = DatabaseFacts(Versions("1", 1, "18", "18"), "1", 1, 1, (), ())
        return Manifest(f"{cycle}-{index}", "2026-01-01", "daily", facts, (), cycle, index)

    earlier = [manifest(index, 0) for index in range(3)]
    assert bases_of_later([], 32) == set()
    assert bases_of_later([*earlier, *(manifest(index) for index in range(6))], 32) == {"1-0", "1-4"}
    assert bases_of_later([*earlier, *(manifest(index) for index in range(7))], 32) == {"1-0", "1-6"}
    assert bases_of_later([manifest(index) for index in range(32)], 32) == set()
