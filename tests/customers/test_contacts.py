"""People in institutions, while others write them down at the same moment."""

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from leasehold.customers.contacts import ContactCard, add_contact, affiliate, list_contacts
from leasehold.customers.errors import ContactInvalid
from leasehold.customers.institutions import InstitutionCard, add_institution
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from tests.embedded.installation import wait_until

ACTOR = Actor("cli:test")
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def _while_another_does_the_same(database: Database, do: Callable[[Session], object]) -> list[Exception]:
    """Do it in a transaction, and in another one that waits for the first; answers what that one has raised."""
    raised: list[Exception] = []

    def do_it_too() -> None:
        try:
            with transaction(database, ACTOR) as session:
                do(session)
        except Exception as error:
            raised.append(error)

    other = threading.Thread(target=do_it_too)
    with transaction(database, ACTOR) as session:
        do(session)
        session.flush()
        other.start()
        with database.connect(application="test", autocommit=True) as connection:
            wait_until(lambda: connection.execute(_WAITING).fetchone() == (1,), "the other one waits")
    other.join(timeout=20)
    return raised


def test_of_two_primary_contacts_at_once_the_later_one_is_it(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        institution = add_institution(session, InstitutionCard("Acme")).id
    card = ContactCard("Lovelace", is_primary=True)
    assert _while_another_does_the_same(database, lambda session: add_contact(session, institution, card)) == []
    with transaction(database, ACTOR) as session:
        assert [line.affiliation.is_primary for line in list_contacts(session, institution)] == [True, False]


def test_who_is_put_into_an_institution_twice_at_once_is_there_once(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        first, second = (add_institution(session, InstitutionCard(name)).id for name in ("Acme", "Other"))
        person = add_contact(session, first, ContactCard("Lovelace")).id
    raised = _while_another_does_the_same(database, lambda session: affiliate(session, second, person))
    assert [type(error) for error in raised] == [ContactInvalid]
    with transaction(database, ACTOR) as session:
        assert len(list_contacts(session, second)) == 1
