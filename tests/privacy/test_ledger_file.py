"""Who was erased stands beside the database as well, without their data."""

from pathlib import Path

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.privacy.erasing import erase
from leasehold.privacy.ledger_file import read_ledger_file, write_ledger_file
from tests.privacy.stock import ACTOR, DIGESTER, REASON, leave_traces


def test_the_file_has_what_the_ledger_has_once_and_for_the_owner_alone(database: Database, tmp_path: Path) -> None:
    left = leave_traces(database)
    with database.connect(application="test") as connection:
        assert (write_ledger_file(connection, tmp_path), read_ledger_file(tmp_path)) == (0, [])
        with transaction(database, ACTOR) as session:
            entry = erase(session, left.contact_id, REASON, digester=DIGESTER).entry
        assert [write_ledger_file(connection, tmp_path) for _ in range(2)] == [1, 0]
    (path,) = (tmp_path / "backups").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    (read,) = read_ledger_file(tmp_path)
    assert (read.contact_id, read.contact_created_at, read.erased_at) == (
        left.contact_id,
        entry.contact_created_at,
        entry.erased_at,
    )
    assert [*read.digests] == [*entry.digests]
    assert "zaphod" not in path.read_text().lower()


def test_a_line_that_was_cut_short_is_written_again(database: Database, tmp_path: Path) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        erase(session, left.contact_id, REASON, digester=DIGESTER)
    with database.connect(application="test") as connection:
        write_ledger_file(connection, tmp_path)
        path = tmp_path / "backups" / "erasures.jsonl"
        path.write_bytes(path.read_bytes()[:40])
        assert read_ledger_file(tmp_path) == []
        assert write_ledger_file(connection, tmp_path) == 1
    assert [entry.contact_id for entry in read_ledger_file(tmp_path)] == [left.contact_id]
