from dataclasses import replace

import pytest

from leasehold.backups.archive.growth import growth_of
from leasehold.backups.archive.volumes import Use, Volume, begin, volume_to_use, volumes_of
from leasehold.backups.catalog import Catalog
from leasehold.backups.places import Places
from leasehold.backups.settings import BackupSettings
from leasehold.backups.states import State
from leasehold.kit.git_address import read_address
from tests.backups.archive.made import name_of

LOCAL, REMOTE = read_address("/srv/archive.git"), read_address("git@github.com:you/archive.git")
LIMIT = 1000


@pytest.fixture
def catalog(places: Places) -> Catalog:
    return Catalog(places)


def use(catalog: Catalog, settings: BackupSettings) -> Use:
    found = volume_to_use(catalog.events(), settings, limit=LIMIT)
    assert found is not None
    return found


def push(catalog: Catalog, settings: BackupSettings, day: int, size: int) -> Volume:
    volume = begin(catalog, use(catalog, settings).volume)
    catalog.add(State.PUSHED, name_of(day), volume=volume.number, archived=f"c{day}", archived_bytes=size)
    return volume


def test_without_an_address_there_is_no_volume(catalog: Catalog, settings: BackupSettings) -> None:
    assert volume_to_use(catalog.events(), settings) is None


def test_the_first_volume_begins_once(catalog: Catalog, settings: BackupSettings) -> None:
    settings = replace(settings, archive=LOCAL)
    assert not use(catalog, settings).volume.begun
    push(catalog, settings, 1, 10)
    second = use(catalog, settings).volume
    assert (second.begun, second.number, second.last, second.stored) == (True, 1, "c1", 10)
    push(catalog, settings, 2, 10)
    assert len(volumes_of(catalog.events())) == 1


def test_a_full_directory_goes_on_in_one_beside_it(catalog: Catalog, settings: BackupSettings) -> None:
    settings = replace(settings, archive=LOCAL)
    for number, text in ((1, "/srv/archive.git"), (2, "/srv/archive-0002.git"), (3, "/srv/archive-0003.git")):
        volume = push(catalog, settings, number, LIMIT)
        assert (volume.number, volume.address.text, volume.last) == (number, text, None)


def test_a_full_host_warns_and_is_used_on(catalog: Catalog, settings: BackupSettings) -> None:
    settings = replace(settings, archive=REMOTE)
    push(catalog, settings, 1, 600)
    assert use(catalog, settings).warning is None
    push(catalog, settings, 2, 100)
    assert "Before it is full" in str(use(catalog, settings).warning)
    push(catalog, settings, 3, 300)
    full = use(catalog, settings)
    assert "set backup_archive" in str(full.warning)
    assert (full.volume.number, full.volume.begun) == (1, True)


def test_a_changed_address_begins_a_new_volume_and_an_old_one_is_still_known_when_it_is_gone_back_to(
    catalog: Catalog, settings: BackupSettings
) -> None:
    push(catalog, replace(settings, archive=LOCAL), 1, 10)
    push(catalog, replace(settings, archive=REMOTE), 2, 20)
    assert [volume.address for volume in volumes_of(catalog.events())] == [LOCAL, REMOTE]
    back = use(catalog, replace(settings, archive=LOCAL)).volume
    assert (back.number, back.begun, back.last, back.stored) == (3, False, "c1", 10)
    push(catalog, replace(settings, archive=LOCAL), 3, 5)
    back = use(catalog, replace(settings, archive=LOCAL)).volume
    assert (back.number, back.begun, back.last, back.stored) == (3, True, "c3", 15)


def test_how_an_archive_grows(catalog: Catalog, settings: BackupSettings) -> None:
    settings = replace(settings, archive=REMOTE)
    assert growth_of(catalog.events()) is None
    for day in (1, 2, 3, 4):
        push(catalog, settings, day, 100)
    growth = growth_of(catalog.events(), limit=LIMIT)
    assert growth is not None
    assert (growth.stored, growth.in_volume, growth.backups) == (400, 400, 4)
    assert growth.bytes_a_day == 100
    assert growth.days_left == 6
