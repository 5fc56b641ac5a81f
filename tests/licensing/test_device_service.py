"""Renaming, and who comes second."""

import pytest

from leasehold.kit.database import Database
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import BlockDevice, Deactivate, DeleteLicense
from leasehold.licensing.device_queries import find_device, show_device
from leasehold.licensing.device_service import DeviceRenamedMeanwhile, change_device, rename_device
from leasehold.licensing.run_one import run_one
from tests.licensing.running import register, start
from tests.licensing.vendor import ACTOR, fingerprint, issue_license, scalar


def test_a_name_holds_until_the_software_says_its_own(database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key, name="PC-1")
    with transaction(database, ACTOR) as session:
        rename_device(session, key, print_, " Empfang ", was="PC-1", actor=ACTOR)
    with transaction(database, ACTOR) as session:
        assert find_device(session, key, print_).device_name == "Empfang"
    register(database, key, name="PC-1")
    with transaction(database, ACTOR) as session:
        assert find_device(session, key, print_).device_name == "PC-1"


def test_a_stale_name_is_refused_unless_both_mean_the_same(database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key, name="neu")
    with transaction(database, ACTOR) as session:
        rename_device(session, key, print_, "neu", was="alt", actor=ACTOR)
        with pytest.raises(DeviceRenamedMeanwhile) as refused:
            rename_device(session, key, print_, "anders", was="alt", actor=ACTOR)
    assert refused.value.theirs == "neu"


def test_what_is_so_already_is_not_recorded_again(database: Database) -> None:
    key = issue_license(database)
    start(database, key)
    for _ in range(2):
        with transaction(database, ACTOR) as session:
            change_device(session, BlockDevice(key, fingerprint(1)), reason="weg", actor=ACTOR)
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM audit_log WHERE action = 'block'") == 1
    with transaction(database, ACTOR) as session, pytest.raises(DomainError, match="unblock it instead"):
        change_device(session, Deactivate(key, fingerprint(1)), reason="weg", actor=ACTOR)


def test_a_deleted_license_has_no_devices_to_change(database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key)
    with transaction(database, ACTOR) as session:
        assert show_device(session, key, print_).live_token is None
        run_one(session, DeleteLicense(key), ACTOR)
    with transaction(database, ACTOR) as session:
        for act in (show_device, find_device):
            with pytest.raises(DomainError):
                act(session, key, print_)
        with pytest.raises(DomainError):
            rename_device(session, key, print_, "x", was="Laptop", actor=ACTOR)
