"""Whoever is erased has left no trace in the database, what was sold is there, and the audit log is whole."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from leasehold.audit.sealing import Pace, seal_audit
from leasehold.audit.verification import verify_audit
from leasehold.customers.contacts import ContactCard, add_contact, affiliate, list_contacts, remove_contact
from leasehold.customers.details import Detail
from leasehold.customers.search import search_contacts, search_contacts_by_email
from leasehold.customers.service import create_customer
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.database import Connection, Database, Role
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction
from leasehold.kit.signing import load_key_ring
from leasehold.leads.notes import add_note, read_note
from leasehold.privacy.digests import Digester, ErasedPeople
from leasehold.privacy.erasing import ERASED, erase, preview_erasure
from leasehold.privacy.errors import PersonNotFound, PersonRestricted, PersonWasErased
from leasehold.privacy.exporting import export_person
from leasehold.privacy.people import list_people, read_person
from leasehold.privacy.restricting import restrict, unrestrict
from leasehold.privacy.vocabulary import PersonState
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until
from tests.privacy.stock import ACTOR, DIGESTER, REASON, TRACES, leave_traces, tell_by_mail

_TABLES = """
SELECT c.oid::regclass::text FROM pg_class AS c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""

_WAITING = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO contact_details%'
"""

_WAITING_FOR_A_PERSON = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%contacts%'
"""


def dumped(connection: Connection) -> str:
    """Everything that the database holds, as text."""
    tables = [str(table) for (table,) in connection.execute(_TABLES)]
    rows = [connection.execute(f"SELECT t::text FROM {table} AS t").fetchall() for table in tables]
    return json.dumps(rows, default=str, ensure_ascii=False)


def traces_in(database: Database) -> list[str]:
    with database.connect(application="test") as connection:
        text = dumped(connection).lower()
    return [trace for trace in TRACES if trace.lower() in text]


