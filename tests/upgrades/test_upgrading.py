"""Real upgrades to real wheels: what is there afterwards, and what is there when something goes wrong or is killed."""

import os
import shutil

import pytest

from leasehold.backups.catalog import Catalog
from leasehold.backups.manifest import read_manifest
from leasehold.backups.places import Places
from leasehold.migrations.state import wanted_schema
from tests.faults.disks import small_disk
from tests.upgrades.installation import Upgradable

pytestmark = pytest.mark.slow


def test_one_that_was_killed_after_it_was_proved_is_finished_by_the_next_call(installation: Upgradable) -> None:
    """The new release is linked, its wheels are in the backup, and nothing leads back by mistake."""
    installation.killed_at("switching", "0.2.1")
    assert installation.run("upgrade").returncode == 0
    program = installation.releases.current / "bin" / "leasehold"
    assert installation.run("--version", program=program).stdout == "leasehold 0.2.1\n"
    assert installation.schema == wanted_schema() + 1
    assert installation.what_is_left() == {"0.2.1", "current"}

    places = Places(installation.configuration.data_dir)
    (saved, *_) = [b for b in Catalog(places).backups() if b.facts.get("reason") == "before the upgrade to 0.2.1"]
    held = {entry.path for entry in read_manifest(places.manifest(saved.name).read_bytes()).files}
    wheels = "data/releases/0.2.1/wheels"
    assert {f"{wheels}/leasehold-0.2.1-py3-none-any.whl", f"{wheels}/requirements.txt"} <= held
    assert not [path for path in held if "/environment/" in path]

    from_the_old = installation.upgrade("0.2.0")
    assert from_the_old.returncode == 1
    assert f"use {program}" in from_the_old.stderr

    assert installation.run("upgrade", program=program).returncode == 1  # nothing is left to do
    (installation.releases.release("0.2.0") / "wheels").mkdir(parents=True)
    kept = installation.upgrade("0.2.0", program=program)
    assert "is there already" in kept.stderr
    assert (installation.releases.release("0.2.0") / "wheels").is_dir()
    shutil.rmtree(installation.releases.release("0.2.0"))

    older = installation.upgrade("0.1.1", program=program)
    assert older.returncode == 1
    assert "newer than this program" in older.stderr.splitlines()[-1]
    assert installation.what_is_left() == {"0.2.1", "current"}
    assert installation.run("--version", program=program).stdout == "leasehold 0.2.1\n"


def test_the_database_goes_back_to_the_backup_where_the_old_program_could_not_go_on(installation: Upgradable) -> None:
    done = installation.upgrade("0.3.1", way="from the package index")
    assert done.returncode == 1
    assert "The database goes back to server_backup_" in done.stderr
    assert "this release is broken" in done.stderr.splitlines()[-1]
    assert installation.schema == wanted_schema()
    assert installation.what_is_left() == set()
    assert installation.run("migrate").returncode == 0


def test_a_release_that_does_not_serve_is_not_switched_to_and_what_others_wrote_meanwhile_is_kept(
    installation: Upgradable,
) -> None:
    done = installation.upgrade("0.3.2", way="a wheel of yours")
    assert done.returncode == 1
    assert "this release is broken" in done.stderr.splitlines()[-1]
    assert "The schema stays" in done.stderr
    assert installation.what_is_left() == set()
    assert installation.schema == wanted_schema() + 1
    assert installation.run("migrate").returncode == 0


@pytest.mark.parametrize("step", ["installing", "migrating", "trying"])
def test_one_that_was_killed_before_it_was_proved_is_undone_by_the_next_call(
    installation: Upgradable, step: str
) -> None:
    installation.killed_at(step, "0.2.1")
    assert "upgrading.json" in installation.what_is_left()
    done = installation.run("upgrade")
    assert done.returncode == 0, done.stderr
    assert installation.what_is_left() == set()
    assert installation.schema == wanted_schema()
    assert installation.run("migrate").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_without_room_nothing_is_begun(installation: Upgradable) -> None:
    data_dir = installation.configuration.data_dir
    with small_disk(data_dir, "64m"):
        done = installation.upgrade("0.2.0")
        assert done.returncode == 11
        assert f"512 MiB are needed on {data_dir}, and 64 MiB are free" in done.stderr
        assert installation.what_is_left() == set()
