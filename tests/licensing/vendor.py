"""A vendor's first rows, written in SQL: tests of the engine need licenses, not the services that make them."""

import itertools
from datetime import datetime

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database
from leasehold.licensing.license_key import new_license_key

ACTOR = Actor("test:vendor")
_numbers = itertools.count(1)


def fingerprint(number: int) -> str:
    """The fingerprint of the n-th device."""
    return f"fingerprint-{number:06}"


def issue_license(
    database: Database,
    *,
    devices: int = 3,
    sessions: int = 2,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> str:
    """A license of product `studio`; returns its key."""
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        customer = _customer(connection)
        connection.execute("INSERT INTO products (slug, name) VALUES ('studio', 'Studio') ON CONFLICT DO NOTHING")
        key = new_license_key()
        row = connection.execute(
            "INSERT INTO licenses (license_key, customer_id, product_id, device_limit, concurrent_sessions_limit)"
            " SELECT %s, %s, id, %s, %s FROM products WHERE slug = 'studio' RETURNING id",
            (key, customer, devices, sessions),
        ).fetchone()
        assert row is not None
        connection.execute(
            "INSERT INTO license_terms (license_id, period, kind)"
            " VALUES (%s, tstzrange(coalesce(%s::timestamptz, clock_timestamp()), %s::timestamptz), 'initial')",
            (row[0], valid_from, valid_until),
        )
    return key


def _customer(connection: Connection) -> object:
    row = connection.execute(
        "WITH i AS (INSERT INTO institutions (name) VALUES (%s) RETURNING id)"
        " INSERT INTO customers (institution_id) SELECT id FROM i RETURNING id",
        (f"Acme {next(_numbers)} GmbH",),
    ).fetchone()
    assert row is not None
    return row[0]


def scalar(connection: Connection, statement: str, *parameters: object) -> object:
    """The one value that a statement answers."""
    row = connection.execute(statement, parameters).fetchone()
    assert row is not None
    return row[0]
