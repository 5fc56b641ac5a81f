"""Sealing is complete and without gaps, whoever writes meanwhile and however many seal."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from leasehold.audit.checkpoints import read_checkpoint, read_witness
from leasehold.audit.sealing import Pace, seal_audit
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Role
from tests.audit.log import Log

SEALED = "SELECT audit_id FROM audit_seals ORDER BY position"
PLACES = "SELECT position FROM audit_seals ORDER BY position"


def _column(log: Log, query: str) -> list[object]:
    with log.fresh.owner.connect(application="test") as connection:
        return [value for (value,) in connection.execute(query)]


def _write(connection: Connection, slug: str) -> None:
    Actor("cli:slow").sign(connection)
    connection.execute("INSERT INTO products (slug, name) VALUES (%s, 'x')", (slug,))


def test_a_slow_transaction_is_neither_waited_for_nor_lost(log: Log) -> None:
    with log.fresh.owner.connect(application="test") as slow:
        _write(slow, "slow")
        log.write("quick")
        log.seal_in_quiet()
        assert _column(log, SEALED) == [2, 3]
        assert _last_final_id(log) == 0
        slow.commit()
    log.seal_in_quiet()
    assert _column(log, SEALED) == [2, 3, 1]
    assert _column(log, PLACES) == [1, 2, 3]
    assert _last_final_id(log) == 3
    assert log.verify().whole


def test_a_transaction_that_is_rolled_back_leaves_no_gap(log: Log) -> None:
    with log.fresh.owner.connect(application="test") as failing:
        _write(failing, "never")
        log.write("a")
        log.seal()
        failing.rollback()
    log.seal_in_quiet()
    assert (_column(log, SEALED), _column(log, PLACES)) == ([2, 3], [1, 2])
    assert _last_final_id(log) == 3


def _last_final_id(log: Log) -> int:
    tokens = _column(log, "SELECT token FROM audit_checkpoints ORDER BY number")
    return read_checkpoint(str(tokens[-1]), log.keys).final_id


def test_rows_written_in_savepoints_are_sealed(log: Log) -> None:
    with log.fresh.owner.connect(application="test") as connection:
        for slug in ("a", "b", "c"):
            with connection.transaction(), connection.transaction(force_rollback=slug == "b"):
                _write(connection, slug)
    log.seal_in_quiet()
    assert _column(log, SEALED) == [1, 3]
    assert log.verify().whole


def _seal_often(log: Log) -> None:
    for _ in range(10):
        log.seal()


def test_many_sealers_and_writers_at_once_make_one_chain(log: Log) -> None:
    begun: list[Future[None]] = []
    with ThreadPoolExecutor(8) as pool:
        begun += [pool.submit(log.write, *(f"{writer}-{number}" for number in range(20))) for writer in range(3)]
        begun += [pool.submit(_seal_often, log) for _ in range(5)]
    assert [future.exception() for future in begun] == [None] * 8
    log.seal_in_quiet()
    assert _column(log, PLACES) == list(range(1, 121))
    assert sorted(map(int, map(str, _column(log, SEALED)))) == list(range(1, 121))
    assert log.verify().whole


def test_while_one_seals_another_does_nothing(log: Log) -> None:
    log.write("a")
    with log.fresh.as_role(Role.WORKER).connect(application="test") as busy:
        busy.execute("SELECT pg_advisory_xact_lock(hashtextextended('leasehold.seal_audit', 0))")
        assert log.seal() == 0
    assert log.seal() == 2


def test_more_rows_than_a_batch_are_sealed_in_one_run(log: Log) -> None:
    with log.fresh.owner.connect(application="test") as connection:
        Actor("cli:test").sign(connection)
        connection.execute("SELECT audit_event('x', 'products', n::text, NULL) FROM generate_series(1, 12000) AS n")
    assert log.seal() == 12000
    assert log.verify().whole


def test_checkpoints_keep_their_pace_and_the_witness_is_always_the_latest(log: Log) -> None:
    def seal(pace: Pace) -> int:
        with log.fresh.as_role(Role.WORKER).connect(application="test") as connection:
            return seal_audit(connection, log.keys, log.data_dir, pace=pace)

    slow, busy = Pace(timedelta(hours=1), timedelta(hours=1)), Pace(timedelta(hours=1), timedelta(0))
    numbers: list[object] = []
    for pace in (slow, slow, busy, slow):
        log.write(f"p{len(numbers)}")
        seal(pace)
        seal(pace)
        numbers.append(_column(log, "SELECT max(number) FROM audit_checkpoints")[0])
        token = read_witness(log.data_dir)
        assert token is not None
        assert read_checkpoint(token, log.keys).size == 2 * len(numbers)
    assert numbers == [1, 1, 2, 2]
    assert log.verify().whole


def test_a_forged_checkpoint_does_not_stop_the_sealing(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    log.write("a")
    log.seal_in_quiet()
    with log.tampering() as superuser:
        superuser.execute("INSERT INTO audit_checkpoints (number, token) VALUES (3, 'a.b.c')")
    log.write("b")
    with caplog.at_level(logging.ERROR):
        log.seal_in_quiet()
    assert _column(log, SEALED) == [1, 2, 3, 4]
    assert "checkpoint 3 of the audit log was not signed here" in caplog.text
    assert log.broken()[0] == "checkpoint_changed"


@pytest.mark.parametrize("table", ["audit_seals", "audit_checkpoints"])
def test_nobody_changes_what_was_sealed(log: Log, table: str) -> None:
    log.write("a")
    log.seal()
    acts = (f"UPDATE {table} SET ctid = ctid", f"DELETE FROM {table}", f"TRUNCATE {table}")
    for role in (Role.SERVER, Role.PANEL, Role.WORKER, Role.BACKUP, Role.OWNER):
        with log.fresh.as_role(role).connect(application="test", autocommit=True) as connection:
            for act in (acts[1], acts[2]):
                with pytest.raises(psycopg.Error) as raised:
                    connection.execute(act)
                assert raised.value.sqlstate in {"LH001", "42501"}
    allowed = _column(
        log,
        "SELECT string_agg(r || ' ' || p, ', ' ORDER BY r, p) FROM unnest(ARRAY['leasehold_server', 'leasehold_panel', "
        "'leasehold_worker', 'leasehold_backup']) AS r, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', "
        f"'TRUNCATE', 'TRIGGER']) AS p WHERE has_table_privilege(r, '{table}', p)",
    )
    assert allowed == [
        "leasehold_backup SELECT, leasehold_panel SELECT, leasehold_worker INSERT, leasehold_worker SELECT"
    ]


def test_a_transaction_has_its_number_before_it_takes_an_id(log: Log) -> None:
    log.write("a")  # the first of 32 ids is logged, and that alone would number its transaction
    with log.fresh.owner.connect(application="test") as connection:
        row = connection.execute(
            "INSERT INTO audit_log (actor, action, table_name) "
            "VALUES (coalesce(pg_current_xact_id_if_assigned()::text, 'none'), 'x', 'x') RETURNING actor"
        ).fetchone()
    assert row != ("none",)
