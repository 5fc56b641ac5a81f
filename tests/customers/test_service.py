import threading

import pytest

from leasehold.customers.errors import CustomerAmbiguous, CustomerNotFound
from leasehold.customers.service import (
    create_customer,
    find_customer,
    find_or_create_customer,
    list_customers,
)
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction

ACTOR = Actor("cli:test")


def test_a_customer_comes_with_its_institution_and_is_found_by_name_and_id(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = create_customer(session, "  Käse   & Söhne\u00a0KG ", language="en")
        assert made.institution.name == "Käse & Söhne KG"
        for text in ("käse & söhne kg", "KÄSE  & Söhne KG", str(made.id)):
            assert find_customer(session, text).id == made.id
        assert [customer.institution.language for customer in list_customers(session)] == ["en"]


def test_two_of_one_name_are_told_apart_by_id(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        ids = [create_customer(session, "Acme").id for _ in range(2)]
        with pytest.raises(CustomerAmbiguous) as refused:
            find_customer(session, "acme")
        assert refused.value.context["ids"] == ids
        with pytest.raises(CustomerAmbiguous):
            find_or_create_customer(session, "acme")
        assert find_customer(session, str(ids[1])).id == ids[1]


def test_a_name_of_digits_is_an_id_first(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        named = create_customer(session, "2")
        assert find_customer(session, "2").id == named.id == 1
        second = create_customer(session, "Acme")
        assert find_customer(session, "2").id == second.id == 2


@pytest.mark.parametrize("name", ["nobody", "", "99", "9" * 50, "%"])
def test_nobody_is_said_plainly(database: Database, name: str) -> None:
    with transaction(database, ACTOR) as session:
        create_customer(session, "Acme")
        with pytest.raises(CustomerNotFound):
            find_customer(session, name)


def test_an_unknown_name_makes_a_customer_and_an_unknown_id_does_not(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = find_or_create_customer(session, "Acme GmbH")
        assert find_or_create_customer(session, " acme  gmbh").id == made.id
        with pytest.raises(CustomerNotFound):
            find_or_create_customer(session, "99")


def test_many_at_once_make_one(database: Database) -> None:
    begun = threading.Barrier(4, timeout=10)
    ids: list[int] = []

    def find_or_create() -> None:
        begun.wait()
        with transaction(database, ACTOR) as session:
            ids.append(find_or_create_customer(session, "Acme GmbH").id)

    threads = [threading.Thread(target=find_or_create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(ids) == 4
    assert len(set(ids)) == 1


@pytest.mark.parametrize("name", ["", " \t", "a\nb", "a\x00b", "\ud800", "x" * 201, "a\x7f", "a\u0085"])
def test_names_that_cannot_be_are_refused(database: Database, name: str) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(DomainError) as refused:
        create_customer(session, name)
    assert refused.value.code == "text_invalid"


def test_pages_follow_each_other(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = [create_customer(session, f"Customer {number}").id for number in range(5)]
        first = [customer.id for customer in list_customers(session, limit=3)]
        second = [customer.id for customer in list_customers(session, after_id=first[-1], limit=3)]
    assert first + second == made
