"""Killed at any moment, a restore leaves the old state or the new one, and never stands in the way of the next."""

import signal
import subprocess
import sys

import pytest

from leasehold.backups.restore.recovery import finish_interrupted
from leasehold.backups.restore.state import Step, read_state
from leasehold.kit.configuration import Configuration
from leasehold.kit.maintenance import under_maintenance
from leasehold.kit.secrets_file import change_secrets, read_or_create_secrets
from tests.backups.restore.installation import Restorable

_RESTORE = "leasehold.backups.restore"
_BEFORE = [
    f"{_RESTORE}.sources:fetch_backup",
    f"{_RESTORE}.database_server:DatabaseServer.create",
    "leasehold.kit.maintenance:begin_maintenance",
    f"{_RESTORE}.database_server:DatabaseServer.close",
    f"{_RESTORE}.adopting:adopt",
    f"{_RESTORE}.adopting:seal_restored",
    f"{_RESTORE}.database_server:DatabaseServer.rename",
]
_AFTER = [
    f"{_RESTORE}.switching:complete",
    f"{_RESTORE}.files:RestoredFiles._swap_witness",
    "leasehold.audit.checkpoints:put_witness_aside",
    f"{_RESTORE}.database_server:DatabaseServer.open",
    "leasehold.kit.maintenance:end_maintenance",
]
_SECRET = "second_factor_key"


@pytest.mark.parametrize("place", _BEFORE)
def test_before_the_swap_everything_is_as_it_was(here: Restorable, place: str) -> None:
    name = _spoilt_since_its_backup(here)
    _restore_until(here.configuration, name, place)
    finish_interrupted(here.configuration)
    _is_spoilt(here)
    state = read_state(here.places)
    assert not under_maintenance(here.data_dir)
    assert state is None or state.step is not Step.DONE
    here.restore(name)
    _is_restored(here)


@pytest.mark.parametrize("place", _AFTER)
def test_after_the_swap_it_is_brought_to_its_end(here: Restorable, place: str) -> None:
    name = _spoilt_since_its_backup(here)
    _restore_until(here.configuration, name, place)
    finish_interrupted(here.configuration)
    _is_restored(here)
    state = read_state(here.places)
    assert state is not None
    assert (state.step, state.outcome is None, under_maintenance(here.data_dir)) == (Step.DONE, False, False)


def test_without_the_worker_the_next_restore_sees_to_it(here: Restorable) -> None:
    name = _spoilt_since_its_backup(here)
    _restore_until(here.configuration, name, f"{_RESTORE}.database_server:DatabaseServer.rename")
    here.restore(name)
    _is_restored(here)


def _restore_until(configuration: Configuration, name: str, place: str) -> None:
    child = [sys.executable, "-m", "tests.backups.restore.killed", name, place]
    done = subprocess.run(child, env=_environment(configuration), check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def _environment(configuration: Configuration) -> dict[str, str]:
    return {**configuration.as_environment(), "PATH": "/usr/bin:/bin"}


def _spoilt_since_its_backup(here: Restorable) -> str:
    here.change("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
    here.seal()
    with change_secrets(here.data_dir) as secrets:
        secrets[_SECRET] = "of the backup"
    name = here.back_up()
    with change_secrets(here.data_dir) as secrets:
        secrets[_SECRET] = "of later"
    here.change("UPDATE products SET name = 'Spoilt'")
    here.seal()
    return name


def _is_spoilt(here: Restorable) -> None:
    assert here.read("SELECT name FROM products") == [("Spoilt",)]
    assert read_or_create_secrets(here.data_dir)[_SECRET] == "of later"
    assert len([name for name in here.databases() if "_prev_" in name]) == 0
    assert here.verify().whole


def _is_restored(here: Restorable) -> None:
    assert here.read("SELECT name FROM products") == [("Studio",)]
    assert read_or_create_secrets(here.data_dir)[_SECRET] == "of the backup"
    assert [name.partition("_prev_")[1] for name in here.databases()] == ["", "_prev_"]
    assert here.value("SELECT count(*) FROM audit_log WHERE action = 'restored'") == 1
    here.seal()
    assert here.verify().whole
    assert list((here.places.root / "work").glob("restore_*")) == []
