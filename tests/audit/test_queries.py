"""Reading the log: every filter, every page, one object's life, personal values only for those who may."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from leasehold.audit.queries import (
    AuditFilter,
    list_audit_rows,
    list_life,
    personal_values,
    show_audit_row,
)
from leasehold.kit.actor import Actor
from leasehold.kit.database import Role
from leasehold.kit.orm import engine_of, transaction
from tests.audit.log import Log

READER = Actor("staff:1")


@pytest.fixture
def session(log: Log) -> Iterator[Session]:
    """The panel's, on a log of four rows: two products, each followed by a contact."""
    log.write("a", "b")
    database = log.fresh.as_role(Role.PANEL)
    with transaction(database, READER) as opened:
        yield opened
    engine_of(database).dispose()


def _ids(session: Session, wanted: AuditFilter) -> list[int]:
    return [row.id for row in list_audit_rows(session, wanted)]


def test_each_filter_lets_through_what_it_says(session: Session) -> None:
    second = list_audit_rows(session, AuditFilter())[2]
    assert _ids(session, AuditFilter()) == [4, 3, 2, 1]
    assert _ids(session, AuditFilter(table_name="products")) == [3, 1]
    assert _ids(session, AuditFilter(table_name="products", row_id="2")) == [3]
    assert _ids(session, AuditFilter(actor="cli:test", action="insert")) == [4, 3, 2, 1]
    assert _ids(session, AuditFilter(actor="cli:nobody")) == []
    assert _ids(session, AuditFilter(action="delete")) == []
    assert _ids(session, AuditFilter(request_id=second.request_id)) == [2, 1]
    assert _ids(session, AuditFilter(address=ip_address("192.0.2.7"))) == [4, 3, 2, 1]
    assert _ids(session, AuditFilter(address=ip_address("192.0.2.8"))) == []
    assert _ids(session, AuditFilter(since=second.occurred_at)) == [4, 3, 2]
    assert _ids(session, AuditFilter(until=second.occurred_at)) == [1]
    assert _ids(session, AuditFilter(since=second.occurred_at + timedelta(days=1))) == []


def test_pages_follow_each_other(session: Session) -> None:
    first = list_audit_rows(session, AuditFilter(), limit=3)
    place = (first[-1].occurred_at, first[-1].id)
    rest = list_audit_rows(session, AuditFilter(), older_than=place, limit=3)
    assert [[row.id for row in page] for page in (first, rest)] == [[4, 3, 2], [1]]


def test_one_object_s_life_begins_at_its_beginning(log: Log, session: Session) -> None:
    with log.fresh.owner.connect(application="test") as connection:
        READER.sign(connection)
        connection.execute("UPDATE products SET name = 'new' WHERE slug = 'a'")
    assert [row.action for row in list_life(session, "products", "1")] == ["insert", "update"]
    assert [row.id for row in list_life(session, "products", "1", after_id=1)] == [5]


def test_personal_values_are_for_those_who_may_see_them(session: Session) -> None:
    plain = show_audit_row(session, 2, with_personal=False)
    full = show_audit_row(session, 2, with_personal=True)
    assert plain is not None
    assert full is not None
    assert plain.after is not None
    assert plain.after["last_name"].startswith("sha256:")
    assert plain.hidden == {"first_name", "last_name"}
    assert full.after is not None
    assert (full.after["first_name"], full.after["last_name"]) == ("Zaphod", "a")
    assert full.hidden == frozenset()
    assert (full.older, full.newer, full.position) == (1, 3, None)
    assert show_audit_row(session, 99, with_personal=True) is None


def test_an_erased_value_stays_hidden(log: Log, session: Session) -> None:
    log.seal()
    with log.tampering() as superuser:
        superuser.execute("DELETE FROM audit_personal_values WHERE audit_id = 2 AND column_name = 'last_name'")
    detail = show_audit_row(session, 2, with_personal=True)
    assert detail is not None
    assert (detail.hidden, detail.position) == (frozenset({"last_name"}), 2)
    assert personal_values(session, [2, 4])[2] == {("after", "first_name"): "Zaphod"}


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("true", "audit_log_occurred_at"),
        ("actor = 'a'", "audit_log_actor"),
        ("action = 'a'", "audit_log_action"),
        ("table_name = 'a'", "audit_log_table"),
        ("request_id = 'a'", "audit_log_request"),
        ("address = '192.0.2.7'", "audit_log_address"),
    ],
)
def test_each_filter_has_its_index(session: Session, condition: str, index: str) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_sort = off"))
    query = (
        f"EXPLAIN SELECT * FROM audit_log WHERE {condition} AND occurred_at >= '2026-01-01Z' "
        "AND (occurred_at, id) < ('2027-01-01Z', 5) ORDER BY occurred_at DESC, id DESC LIMIT 100"
    )
    plan = "\n".join(line for (line,) in session.execute(text(query)))
    assert f"Index Scan Backward using {index} " in plan, plan
