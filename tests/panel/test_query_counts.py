"""How many statements the panel's pages need: few, and as many for many rows as for few. New pages are covered."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from leasehold.api_keys.service import create_api_key
from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.models import Customer
from leasehold.customers.service import create_customer
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import Activate, EndSession, Heartbeat, StartSession
from leasehold.licensing.notes import add_note
from leasehold.licensing.products import create_product, find_product
from leasehold.licensing.service import LicenseTerms, create_licenses
from leasehold.licensing.vocabulary import DeviceType
from leasehold.resources.adding import add_resources
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.pools import PoolCard, create_pool
from leasehold.resources.releasing import release
from leasehold.resources.vocabulary import ResourceKind
from leasehold.staff.roles import Role
from tests.browser.demonstration import ACTOR, Demonstration, make_demonstration, obey
from tests.browser.demonstration_backups import make_backups
from tests.browser.demonstration_leads import make_more_leads
from tests.browser.places import paths_of
from tests.panel.conftest import ClientAs

# Recognizing who asks by their cookie, which these tests do not, is one more.
MOST_STATEMENTS = 12 - 1
NO_QUERIES = (";", "SELECT set_config(")


@contextmanager
def counted_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collects every query that this process sends, with or without the ORM.

    The pool's ping and the naming of the actor are none: they look at no table.
    """
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        if not str(query).strip().startswith(NO_QUERIES):
            seen.append(str(query))
        return execute(cursor, query, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", counting)
        yield seen


def test_every_page_needs_few_statements_however_much_there_is(
    panel: Flask, client_as: ClientAs, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = client_as(Role.ADMINISTRATOR)
    shown = make_demonstration(database)
    make_backups(tmp_path, days=3)
    paths = paths_of(panel, shown)
    assert len(paths) > 25

    def count(path: str) -> int:
        """The fewest of some requests: what is known for some seconds is asked again now and then."""
        counts = []
        for _ in range(3):
            with counted_statements(monkeypatch) as seen:
                assert client.get(path).status_code < 400, path
            counts.append(len(seen))
        return min(counts)

    few = {endpoint: count(path) for endpoint, path in paths.items()}
    assert {endpoint: number for endpoint, number in few.items() if number > MOST_STATEMENTS} == {}
    assert sum(few.values()) > len(few), "nothing was counted"
    _make_more(database, shown)
    make_backups(tmp_path, days=30)
    many = {endpoint: count(path) for endpoint, path in paths.items()}
    assert {endpoint: (few[endpoint], many[endpoint]) for endpoint in few if many[endpoint] > few[endpoint]} == {}


def _make_more(database: Database, shown: Demonstration) -> None:
    """More of everything that pages show rows of."""
    with transaction(database, ACTOR) as session:
        customer = session.get_one(Customer, shown.customer_id)
        product = find_product(session, shown.product)
        keys = create_licenses(session, LicenseTerms(3, 2), customer=customer, product=product, count=4)
        for number in range(3):
            create_customer(session, f"Klinikum {number}")
            create_product(session, f"further-{number}", name=f"Further {number}")
            create_api_key(session, name=f"Further {number}", scopes=["license"])
            pool = create_pool(session, ResourceKind.IPV4, PoolCard(f"Further {number}", low_water=9))
            add_resources(session, pool, [f"198.51.100.{number}", f"198.51.{number}.100"])
            allocate(session, shown.license_key, Wanted(ResourceKind.IPV4, pool=pool.name, count=2))
            release(session, shown.license_key, [f"198.51.100.{number}"])
            add_note(session, shown.license_key, f"Called again, {number}.", actor=ACTOR)
            details = (Detail(DetailKind.EMAIL, f"grace{number}@leasehold.test"),)
            add_contact(session, customer.institution_id, ContactCard("Hopper", "Grace", details=details))
            make_more_leads(session, shown, number)
    for number, key in enumerate(keys):
        obey(database, Activate(key, f"fingerprint-{number:08}", "Labor", DeviceType.LAPTOP, "Debian 12", "4.2.1"))
        obey(database, StartSession(key, f"fingerprint-{number:08}", "4.2.1"))
    for _ in range(3):
        again = obey(database, StartSession(shown.license_key, f"fp-{shown.license_key[:5].lower()}-{1:010}", "4.2.1"))
        assert again.session is not None
        obey(database, Heartbeat(again.session.session_token))
        obey(database, EndSession(again.session.session_token))