def test_nothing_is_left_of_an_erased_person_but_what_was_sold(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    owner, panel = fresh_database.owner, fresh_database.as_role(Role.PANEL)
    left = leave_traces(owner)
    assert traces_in(owner) == list(TRACES)
    _seal(fresh_database, tmp_path)
    with transaction(panel, ACTOR) as session:
        preview = preview_erasure(session, left.contact_id)
        assert preview.rows == {
            "contacts": 1, "affiliations": 1, "contact_details": 2, "addresses": 1, "activities": 1,
            "privacy_requests": 1, "kept_people": 1, "reminder_mails": 0,
        }  # fmt: skip
        assert {mention.table for mention in preview.texts} == {
            "institution_note_versions", "license_notes", "activities",
        }  # fmt: skip
        assert preview.doubtful == []
        done = erase(session, left.contact_id, REASON, digester=DIGESTER)
        assert done.rows == preview.rows
        assert done.texts == 3
        assert read_person(session, left.contact_id).state is PersonState.ERASED
        assert list_contacts(session, left.institution_id) == []

    assert traces_in(owner) == []
    with owner.connect(application="test") as connection:
        assert connection.execute("SELECT license_key, deleted_at IS NULL FROM licenses").fetchall() == [
            (left.license_key, True)
        ]
        bodies = connection.execute("SELECT body FROM institution_note_versions ORDER BY number").fetchall()
        assert bodies == [(f"{ERASED} wants more.",), (f"{ERASED} wants less.",)]
        assert connection.execute("SELECT kind, contact_id FROM privacy_requests").fetchall() == [
            ("erasure", left.contact_id)
        ]
        assert connection.execute("SELECT reason, erased_by FROM erasure_ledger").fetchall() == [(REASON, ACTOR.name)]
    _seal(fresh_database, tmp_path)
    with panel.connect(application="test") as connection:
        verification = verify_audit(connection, load_key_ring(tmp_path), witness=None)
    assert verification.whole, verification


def test_erasing_again_changes_nothing(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        first = erase(session, left.contact_id, REASON, digester=DIGESTER)
    with database.connect(application="test") as connection:
        before = dumped(connection)
    with transaction(database, ACTOR) as session:
        again = erase(session, left.contact_id, "once more", digester=DIGESTER)
    with database.connect(application="test") as connection:
        assert dumped(connection) == before
    assert again.entry.digests == first.entry.digests
    assert (set(again.rows.values()), again.texts, again.audit_values) == ({0}, 0, 0)


def test_somebody_who_was_removed_is_erased_from_the_log(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.execute("DELETE FROM activities")
        connection.execute("DELETE FROM addresses")
        connection.execute("DELETE FROM privacy_requests")
        remove_contact(session, left.institution_id, left.contact_id)
    with transaction(database, ACTOR) as session:
        done = erase(session, left.contact_id, REASON, digester=DIGESTER)
        assert done.audit_values > 0
        assert len(done.entry.digests) == 3
        with pytest.raises(PersonNotFound):
            erase(session, 999, REASON, digester=DIGESTER)
    with database.connect(application="test") as connection:
        values = connection.execute("SELECT value::text FROM audit_personal_values").fetchall()
    assert [value for (value,) in values if "example.org" in str(value) and "wants" not in str(value)] == []


def test_a_last_name_alone_is_told_and_goes_when_asked_for(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        body = "Herr Beeblebrox, nicht Beeblebroxen."
        connection.execute(
            "INSERT INTO institution_note_versions (note_id, number, body, made_by) "
            "SELECT id, 3, %s, 'cli:test' FROM institution_notes",
            (body,),
        )
        assert [mention.text for mention in preview_erasure(session, left.contact_id).doubtful] == [body]
        erase(session, left.contact_id, REASON, digester=DIGESTER, by_last_name=True)
        row = connection.execute("SELECT body FROM institution_note_versions WHERE number = 3").fetchone()
        assert row == (f"Herr {ERASED}, nicht Beeblebroxen.",)


@pytest.mark.parametrize(
    ("text", "left_over"),
    [
        ("Tel. +49 (0)30 / 555-0100, abends", "Tel. [erased], abends"),
        ("0049 30 5550100", "[erased]"),
        ("0305550100!", "[erased]!"),
        ("0305550100123 and 1305550100", "0305550100123 and 1305550100"),
        ("zaphod beeblebrox's, Old.Zaphod@Example.org.", "[erased]'s, [erased]."),
        ("Zaphod Beeblebroxen, reception", "Zaphod Beeblebroxen, reception"),
    ],
)
def test_names_and_numbers_are_found_however_they_are_written(database: Database, text: str, left_over: str) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        detail = "INSERT INTO contact_details (contact_id, kind, value) VALUES (%s, 'other', 'reception')"
        connection.execute(detail, (left.contact_id,))
        note = connection.execute(
            "INSERT INTO institution_note_versions (note_id, number, body, made_by) "
            "SELECT id, 3, %s, 'cli:test' FROM institution_notes RETURNING note_id",
            (text,),
        ).fetchone()
        erase(session, left.contact_id, REASON, digester=DIGESTER)
        row = connection.execute(
            "SELECT body FROM institution_note_versions WHERE note_id = %s AND number = 3", note
        ).fetchone()
        assert row == (left_over,)


def test_what_is_written_down_during_an_erasure_is_refused(database: Database) -> None:
    left = leave_traces(database)
    refused: list[str | None] = []

    def write_down() -> None:
        with database.connect(application="test") as connection:
            ACTOR.sign(connection)
            try:
                connection.execute(
                    "INSERT INTO contact_details (contact_id, kind, value) VALUES (%s, 'email', 'new@example.org')",
                    (left.contact_id,),
                )
            except psycopg.errors.CheckViolation as error:
                refused.append(error.diag.constraint_name)

    writer = threading.Thread(target=write_down)
    with transaction(database, ACTOR) as session:
        erase(session, left.contact_id, REASON, digester=DIGESTER)
        writer.start()
        with database.connect(application="test", autocommit=True) as connection:
            wait_until(lambda: connection.execute(_WAITING).fetchone() == (1,), "somebody waits for the erasure")
    writer.join(timeout=20)
    assert refused == ["contacts_erased_gets_nothing"]


def test_notes_are_changed_by_nobody_else(database: Database) -> None:
    leave_traces(database)
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        for table in ("institution_note_versions", "license_notes", "resource_notes"):
            if connection.execute(f"SELECT 1 FROM {table}").fetchone() is None:
                continue
            with pytest.raises(psycopg.Error) as refused, connection.transaction():
                connection.execute(f"UPDATE {table} SET body = 'x'")
            assert refused.value.sqlstate == "LH001"
        with pytest.raises(psycopg.Error) as refused, connection.transaction():
            connection.execute("SELECT erase_traces(1, '{}', 'x', '{}', '{}')")
        assert refused.value.sqlstate == "LH001", "who is not erased keeps their traces"


def test_nothing_is_written_down_about_an_erased_person(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        erase(session, left.contact_id, REASON, digester=DIGESTER)
    inserts = (
        "INSERT INTO affiliations (contact_id, institution_id) VALUES (%s, 1)",
        "INSERT INTO contact_details (contact_id, kind, value) VALUES (%s, 'email', 'a@example.org')",
        "INSERT INTO addresses (contact_id, kind, city, country) VALUES (%s, 'postal', 'Ulm', 'DE')",
        "UPDATE contacts SET first_name = 'Zaphod' WHERE id = %s",
    )
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        for statement in inserts:
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                connection.execute(statement, (left.contact_id,))


@pytest.mark.parametrize(
    "way", ["zaphod@example.org", " ZAPHOD@EXAMPLE.ORG", "+49 30 5550100", "030/555 01 00", "old.zaphod@example.org"]
)
def test_an_erased_person_is_known_when_they_come_again(database: Database, way: str) -> None:
    left = leave_traces(database)
    kind = DetailKind.EMAIL if "@" in way else DetailKind.PHONE
    card = ContactCard("Beeblebrox", "Zaphod", details=(Detail(kind, way.strip()),))
    with transaction(database, ACTOR) as session:
        erase(session, left.contact_id, REASON, digester=DIGESTER)
        with pytest.raises(PersonWasErased) as refused:
            add_contact(session, left.institution_id, card, erased=ErasedPeople(DIGESTER))
        assert "agreed to it anew" in refused.value.detail
        assert add_contact(session, left.institution_id, card).id != left.contact_id, "they may agree anew"


def test_an_import_finds_the_erased_among_many(database: Database) -> None:
    left = leave_traces(database)
    rows = [f"somebody{number}@example.org" for number in range(2500)]
    with transaction(database, ACTOR) as session:
        erase(session, left.contact_id, REASON, digester=DIGESTER)
        known = ErasedPeople(DIGESTER).among(session, [*rows, "Zaphod@example.org", "030 5550100", "www.example.org"])
        assert set(known) == {"Zaphod@example.org", "030 5550100"}
        assert ErasedPeople(Digester("another key")).among(session, ["zaphod@example.org"]) == {}


@pytest.mark.parametrize(
    ("kind", "way", "again"),
    [
        (DetailKind.EMAIL, "Zaphod@Müller.example", "zaphod@xn--mller-kva.example"),
        (DetailKind.PHONE, "030 5550100 ext. 42", "+49 30 555 01 00 x42"),
        (DetailKind.MOBILE, "+49 (0) 171 5550100", "0171 5550100"),
    ],
)
def test_what_is_the_same_way_is_known_however_it_is_written(
    database: Database, kind: DetailKind, way: str, again: str
) -> None:
    with transaction(database, ACTOR) as session:
        institution = create_customer(session, "Heart of Gold GmbH").institution_id
        person = add_contact(session, institution, ContactCard("Prefect", details=(Detail(kind, way),)))
        erase(session, person.id, REASON, digester=DIGESTER)
        assert set(ErasedPeople(DIGESTER).among(session, [again])) == {again}


def test_what_is_noted_where_somebody_was_before_goes_too(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        other = create_customer(session, "Milliways Ltd").institution_id
        affiliate(session, other, left.contact_id)
        note = add_note(session, other, "Zaphod Beeblebrox always pays late", actor=ACTOR)
        remove_contact(session, other, left.contact_id)
        assert note.version.body in [one.text for one in preview_erasure(session, left.contact_id).texts]
        erase(session, left.contact_id, REASON, digester=DIGESTER)
        assert read_note(session, note.note.id).version.body == f"{ERASED} always pays late"


def test_somebody_whose_name_is_what_stands_for_erased_people_is_erased(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        institution = create_customer(session, "Heart of Gold GmbH").institution_id
        person = add_contact(session, institution, ContactCard(ERASED))
        erase(session, person.id, REASON, digester=DIGESTER)
        assert read_person(session, person.id).state is PersonState.ERASED


def test_an_export_says_which_texts_may_be_about_somebody_else(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        add_note(session, left.institution_id, "Herr Beeblebrox senior", actor=ACTOR)
        mentions = export_person(session, left.contact_id)["mentions"]
        assert [one["text"] for one in mentions if one["last_name_alone"]] == ["Herr Beeblebrox senior"]
        assert len(mentions) > 1


def test_who_is_restricted_while_they_are_erased_is_erased(database: Database) -> None:
    left = leave_traces(database)
    refused: list[str] = []

    def restrict_meanwhile() -> None:
        try:
            with transaction(database, ACTOR) as session:
                restrict(session, left.contact_id, "accuracy is disputed")
        except DomainError as error:
            refused.append(error.code)

    other = threading.Thread(target=restrict_meanwhile)
    with transaction(database, ACTOR) as session:
        erase(session, left.contact_id, REASON, digester=DIGESTER)
        other.start()
        with database.connect(application="test", autocommit=True) as connection:
            wait_until(lambda: connection.execute(_WAITING_FOR_A_PERSON).fetchone() == (1,), "somebody waits")
    other.join(timeout=20)
    assert refused == ["person_erased"]


def test_a_restricted_person_is_kept_and_hidden(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        assert search_contacts(session, "Beeblebrox", limit=5)
        restrict(session, left.contact_id, "accuracy is disputed")
        assert list_contacts(session, left.institution_id) == []
        assert search_contacts(session, "Beeblebrox", limit=5) == []
        assert search_contacts_by_email(session, "zaphod@", limit=5) == []
        assert [one.state for one in list_people(session, part="beeble")] == [PersonState.RESTRICTED]
        with pytest.raises(PersonRestricted):
            erase(session, left.contact_id, REASON, digester=DIGESTER)
        unrestrict(session, left.contact_id)
        assert len(list_contacts(session, left.institution_id)) == 1
        with pytest.raises(DomainError) as refused:
            unrestrict(session, left.contact_id)
        assert refused.value.code == "person_not_restricted"
        restrict(session, left.contact_id, "again")
        erase(session, left.contact_id, REASON, digester=DIGESTER, even_if_restricted=True)
        assert read_person(session, left.contact_id).state is PersonState.ERASED


def test_an_export_has_everything_and_is_audited(fresh_database: FreshDatabase) -> None:
    left = leave_traces(fresh_database.owner)
    tell_by_mail(fresh_database.owner, left)
    with transaction(fresh_database.as_role(Role.PANEL), ACTOR) as session:
        found = export_person(session, left.contact_id)
    ((told, withdrawn),) = [(one["license_key"], one["state"]) for one in found["reminders"]]
    assert (told, withdrawn, found["erasures"]) == (left.license_key, "withdrawn", [])
    text = json.dumps(found)
    assert [trace for trace in (*TRACES, "old.zaphod") if trace not in text] == []
    assert found["institutions"][0]["name"] == "Heart of Gold GmbH"
    assert found["data"]["contact_details"]["purpose"]
    assert {one["table"] for one in found["mentions"]} >= {"license_notes", "institution_note_versions"}
    with fresh_database.owner.connect(application="test") as connection:
        rows = connection.execute("SELECT row_id FROM audit_log WHERE action = 'export'").fetchall()
    assert rows == [(str(left.contact_id),)]
    with transaction(fresh_database.owner, ACTOR) as session:
        erase(session, left.contact_id, REASON, digester=DIGESTER)
        (erasure,) = export_person(session, left.contact_id)["erasures"]
    assert (erasure["erased_by"], erasure["reason"]) == ("cli:test", REASON)


def _seal(fresh: FreshDatabase, data_dir: Path) -> None:
    with fresh.as_role(Role.WORKER).connect(application="test") as connection:
        seal_audit(connection, load_key_ring(data_dir), data_dir, pace=Pace(timedelta(0), timedelta(0)))
