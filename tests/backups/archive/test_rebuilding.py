from dataclasses import replace
from pathlib import Path

import pytest

from leasehold.backups.archive.growth import growth_of
from leasehold.backups.archive.volumes import volume_to_use, volumes_of
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import KeyMissing
from leasehold.backups.keys import load_keys
from leasehold.backups.places import Places
from leasehold.backups.rebuilding import Archive as ToRead
from leasehold.backups.rebuilding import rebuild_catalog
from leasehold.backups.states import State
from tests.backups.archive.made import name_of
from tests.backups.archive.sealed import Sealed
from tests.backups.store.store import rows


def test_a_catalogue_is_made_anew_with_the_archive_and_the_recovery_key_alone(sealed: Sealed, places: Places) -> None:
    first = sealed.push(1, {"database/1.dat": rows(0, 2000)})
    second = sealed.push(2, {"database/1.dat": rows(0, 2010)})
    remote, recovery = sealed.archive.remote, sealed.store.keys.recovery_secret
    assert recovery is not None
    assert rebuild_catalog(places, ToRead(remote.address, remote.ssh_key, (recovery,), None)) == 2
    catalog = Catalog(places)
    assert [backup.name for backup in catalog.backups()] == [name_of(2), name_of(1)]
    assert {backup.state for backup in catalog.backups()} == {State.PUSHED}
    (volume,) = volumes_of(catalog.events())
    assert (volume.last, volume.address) == (sealed.archive.volume.last, remote.address)
    objects = {chunk.object: chunk.stored for manifest in (first, second) for chunk in manifest.chunks.values()}
    growth = growth_of(catalog.events())
    assert growth is not None
    assert growth.stored == volume.stored == sum(objects.values())
    use = volume_to_use(catalog.events(), replace(sealed.archive.settings, archive=remote.address))
    assert use is not None
    assert use.volume.begun


def test_without_a_key_that_opens_it_nothing_is_changed(sealed: Sealed, places: Places, tmp_path: Path) -> None:
    sealed.push(1, {"a": rows(0, 10)})
    Catalog(places).add(State.PLANNED, name_of(9))
    remote, identities = sealed.archive.remote, load_keys(tmp_path / "somebody").identities
    with pytest.raises(KeyMissing):
        rebuild_catalog(places, ToRead(remote.address, remote.ssh_key, identities, None))
    assert [backup.name for backup in Catalog(places).backups()] == [name_of(9)]
