"""Whatever is done to the log, by whoever owns the database, is found, and where it was done."""

import logging
from dataclasses import replace

import pytest

from leasehold.audit.canonical import GENESIS, LEAF_COLUMNS, leaf_hash, link_hash
from leasehold.audit.checkpoints import WITNESS_NAME, read_checkpoint, read_witness, write_witness
from leasehold.audit.verification import verify_audit
from leasehold.kit.database import Connection, Role
from leasehold.kit.signing import load_key_ring
from tests.audit.log import Log

# For each column of the log, something else that it could say.
OTHER_VALUES = {
    "id": "id + 100",
    "occurred_at": "occurred_at + interval '1 microsecond'",
    "actor": "'cli:somebody'",
    "action": "'delete'",
    "table_name": "'licenses'",
    "row_id": "row_id || '0'",
    "before": """'{"name": null}'""",
    "after": """after || '{"slug": "other"}'""",
    "request_id": "NULL",
    "address": "'192.0.2.8'",
}


def rechain(connection: Connection) -> None:
    """Forge every seal anew, so that the chain fits the log as it is now."""
    rows = connection.execute(
        f"SELECT s.position, {LEAF_COLUMNS} FROM audit_seals AS s JOIN audit_log AS l ON l.id = s.audit_id "
        "ORDER BY s.position"
    ).fetchall()
    connection.execute("DELETE FROM audit_seals")
    link = GENESIS
    for position, (_, *columns) in enumerate(rows, start=1):
        leaf = leaf_hash(columns)
        link = link_hash(link, leaf)
        connection.execute("INSERT INTO audit_seals VALUES (%s, %s, %s, %s)", (position, columns[0], leaf, link))


def test_an_untouched_log_is_whole(sealed: Log) -> None:
    verdict = sealed.verify()
    assert (verdict.whole, verdict.first_broken, verdict.warning) == (True, None, None)
    assert (verdict.rows, verdict.sealed, verdict.unsealed, verdict.checkpoints) == (12, 12, 0, 3)


def test_an_empty_log_is_whole(log: Log) -> None:
    assert log.seal() == 0
    assert log.verify().whole


def test_young_rows_may_be_unsealed_and_old_ones_are_a_warning(sealed: Log) -> None:
    sealed.write("g")
    verdict = sealed.verify()
    assert (verdict.whole, verdict.unsealed, verdict.overdue, verdict.warning) == (True, 2, 0, None)
    with sealed.tampering() as superuser:
        superuser.execute("UPDATE audit_log SET occurred_at = occurred_at - interval '1 hour' WHERE id = 13")
    verdict = sealed.verify()
    assert (verdict.whole, verdict.overdue) == (True, 1)
    assert "no worker seals" in str(verdict.warning)


def test_every_column_has_a_test(sealed: Log) -> None:
    with sealed.fresh.superuser() as superuser:
        columns = superuser.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'audit_log'::regclass AND attnum > 0"
        ).fetchall()
    assert {name for (name,) in columns} == set(OTHER_VALUES)


@pytest.mark.parametrize("column", OTHER_VALUES)
def test_a_changed_column_is_found(sealed: Log, column: str) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("ALTER TABLE audit_log ALTER id DROP IDENTITY")
        superuser.execute(f"UPDATE audit_log SET {column} = {OTHER_VALUES[column]} WHERE id IN (5, 11)")
    what = "row_removed" if column == "id" else "row_changed"
    assert sealed.broken() == (what, 5, 5)


