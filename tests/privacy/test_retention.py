"""Rules propose who has not been dealt with for so long; only who is proposed is erased by them."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from leasehold.kit.database import Connection, Database
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction
from leasehold.privacy.errors import KeepInvalid, MonthsInvalid, NotProposed, PersonErased
from leasehold.privacy.keeping import keep
from leasehold.privacy.people import read_person
from leasehold.privacy.restricting import restrict
from leasehold.privacy.retention import approve, list_proposals, list_rules, set_rule
from leasehold.privacy.vocabulary import PersonState, RetentionKind
from leasehold.settings.days import today_of
from tests.privacy.stock import ACTOR, DIGESTER

LEADS, FORMER = RetentionKind.LEAD_CONTACTS, RetentionKind.FORMER_CUSTOMER_CONTACTS
_INSTITUTION = (
    "INSERT INTO institutions (name, updated_at) VALUES (%s, now() - make_interval(months => %s)) RETURNING id"
)
_PERSON = """
INSERT INTO contacts (last_name, updated_at) VALUES (%s, now() - make_interval(months => %s)) RETURNING id
"""
_PLACE = "INSERT INTO affiliations (contact_id, institution_id) VALUES (%s, %s)"
_CUSTOMER = """
INSERT INTO customers (institution_id, since) VALUES (%s, now() - make_interval(months => %s)) RETURNING id
"""
_LICENSE = """
WITH l AS (
    INSERT INTO licenses (license_key, customer_id, product_id, device_limit, concurrent_sessions_limit)
    SELECT %s, %s, id, 1, 1 FROM products RETURNING id
) INSERT INTO license_terms (license_id, period, kind)
SELECT id, tstzrange(now() - interval '10 years', now() - make_interval(months => %s)), 'initial' FROM l
"""


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.connect(application="test") as opened:
        ACTOR.sign(opened)
        opened.execute("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
        yield opened


def _id(connection: Connection, statement: str, *parameters: object) -> int:
    row = connection.execute(statement, parameters).fetchone()
    assert row is not None
    return int(str(row[0]))


def _lead(connection: Connection, name: str, months: int) -> tuple[int, int]:
    institution, person = _id(connection, _INSTITUTION, name, months), _id(connection, _PERSON, name, months)
    connection.execute(_PLACE, (person, institution))
    return person, institution


def test_who_is_kept_is_proposed_again_once_the_day_is_over(database: Database, connection: Connection) -> None:
    old, _ = _lead(connection, "Old", 30)
    connection.commit()
    with transaction(database, ACTOR) as session:
        set_rule(session, LEADS, 24)
        today = today_of(session)
        for problem, day in (("over", today - timedelta(days=1)), ("too_far", date(today.year + 51, 1, 1))):
            with pytest.raises(KeepInvalid) as refused:
                keep(session, old, day, "a lawsuit", today=today)
            assert refused.value.context["problem"] == problem
        with pytest.raises(DomainError, match="reason is empty"):
            keep(session, old, today, " ", today=today)
        keep(session, old, today + timedelta(days=5), "a lawsuit", today=today)
        assert list_proposals(session) == []
        with pytest.raises(NotProposed):
            approve(session, [old], digester=DIGESTER)
        assert keep(session, old, today, "until tonight", today=today).reason == "until tonight"
        assert list_proposals(session) == [], "the day itself is kept, too"
        keep(session, old, today - timedelta(days=1), "over", today=today - timedelta(days=1))
        assert [one.contact_id for one in list_proposals(session)] == [old]
        approve(session, [old], digester=DIGESTER)
        with pytest.raises(PersonErased):
            keep(session, old, today, "too late", today=today)


def test_leads_without_any_dealings_are_proposed(database: Database, connection: Connection) -> None:
    (old, _), (young, _), (called, at), (asked, _), (hidden, _) = (
        _lead(connection, name, months)
        for name, months in (("Old", 30), ("Young", 3), ("Called", 30), ("Asked", 30), ("Hidden", 30))
    )
    connection.execute(
        "INSERT INTO activities (institution_id, kind, subject, done_at, done_by, made_by) "
        "VALUES (%s, 'call', 'Call', now(), 'cli:test', 'cli:test')",
        (at,),
    )
    connection.execute(
        "INSERT INTO privacy_requests (kind, contact_id, received_on, due_on) "
        "VALUES ('access', %s, current_date, current_date + 30)",
        (asked,),
    )
    nowhere = _id(connection, _PERSON, "Nowhere", 40)
    connection.commit()
    with transaction(database, ACTOR) as session:
        restrict(session, hidden, "disputed")
        assert list_proposals(session) == []
        set_rule(session, LEADS, 24)
        assert [one.contact_id for one in list_proposals(session)] == [nowhere, old]
        assert [one.contact_id for one in list_proposals(session, ids=[old, young])] == [old]
        with pytest.raises(NotProposed):
            approve(session, [old, called], digester=DIGESTER)
        assert read_person(session, old).state is PersonState.IN_USE
        approve(session, [old], digester=DIGESTER)
        assert [one.contact_id for one in list_proposals(session)] == [nowhere]
        assert read_person(session, old).state is PersonState.ERASED
    rows = connection.execute("SELECT reason FROM erasure_ledger").fetchall()
    assert rows == [("the rule lead_contacts: 24 months",)]


def test_contacts_of_customers_are_proposed_once_no_license_is_left(database: Database, connection: Connection) -> None:
    people = {}
    for number, (name, ended) in enumerate({"Former": 30, "Present": -12, "Recent": 3}.items()):
        people[name], institution = _lead(connection, name, 100)
        customer = _id(connection, _CUSTOMER, institution, 100)
        connection.execute(_LICENSE, (f"KEY{number}", customer, ended))
    without, institution = _lead(connection, "Without", 100)
    connection.execute(_CUSTOMER, (institution, 90))
    connection.commit()
    with transaction(database, ACTOR) as session:
        set_rule(session, LEADS, 1)
        assert list_proposals(session) == [], "they are no leads"
        set_rule(session, FORMER, 24)
        assert [one.contact_id for one in list_proposals(session)] == [without, people["Former"]]


def test_a_rule_waits_for_a_number_of_months(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        assert list_rules(session) == {LEADS: None, FORMER: None}
        for months in (0, -1, 601):
            with pytest.raises(MonthsInvalid):
                set_rule(session, LEADS, months)
        set_rule(session, LEADS, 1)
        set_rule(session, LEADS, None)
        assert list_rules(session) == {LEADS: None, FORMER: None}
