"""How many statements pages about customers, products and licenses need: a fixed number, whatever they show."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from leasehold.kit.database import Database
from leasehold.kit.orm import engine_of
from leasehold.panel.context import installation
from leasehold.staff.roles import Role
from tests.licensing.vendor import issue_license, scalar
from tests.panel.conftest import ClientAs
from tests.panel.licenses.test_licenses import run_device

# Statements of the ORM; two more read the service's time and the time zone, and signing in has its own.
BASELINES = {"/licenses": 4, "/customers": 3, "/products": 3, "license": 8, "customer": 6, "product": 6}


@contextmanager
def statements_of(panel: Flask) -> Iterator[list[str]]:
    """Collects the statements that the panel's engine runs."""
    with panel.app_context():
        engine = engine_of(installation().database)
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    yield seen
    event.remove(engine, "before_cursor_execute", count)


@pytest.mark.parametrize("page", BASELINES)
def test_a_page_needs_as_many_statements_as_before(
    panel: Flask, client_as: ClientAs, database: Database, page: str
) -> None:
    client = client_as(Role.ADMINISTRATOR)
    key = issue_license(database)
    with database.connect(application="test") as owner:
        customer = scalar(owner, "SELECT id FROM customers")
    addresses = {"license": f"/licenses/{key}", "customer": f"/customers/{customer}", "product": "/products/studio"}
    counts = []
    for round_ in range(2):
        with statements_of(panel) as seen:
            assert client.get(addresses.get(page, page)).status_code == 200
        counts.append(len(seen))
        for number in (2 * round_ + 1, 2 * round_ + 2):
            run_device(database, key, number)
        issue_license(database)
    assert counts == [BASELINES[page]] * 2, seen
