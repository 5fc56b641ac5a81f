"""Institutions and customers by a part of their name."""

import pytest

from leasehold.customers.institutions import InstitutionCard, add_institution
from leasehold.customers.named import customers_named, institutions_named
from leasehold.customers.service import create_customer
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction

ACTOR = Actor("cli:test")


@pytest.mark.parametrize("part", ["mueller", "MÜLLER", "ller & s", "und soehne", "mü", "sö"])
def test_customers_are_found_however_their_name_is_spelled(database: Database, part: str) -> None:
    with transaction(database, ACTOR) as session:
        customer = create_customer(session, "Müller & Söhne GmbH")
        create_customer(session, "Schmidt KG")
        assert session.scalars(customers_named(part, 10)).all() == [customer.id]
        assert session.scalars(institutions_named(part, 10)).all() == [customer.institution_id]


@pytest.mark.parametrize("part", ["ll", "e", "öhn"])
def test_a_short_part_begins_a_word_and_a_longer_one_stands_anywhere(database: Database, part: str) -> None:
    with transaction(database, ACTOR) as session:
        customer = create_customer(session, "Müller & Söhne GmbH")
        found = session.scalars(customers_named(part, 10)).all()
        assert found == ([customer.id] if len(part) == 3 else [])


def test_leads_of_the_same_name_do_not_hide_a_customer(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        for number in range(5):
            add_institution(session, InstitutionCard(f"Klinik {number}"))
        customer = create_customer(session, "Klinik am Park")
        assert session.scalars(customers_named("klinik", 3)).all() == [customer.id]
        assert len(session.scalars(institutions_named("klinik", 3)).all()) == 3
