"""One form makes one batch, however often and however fast it is sent; its keys go to one caller."""

import threading
from uuid import UUID, uuid4

import pytest

from leasehold.customers.service import find_or_create_customer
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.batches import (
    BatchDiffers,
    BatchNotFound,
    KeysTaken,
    create_batch,
    find_batch,
    rows_of_batch,
    take_keys,
)
from leasehold.licensing.errors import LicenseInvalid, TestLicenseOpen
from leasehold.licensing.products import find_or_create_product
from leasehold.licensing.service import LicenseTerms
from leasehold.licensing.vocabulary import LicenseType

ACTOR = Actor("cli:test")
TERMS = LicenseTerms(3, 2)


def send(database: Database, key: UUID, terms: LicenseTerms = TERMS, *, count: int = 3) -> list[str]:
    with transaction(database, ACTOR) as session:
        customer, product = find_or_create_customer(session, "Acme"), find_or_create_product(session, "studio")
        batch = create_batch(session, key, terms, customer=customer, product=product, count=count, actor=ACTOR)
        return [row.license_key for row in rows_of_batch(session, batch)]


def in_threads(*calls: object) -> None:
    threads = [threading.Thread(target=call) for call in calls]  # type: ignore[arg-type]  # the tests' own
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_form_sent_by_several_at_once_makes_one_batch(database: Database) -> None:
    key, made = uuid4(), []
    in_threads(*[lambda: made.append(send(database, key))] * 6)
    assert len(made) == 6
    assert len(made[0]) == 3
    assert all(keys == made[0] for keys in made)
    assert send(database, uuid4()) != made[0]


def test_a_form_that_asks_for_something_else_is_refused(database: Database) -> None:
    key = uuid4()
    send(database, key)
    for terms, count in ((LicenseTerms(3, 3), 3), (LicenseTerms(3, 2, features={"a": 1}), 3), (TERMS, 4)):
        with pytest.raises(BatchDiffers):
            send(database, key, terms, count=count)


def test_what_is_refused_leaves_the_key_free(database: Database) -> None:
    key = uuid4()
    with pytest.raises(TestLicenseOpen):
        send(database, key, LicenseTerms(1, 1, LicenseType.TEST), count=2)
    for count in (0, 1001):
        with pytest.raises(LicenseInvalid):
            send(database, key, count=count)
    assert len(send(database, key)) == 3


def test_of_several_at_once_one_takes_the_keys(database: Database) -> None:
    key, outcomes = uuid4(), []
    send(database, key)

    def take() -> None:
        try:
            with transaction(database, ACTOR) as session:
                take_keys(session, key, actor=ACTOR)
            outcomes.append("taken")
        except KeysTaken:
            outcomes.append("refused")

    in_threads(*[take] * 4)
    assert sorted(outcomes) == ["refused"] * 3 + ["taken"]
    with transaction(database, ACTOR) as session:
        assert find_batch(session, key).keys_taken_by == "cli:test"
        with pytest.raises(BatchNotFound):
            take_keys(session, uuid4(), actor=ACTOR)