def test_a_removed_row_is_found(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_log WHERE id = 4")
    assert sealed.broken() == ("row_removed", 4, 4)


def test_a_row_removed_with_its_seal_is_found(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_log WHERE id = 4")
        superuser.execute("DELETE FROM audit_seals WHERE audit_id = 4")
    assert sealed.broken() == ("seal_removed", None, 4)
    with sealed.tampering() as superuser:
        superuser.execute("UPDATE audit_seals SET position = position + 1000")
        superuser.execute("UPDATE audit_seals SET position = position - 1000 - (position > 1004)::int")
    assert sealed.broken() == ("seal_changed", 5, 4)


def test_a_row_inserted_into_the_past_is_found_whether_it_is_sealed_or_not(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_log WHERE id = 4")
        superuser.execute("DELETE FROM audit_seals WHERE audit_id = 4")
        superuser.execute(
            "INSERT INTO audit_log (id, occurred_at, actor, action, table_name) OVERRIDING SYSTEM VALUE "
            "VALUES (0, '2020-01-01Z', 'cli:root', 'insert', 'products')"
        )
    assert sealed.broken() == ("row_inserted", 0, None)
    sealed.seal_in_quiet()
    assert sealed.broken() == ("row_inserted", 0, None)


def test_a_row_inserted_into_a_gap_is_found_even_if_somebody_seals_it(log: Log) -> None:
    log.write("a")
    with log.fresh.superuser() as superuser:
        superuser.execute("SELECT nextval('audit_log_id_seq')")
    log.write("b")
    log.seal_in_quiet()
    with log.tampering() as superuser:
        superuser.execute(
            "INSERT INTO audit_log (id, actor, action, table_name) OVERRIDING SYSTEM VALUE "
            "VALUES (3, 'cli:root', 'insert', 'products')"
        )
        superuser.execute("INSERT INTO audit_seals VALUES (5, 3, sha256(''), sha256(''))")
        rechain(superuser)
    assert log.broken() == ("row_inserted", 3, 5)


def test_rows_that_changed_places_are_found(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("ALTER TABLE audit_log ALTER id DROP IDENTITY")
        superuser.execute("UPDATE audit_log SET id = CASE id WHEN 5 THEN -7 ELSE -5 END WHERE id IN (5, 7)")
        superuser.execute("UPDATE audit_log SET id = -id WHERE id < 0")
    assert sealed.broken() == ("rows_reordered", 5, 5)


@pytest.mark.parametrize("columns", ["audit_id, leaf_hash", "audit_id, leaf_hash, chain_hash"])
def test_seals_that_changed_places_are_found(sealed: Log, columns: str) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_once")
        superuser.execute(
            f"UPDATE audit_seals AS s SET ({columns}) = (SELECT {columns} FROM audit_seals AS o "
            "WHERE o.position = 12 - s.position) WHERE s.position IN (5, 7)"
        )
    assert sealed.broken() == ("rows_reordered", 7, 5)


@pytest.mark.parametrize("column", ["leaf_hash", "chain_hash"])
def test_a_changed_seal_is_found(sealed: Log, column: str) -> None:
    with sealed.tampering() as superuser:
        superuser.execute(f"UPDATE audit_seals SET {column} = sha256('x') WHERE position = 6")
    assert sealed.broken() == ("seal_changed", 6, 6)


def test_a_seal_that_says_nothing_is_found(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("ALTER TABLE audit_seals ALTER chain_hash DROP NOT NULL, ALTER leaf_hash DROP NOT NULL")
        superuser.execute("UPDATE audit_seals SET leaf_hash = NULL, chain_hash = NULL WHERE position = 6")
    assert sealed.broken() == ("seal_changed", 6, 6)


def test_a_time_that_no_clock_shows_is_found(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("UPDATE audit_log SET occurred_at = 'infinity' WHERE id = 3")
    assert sealed.broken() == ("row_changed", 3, 3)


def test_a_chain_made_anew_is_found_by_its_checkpoints(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("UPDATE audit_log SET actor = 'cli:somebody' WHERE id = 9")
        rechain(superuser)
    assert sealed.broken(witness=False) == ("chain_rewritten", None, 7)


def test_a_truncated_tail_is_found_by_the_checkpoints(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_log WHERE id > 10")
        superuser.execute("DELETE FROM audit_seals WHERE audit_id > 10")
    assert sealed.broken(witness=False) == ("truncated", None, 11)


def test_a_tail_truncated_with_its_checkpoints_is_found_by_the_witness(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_log WHERE id > 6")
        superuser.execute("DELETE FROM audit_personal_values WHERE audit_id > 6")
        superuser.execute("DELETE FROM audit_seals WHERE audit_id > 6")
        superuser.execute("DELETE FROM audit_checkpoints WHERE number > 2")
    assert sealed.broken() == ("truncated", None, 7)
    assert sealed.verify(witness=False).whole


def test_a_database_rolled_back_as_a_whole_is_found_and_stays_found(sealed: Log) -> None:
    sealed.write("g")
    sealed.seal_in_quiet()
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_log WHERE id > 12")
        superuser.execute("DELETE FROM audit_seals WHERE position > 12")
        superuser.execute("DELETE FROM audit_checkpoints WHERE number > 3")
    assert sealed.broken() == ("truncated", None, 13)
    sealed.write("h", "i")  # life goes on, and grows beyond what was cut off
    sealed.seal_in_quiet()
    what, _, position = sealed.broken()
    assert (what, position) == ("rolled_back", 13)


def test_a_changed_checkpoint_is_found(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute(
            "UPDATE audit_checkpoints SET token = overlay(token placing 'AAAA' from 150) WHERE number = 1"
        )
    assert sealed.broken()[0] == "checkpoint_changed"


def test_a_removed_checkpoint_is_found(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_checkpoints WHERE number = 1")
    assert sealed.broken()[0] == "checkpoint_removed"
    with sealed.tampering() as superuser:
        superuser.execute("DELETE FROM audit_checkpoints")
    assert sealed.broken()[0] == "checkpoint_removed"


def test_a_checkpoint_by_another_key_is_found(sealed: Log) -> None:
    foreign = load_key_ring(sealed.data_dir / "elsewhere")
    with sealed.tampering() as superuser:
        row = superuser.execute("SELECT token FROM audit_checkpoints WHERE number = 3").fetchone()
        assert row is not None
        token = read_checkpoint(str(row[0]), sealed.keys).signed(foreign)
        superuser.execute("UPDATE audit_checkpoints SET token = %s WHERE number = 3", (token,))
    verdict = sealed.verify()
    assert verdict.first_broken is not None
    assert verdict.first_broken.what.value == "checkpoint_changed"
    assert "unknown key" in verdict.first_broken.detail


def test_a_forged_witness_is_found_and_left_alone(sealed: Log, caplog: pytest.LogCaptureFixture) -> None:
    (sealed.data_dir / WITNESS_NAME).write_text("nonsense")
    assert sealed.broken()[0] == "checkpoint_changed"
    sealed.write("g")
    with caplog.at_level(logging.ERROR):
        sealed.seal_in_quiet()
    assert read_witness(sealed.data_dir) == "nonsense"
    assert "not the one that this machine remembers" in caplog.text


def test_a_witness_of_another_log_is_found(sealed: Log) -> None:
    kept = read_witness(sealed.data_dir)
    assert kept is not None
    other = read_checkpoint(kept, sealed.keys)
    write_witness(sealed.data_dir, replace(other, origin="another").signed(sealed.keys))
    assert sealed.broken()[0] == "rolled_back"


def test_personal_values_may_be_erased_but_not_changed(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        erased = superuser.execute("DELETE FROM audit_personal_values WHERE audit_id = 2").rowcount
    assert erased == 2
    assert sealed.verify().whole
    with sealed.tampering() as superuser:
        superuser.execute("""UPDATE audit_personal_values SET value = '"Ford"' WHERE audit_id IN (6, 8)""")
    assert sealed.broken() == ("personal_value_changed", 6, None)


def test_verification_changes_nothing_and_leaves_the_connection_as_it_was(sealed: Log) -> None:
    with sealed.fresh.as_role(Role.PANEL).connect(application="test") as connection:
        assert verify_audit(connection, sealed.keys).whole
        assert connection.read_only is None
        assert connection.isolation_level is None


def test_the_database_s_own_settings_and_functions_change_nothing(sealed: Log) -> None:
    with sealed.fresh.superuser() as superuser:
        superuser.execute("CREATE FUNCTION public.length(bytea) RETURNS int LANGUAGE sql AS 'SELECT 0'")
        superuser.execute("CREATE FUNCTION public.age(xid) RETURNS int LANGUAGE sql AS 'SELECT 0'")
        for setting in (
            "search_path = public, pg_catalog",
            "timezone = 'Asia/Kolkata'",
            "datestyle = 'German'",
            "bytea_output = 'escape'",
            "extra_float_digits = -10",
        ):
            superuser.execute(f"ALTER DATABASE {sealed.fresh.name} SET {setting}")
    assert sealed.verify().whole
    sealed.write("g")
    sealed.seal_in_quiet()
    assert sealed.verify().whole


def test_a_log_that_was_copied_as_text_is_still_whole(sealed: Log) -> None:
    with sealed.tampering() as superuser:
        for table in ("audit_log", "audit_seals", "audit_checkpoints"):
            superuser.execute(f"CREATE TEMP TABLE copied AS SELECT t::text AS line FROM {table} AS t")
            superuser.execute(f"DELETE FROM {table}")
            overriding = "OVERRIDING SYSTEM VALUE" if table == "audit_log" else ""
            superuser.execute(f"INSERT INTO {table} {overriding} SELECT (line::{table}).* FROM copied")
            superuser.execute("DROP TABLE copied")
    assert sealed.verify().whole
    assert sealed.seal() == 0
