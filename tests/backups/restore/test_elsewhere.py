"""A backup that is only in the archive, for the same installation and for another one that has the recovery key."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from leasehold.backups.archiving import push
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import BackupDamaged, KeyMissing
from leasehold.backups.keys import load_keys
from leasehold.backups.restore.sources import fetch_backup
from leasehold.backups.settings import default_backup_settings
from leasehold.backups.states import State
from leasehold.backups.store.repository import Repository
from leasehold.kit.configuration import load_configuration
from leasehold.kit.git_address import read_address
from tests.backups.restore.installation import Restorable


@pytest.fixture
def name(here: Restorable, tmp_path: Path) -> str:
    """A backup that was pushed, and is not here any more."""
    here.change("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
    made = here.back_up()
    catalog = Catalog(here.places)
    for step in (State.VERIFIED, State.LOCAL):
        catalog.add(step, made, commit=Repository(here.places.repository).resolve(f"refs/tags/{made}"))
    settings = replace(default_backup_settings(), archive=read_address(str(tmp_path / "archive.git")))
    catalog.add(State.PUSHED, made, **push(here.places, settings, catalog.find(made)))
    shutil.rmtree(here.places.repository)
    here.change("UPDATE products SET name = 'Spoilt'")
    return made


def test_it_is_fetched_and_restored(here: Restorable, name: str) -> None:
    here.restore(name)
    assert here.read("SELECT name FROM products") == [("Studio",)]


def test_another_installation_needs_the_recovery_key(here: Restorable, name: str, tmp_path: Path) -> None:
    other = Restorable(load_configuration(database_url=here.configuration.database_url, data_dir=tmp_path / "other"))
    other.places.make()
    shutil.copyfile(here.places.catalog, other.places.catalog)
    recovery_key = load_keys(here.data_dir).recovery_secret
    assert recovery_key is not None
    target = tmp_path / "unpacked"
    with pytest.raises(KeyMissing):
        fetch_backup(other.configuration, name, target)
    assert fetch_backup(other.configuration, name, target, recovery_keys=(recovery_key,)).name == name
    assert (target / "database" / "toc.dat").exists()


def test_what_another_one_signed_is_not_taken_for_ours(here: Restorable, name: str, tmp_path: Path) -> None:
    """Whoever may write to the archive can seal for us, but not sign for us."""
    signed_elsewhere = here.data_dir / "secrets.json"
    text = signed_elsewhere.read_text()
    kid = text.partition('"kid": "')[2].partition('"')[0]
    signed_elsewhere.write_text(text.replace(kid, "another"))
    with pytest.raises(BackupDamaged, match="has not made it"):
        fetch_backup(here.configuration, name, tmp_path / "unpacked")
