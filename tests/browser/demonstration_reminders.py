"""Reminders for the demonstration: one that was sent, one that was given up, and some that are due."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.models import Customer
from leasehold.customers.vocabulary import DetailKind, Language
from leasehold.kit.orm import driver_connection
from leasehold.reminders import post
from leasehold.reminders.planning import plan_mails
from leasehold.reminders.recipients import Vendor
from leasehold.reminders.subject import look_at

_VENDOR = Vendor(Language.EN, "vendor@leasehold.test")


def make_reminders(session: Session, customer: Customer) -> None:
    """`customer` has a contact, licenses that end soon, and an address that refuses mails; pools run low."""
    card = ContactCard("Söhne", "Eva", details=(Detail(DetailKind.EMAIL, "eva@leasehold.test"),), is_primary=True)
    add_contact(session, customer.institution_id, card)
    connection = driver_connection(session)
    look = look_at(session, _VENDOR)
    for planned in plan_mails(look).mails:
        post.write_mail(connection, planned, domain="leasehold.test", moment=look.moment)
    last = 0
    while (mail := post.next_mail(connection, datetime.now(UTC), after=last)) is not None:
        post.begin(connection, mail.id, look.moment)
        if mail.recipient == _VENDOR.recipient:
            post.note_sent(connection, mail)
        else:
            post.note_given_up(connection, mail, "550 5.1.1 no such user")
        last = mail.id
