"""Transfers are final, and keep to one open test license of a product."""

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from leasehold.customers.service import find_or_create_customer
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.kit.errors import DomainError, Stale
from leasehold.kit.orm import transaction
from leasehold.licensing.errors import LicenseInvalid, TestLicenseOpen
from leasehold.licensing.products import find_or_create_product
from leasehold.licensing.service import LicenseTerms, create_licenses, find_license
from leasehold.licensing.terms import extend_license
from leasehold.licensing.transfers import transfer_license, transfers_of_customer, transfers_of_license
from leasehold.licensing.vocabulary import LicenseType
from tests.conftest import FreshDatabase

ACTOR = Actor("cli:test")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def make(database: Database, customer: str, **terms: object) -> str:
    with transaction(database, ACTOR) as session:
        sold = LicenseTerms(**({"device_limit": 2, "concurrent_sessions_limit": 1} | terms))  # type: ignore[arg-type]
        whose, product = find_or_create_customer(session, customer), find_or_create_product(session, "studio")
        return create_licenses(session, sold, customer=whose, product=product)[0]


def transfer(database: Database, key: str, to: str, version: int | None = None) -> None:
    with transaction(database, ACTOR) as session:
        other = find_or_create_customer(session, to)
        transfer_license(session, key, to=other, reason="Sold", actor=ACTOR, version=version)


def test_both_customers_and_the_license_show_a_transfer(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    key = make(panel, "Acme")
    transfer(panel, key, "Beta")
    with transaction(panel, ACTOR) as session:
        row = find_license(session, key)
        (line,) = transfers_of_license(session, row.id)
        assert (line.from_customer, line.to_customer, line.transfer.made_by) == ("Acme", "Beta", "cli:test")
        for name in ("Acme", "Beta"):
            customer = find_or_create_customer(session, name)
            assert [one.transfer.id for one in transfers_of_customer(session, customer.id)] == [line.transfer.id]
    for change in ("UPDATE license_transfers SET reason = 'x'", "DELETE FROM license_transfers"):
        with fresh_database.owner.connect(application="test") as owner, pytest.raises(psycopg.Error, match="never"):
            owner.execute(change)


def test_of_two_who_transfer_at_once_one_is_stale(database: Database) -> None:
    key, outcomes = make(database, "Acme"), []
    make(database, "Beta")

    def give() -> None:
        try:
            transfer(database, key, "Beta", version=1)
            outcomes.append("done")
        except Stale:
            outcomes.append("stale")

    threads = [threading.Thread(target=give) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] + ["stale"] * 3


def test_a_customer_does_not_come_to_two_open_test_licenses(database: Database) -> None:
    test = {"type": LicenseType.TEST, "valid_until": NOW + 10 * DAY}
    first, second = make(database, "Acme", **test), make(database, "Beta", **test)
    with pytest.raises(TestLicenseOpen):
        transfer(database, first, "Beta")
    make(database, "Acme", type=LicenseType.TEST, valid_from=NOW + 20 * DAY, valid_until=NOW + 30 * DAY)
    with transaction(database, ACTOR) as session, pytest.raises(TestLicenseOpen):
        extend_license(session, first, actor=ACTOR, days=15)
    with transaction(database, ACTOR) as session:
        extend_license(session, second, actor=ACTOR, days=15)


@pytest.mark.parametrize("reason", ["", "x" * 501, "a\nb"])
def test_a_transfer_has_a_reason(database: Database, reason: str) -> None:
    key = make(database, "Acme")
    with transaction(database, ACTOR) as session:
        other = find_or_create_customer(session, "Beta")
        with pytest.raises(DomainError) as refused:
            transfer_license(session, key, to=other, reason=reason, actor=ACTOR)
    assert refused.value.code == "text_invalid"


def test_a_license_is_not_given_to_whom_it_belongs(database: Database) -> None:
    with pytest.raises(LicenseInvalid):
        transfer(database, make(database, "Acme"), "Acme")
