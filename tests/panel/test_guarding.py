"""A backup before a change: made before much or something protected is changed, else the change is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leasehold.backups.catalog import Catalog
from leasehold.backups.guard import ACCEPTED, BackupGuard
from leasehold.backups.places import Places
from leasehold.backups.states import State
from leasehold.kit.database import Database
from leasehold.settings.service import get_setting
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase
from tests.licensing.vendor import issue_license
from tests.panel.conftest import ClientAs, make_panel

_SETTINGS = "/administration/settings"
_PROTECTED = {"backup_heartbeats": "structure", "was-backup_heartbeats": "all", "confirmed": "yes"}


@pytest.fixture
def panel(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Flask]:
    """The panel with the guard that it has outside of tests."""
    yield from make_panel(tmp_path, fresh_database.url, guard=BackupGuard)


@pytest.fixture
def administrator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    places.make()
    return places


@pytest.fixture
def no_backup(places: Places) -> None:
    """No backup can be made: the catalogue is not what was written."""
    places.catalog.write_text("{}\n")


def value(database: Database, name: str) -> object:
    with database.connect(application="test") as connection:
        return get_setting(connection, name)


def test_a_verified_backup_is_made_before_a_protected_setting_changes(
    administrator: FlaskClient, database: Database, places: Places
) -> None:
    assert administrator.post(_SETTINGS, data=_PROTECTED).status_code == 303
    assert value(database, "backup_heartbeats") == "structure"
    (backup,) = Catalog(places).backups()
    assert backup.state.reaches(State.VERIFIED)
    assert backup.facts["reason"] == "before setting backup_heartbeats"
    assert str(backup.facts["by"]).startswith("staff:")


def test_an_everyday_setting_needs_none(administrator: FlaskClient, no_backup: None, database: Database) -> None:
    form = {"heartbeat_interval": "20", "was-heartbeat_interval": "30", "confirmed": "yes"}
    assert administrator.post(_SETTINGS, data=form).status_code == 303
    assert value(database, "heartbeat_interval") == 20


def test_without_a_backup_nothing_is_changed_and_what_was_typed_is_kept(
    administrator: FlaskClient, no_backup: None, database: Database
) -> None:
    for typed in ("", "change it", ACCEPTED.removesuffix("p")):
        refused = administrator.post(_SETTINGS, data=_PROTECTED | {"without_backup": typed})
        assert refused.status_code == 409
        assert "catalog rebuild" in refused.text
        assert '<textarea name="backup_heartbeats" hidden>\nstructure</textarea>' in refused.text
        assert f'value="{typed}"' in refused.text
    assert value(database, "backup_heartbeats") == "all"


def test_who_types_the_sentence_goes_on_and_that_is_audited(
    administrator: FlaskClient, no_backup: None, database: Database, fresh_database: FreshDatabase
) -> None:
    form = _PROTECTED | {"without_backup": f" {ACCEPTED.upper()}. "}
    assert administrator.post(_SETTINGS, data=form).status_code == 303
    assert value(database, "backup_heartbeats") == "structure"
    with fresh_database.owner.connect(application="test") as owner:
        rows = owner.execute("SELECT actor LIKE 'staff:%', row_id FROM audit_log WHERE action = 'without_backup'")
        assert rows.fetchall() == [(True, "setting backup_heartbeats")]


def test_a_default_given_back_is_a_change_too(administrator: FlaskClient, no_backup: None) -> None:
    confirmed = {"confirmed": "yes"}
    assert administrator.post(f"{_SETTINGS}/backup_ssh_key/reset", data=confirmed).status_code == 409
    assert administrator.post(f"{_SETTINGS}/heartbeat_interval/reset", data=confirmed).status_code == 303


def test_many_are_changed_only_after_a_backup(administrator: FlaskClient, no_backup: None, database: Database) -> None:
    keys = [issue_license(database), issue_license(database)]
    asked = administrator.post("/licenses/bulk", data={"act": "delete", "chosen": keys}).text
    selection = asked.split('name="selection" value="')[1].split('"')[0]
    refused = administrator.post("/licenses/bulk", data={"act": "delete", "selection": selection})
    assert refused.status_code == 409
    assert selection in refused.text
    assert all(key in administrator.get("/licenses").text for key in keys)
    form = {"act": "delete", "selection": selection, "without_backup": ACCEPTED}
    assert administrator.post("/licenses/bulk", data=form).status_code == 200
    assert not any(key in administrator.get("/licenses").text for key in keys)


def test_a_new_recovery_key_too(administrator: FlaskClient, no_backup: None) -> None:
    assert administrator.post("/backups/recovery-kit/renew", data={"confirmed": "yes"}).status_code == 409
