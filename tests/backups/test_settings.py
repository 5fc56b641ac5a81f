from datetime import time
from pathlib import Path

import pytest

from leasehold.backups.settings import default_backup_settings, read_backup_settings
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.kit.git_address import GitAddress
from leasehold.kit.orm import driver_connection, transaction
from leasehold.settings.service import set_settings
from tests.conftest import FreshDatabase


def test_what_an_operator_has_decided(database: Database) -> None:
    texts = {"backup_archive": "/srv/archive.git", "backup_time": "4:30", "backup_paths": "/etc/nginx:/etc/tls"}
    with transaction(database, Actor("cli:test")) as session:
        set_settings(driver_connection(session), texts)
        found = read_backup_settings(driver_connection(session))
    assert (found.archive, found.time) == (GitAddress("/srv/archive.git"), time(4, 30))
    assert found.paths == (Path("/etc/nginx"), Path("/etc/tls"))


def test_the_defaults_hold_where_there_are_no_settings(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    with fresh_database.superuser() as connection:
        connection.execute("DROP TABLE settings CASCADE")
        assert read_backup_settings(connection) == default_backup_settings()
    assert default_backup_settings().ssh_key == Path("/home/somebody/.ssh/github_backup")


def test_the_role_that_makes_backups_may_read_them(fresh_database: FreshDatabase) -> None:
    with fresh_database.as_role(Role.BACKUP).connect(application="test") as connection:
        assert read_backup_settings(connection) == default_backup_settings()
