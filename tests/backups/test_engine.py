import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leasehold.backups.engine import create, finish
from leasehold.backups.errors import BackupError, BackupRunning, ExitStatus
from leasehold.backups.keys import load_keys
from leasehold.backups.lock import only_one
from leasehold.backups.manifest import read_manifest
from leasehold.backups.record import read_record
from leasehold.backups.states import State
from leasehold.kit.database import Role
from leasehold.kit.secrets_file import read_or_create_secrets
from tests.backups.installation import Installation

ONE_MORE = "INSERT INTO institutions (name) VALUES ('Acme GmbH')"


@pytest.fixture
def archive(installation: Installation, tmp_path: Path) -> Path:
    """The address of an archive that nobody has made yet."""
    path = tmp_path / "archive.git"
    installation.set("backup_archive", str(path))
    return path


def test_without_an_archive_it_is_here_and_verified_and_says_what_is_missing(installation: Installation) -> None:
    outcome = installation.back_up()
    assert (outcome.state, outcome.status) == (State.LOCAL, 0)
    assert [("backup_archive" in one, "recovery-kit" in one) for one in outcome.warnings] == [
        (True, False),
        (False, True),
    ]
    backup = installation.newest()
    assert backup.name == outcome.name
    manifest = read_manifest(installation.places.manifest(outcome.name).read_bytes())
    assert {"contents.json", "configuration.json", "data/secrets.json"} <= {file.path for file in manifest.files}
    assert sum(table.rows for table in manifest.database.tables) == backup.facts["rows"]
    assert list((installation.places.root / "work").iterdir()) == []


def test_with_an_archive_it_is_proved_to_be_there(installation: Installation, archive: Path) -> None:
    outcome = installation.back_up()
    assert (outcome.state, outcome.status) == (State.PROVED, 0)
    with installation.database.as_role(Role.PANEL).connect(application="test") as connection:
        record = read_record(connection)
    assert (record.archived, record.verified, record.proved) == (True, outcome.name, outcome.name)


def test_the_second_one_stores_what_is_new(installation: Installation, archive: Path) -> None:
    installation.back_up()
    first = installation.newest()
    installation.run(ONE_MORE)
    installation.back_up()
    second = installation.newest()
    assert 0 < second.facts["stored_bytes"] < first.facts["stored_bytes"]


def test_the_next_second_is_taken_where_a_name_is_taken(installation: Installation) -> None:
    names = {installation.back_up().name for _ in range(2)}
    assert len(names) == 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("state", [state for state in State if state is not State.PLANNED])
def test_one_that_was_killed_goes_on_where_it_stopped(
    installation: Installation, archive: Path, state: State, when: str
) -> None:
    killed = subprocess.run(
        [sys.executable, "-m", "tests.backups.killed", state, when],
        env={**os.environ, **installation.environment},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    name = installation.newest().name
    finish(installation.configuration, say=lambda _: None)
    backup = installation.newest()
    assert backup.name == name
    if (state, when) == (State.DUMPED, "before"):  # its moment has passed
        assert "interrupted" in (backup.failure or "")
    else:
        assert (backup.state, backup.failure) == (State.PROVED, None)
    assert list((installation.places.root / "work").iterdir()) == []


def test_two_at_once_are_refused(installation: Installation) -> None:
    with only_one(installation.places, "A backup"), pytest.raises(BackupRunning) as refused:
        installation.back_up()
    assert refused.value.status is ExitStatus.LOCKED
    assert installation.catalog.backups() == []


def test_an_archive_that_is_gone_leaves_it_here_and_gets_it_later(installation: Installation, archive: Path) -> None:
    installation.back_up()
    away = archive.rename(archive.with_name("away"))
    outcome = installation.back_up()
    assert (outcome.state, outcome.status) == (State.LOCAL, ExitStatus.ARCHIVE_REFUSED)
    assert str(archive) in outcome.warnings[0]
    away.rename(archive)
    (finished,) = finish(installation.configuration, say=lambda _: None)
    assert (finished.name, finished.state, finished.status) == (outcome.name, State.PROVED, 0)


def test_a_failure_is_in_the_catalogue_and_leaves_nothing_behind(installation: Installation, tmp_path: Path) -> None:
    installation.run(
        f"INSERT INTO settings (name, value) VALUES ('backup_paths', to_jsonb('{tmp_path / 'nowhere'}'::text))"
    )
    with pytest.raises(BackupError, match="nowhere"):
        installation.back_up()
    assert "nowhere" in (installation.newest().failure or "")
    assert list((installation.places.root / "work").iterdir()) == []


def test_a_database_without_a_schema_is_nothing_to_back_up(installation: Installation) -> None:
    with installation.database.superuser() as connection:
        connection.execute("DROP TABLE alembic_version")
    with pytest.raises(BackupError, match="no tables"):
        create(installation.configuration, reason="a test", by="cli:test", say=lambda _: None)


def test_a_lost_repository_costs_no_backup(installation: Installation) -> None:
    installation.back_up()
    shutil.rmtree(installation.places.repository)
    assert installation.back_up().state is State.LOCAL


def test_nothing_that_is_secret_can_be_read_in_the_archive_or_in_the_catalogue(
    installation: Installation, archive: Path
) -> None:
    secrets = read_or_create_secrets(installation.configuration.data_dir)
    installation.run("INSERT INTO institutions (name) VALUES ('Zaphod Beeblebrox GmbH')")
    installation.back_up()
    objects = subprocess.run(
        ["git", "--git-dir", str(archive), "cat-file", "--batch", "--batch-all-objects"],
        capture_output=True,
        check=True,
    ).stdout
    known = installation.places.catalog.read_bytes()
    assert b"RECOVERY.md" in objects
    identity = load_keys(installation.configuration.data_dir).identities[0]
    for secret in ("Beeblebrox", secrets["second_factor_key"], secrets["panel_secret_key"], identity):
        assert secret.encode() not in objects
        assert secret.encode() not in known
