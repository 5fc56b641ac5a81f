from pathlib import Path

import pytest

from leasehold.backups.guard import ACCEPTED, BackupGuard, ChangeRefused
from leasehold.kit.actor import Actor
from tests.backups.installation import Installation

ACTOR = Actor("cli:test")


def _guard(installation: Installation, accepted: str = "") -> BackupGuard:
    return BackupGuard(installation.configuration, by=ACTOR, accepted=accepted)


def _breaks_backups(installation: Installation) -> None:
    """A file that is to be kept and is not there."""
    path = Path(installation.configuration.data_dir) / "nowhere"
    installation.run(f"INSERT INTO settings (name, value) VALUES ('backup_paths', to_jsonb('{path}'::text))")


def test_a_backup_is_made_before_the_change(installation: Installation) -> None:
    _guard(installation).before_change("an import")
    assert installation.newest().facts["reason"] == "before an import"


def test_the_newest_will_do_until_something_audited_changes(installation: Installation) -> None:
    _guard(installation).before_change("an import")
    installation.run("INSERT INTO license_heartbeats (license_id, session_id, at) VALUES (1, 1, now())")
    _guard(installation).before_change("an import")
    assert len(installation.catalog.backups()) == 1
    installation.run("INSERT INTO institutions (name) VALUES ('Acme GmbH')")
    _guard(installation).before_change("an import")
    assert len(installation.catalog.backups()) == 2


def test_without_a_backup_there_is_no_change(installation: Installation) -> None:
    _breaks_backups(installation)
    with pytest.raises(ChangeRefused, match="nowhere") as refused:
        _guard(installation).before_change("an import")
    assert ACCEPTED in refused.value.detail
    with pytest.raises(ChangeRefused):
        _guard(installation, accepted="yes").before_change("an import")


def test_who_must_go_on_says_so_and_is_audited(installation: Installation) -> None:
    _breaks_backups(installation)
    _guard(installation, accepted="Change without a backup.").before_change("an import")
    with installation.database.owner.connect(application="test") as connection:
        rows = connection.execute(
            "SELECT actor, row_id, after->>'failure' FROM audit_log WHERE action = 'without_backup'"
        ).fetchall()
    ((actor, reason, failure),) = rows
    assert (actor, reason) == (ACTOR.name, "an import")
    assert "nowhere" in str(failure)
