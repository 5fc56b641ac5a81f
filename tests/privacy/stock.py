"""A customer with a person who has left traces everywhere."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from leasehold.customers.contacts import ContactCard, add_contact, edit_contact
from leasehold.customers.details import Detail
from leasehold.customers.models import Contact, Customer
from leasehold.customers.service import create_customer
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import driver_connection, transaction
from leasehold.licensing.notes import add_note
from leasehold.licensing.products import create_product
from leasehold.licensing.service import LicenseTerms, create_licenses
from leasehold.privacy.digests import Digester
from leasehold.privacy.requests import add_request, months_later
from leasehold.privacy.vocabulary import RequestKind
from leasehold.settings.days import time_zone

ACTOR = Actor("cli:test")
DIGESTER = Digester("a key of tests")
REASON = "asked for it"
TRACES = ("Beeblebrox", "zaphod", "5550100", "Galaxy Street", "two heads")
"""What must be nowhere once the person is erased."""

_ADDRESS = """
INSERT INTO addresses (contact_id, kind, street, postcode, city, country)
VALUES (%s, 'postal', 'Galaxy Street 42', '12345', 'Beeblebrox Town', 'DE')
"""
_ACTIVITY = """
INSERT INTO activities (institution_id, contact_id, kind, subject, done_at, done_by, outcome, made_by)
VALUES (%s, %s, 'call', 'Call Zaphod Beeblebrox', clock_timestamp(), 'cli:test', 'He has two heads', 'cli:test')
"""
_NOTE = "INSERT INTO institution_notes (institution_id) VALUES (%s) RETURNING id"
_VERSION = "INSERT INTO institution_note_versions (note_id, number, body, made_by) VALUES (%s, %s, %s, 'cli:test')"
_KEPT = "INSERT INTO kept_people (contact_id, kept_until, reason) VALUES (%s, current_date + 1000, %s)"
_MAIL = """
WITH mail AS (
    INSERT INTO reminder_mails (message_id, kind, contact_id, recipient, language, state)
    VALUES ('<1@vendor.test>', 'license_expiry', %(contact)s, 'zaphod@example.org', 'de', 'cancelled') RETURNING id)
INSERT INTO reminder_ledger (rule_id, license_id, about, mail_id, state)
SELECT r.id, l.id, '2027-01-01 00:00+00', mail.id, 'withdrawn'
  FROM mail, reminder_rules AS r, licenses AS l WHERE r.days_before = 14 AND l.license_key = %(license_key)s
"""


@dataclass(frozen=True)
class Traces:
    contact_id: int
    institution_id: int
    customer_id: int
    license_key: str


def leave_traces(database: Database, *, last_name: str = "Beeblebrox") -> Traces:
    """A person with details, former ones, an address, an activity, notes of all kinds, a request; and one license."""
    with transaction(database, ACTOR) as session:
        customer = create_customer(session, "Heart of Gold GmbH")
        person = add_contact(session, customer.institution_id, _card("old.zaphod@example.org", last_name))
        edit_contact(session, customer.institution_id, person.id, _card("Zaphod@Example.org", last_name))
        return _leave_more(session, customer, person, last_name)


def tell_by_mail(database: Database, left: Traces) -> None:
    """A mail that was to tell them of their license, and was withdrawn."""
    with transaction(database, ACTOR) as session:
        values = {"contact": left.contact_id, "license_key": left.license_key}
        driver_connection(session).execute(_MAIL, values)


def _card(email: str, last_name: str) -> ContactCard:
    details = (Detail(DetailKind.EMAIL, email), Detail(DetailKind.PHONE, "030 5550100"))
    return ContactCard(last_name, "Zaphod", role=f"President {last_name}", is_primary=True, details=details)


def _leave_more(session: Session, customer: Customer, person: Contact, last_name: str) -> Traces:
    product = create_product(session, "studio")
    (key,) = create_licenses(session, LicenseTerms(3, 2), customer=customer, product=product, count=1)
    add_note(session, key, f"{last_name}, Zaphod called from 030 5550100.", actor=ACTOR)
    session.flush()
    connection = driver_connection(session)
    connection.execute(_ADDRESS, (person.id,))
    connection.execute(_ACTIVITY, (customer.institution_id, person.id))
    (note,) = connection.execute(_NOTE, (customer.institution_id,)).fetchone() or (0,)
    for number, body in enumerate((f"Zaphod  {last_name} wants more.", "ZAPHOD@EXAMPLE.ORG wants less."), start=1):
        connection.execute(_VERSION, (note, number, body))
    connection.execute(_KEPT, (person.id, f"{last_name} may buy again"))
    today = months_later(session.get_one(Contact, person.id).created_at.astimezone(time_zone(session)).date(), 0)
    add_request(
        session, RequestKind.ERASURE, received_on=today, today=today, contact_id=person.id, subject="Mr Beeblebrox"
    )
    return Traces(person.id, customer.institution_id, customer.id, key)
