"""The panel on a database of one's own, as somebody with a role sees it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from leasehold.kit.actor import Actor
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Role as DatabaseRole
from leasehold.kit.database import database_for
from leasehold.kit.orm import engine_of
from leasehold.panel.app import create_app
from leasehold.panel.context import Person, become
from leasehold.staff import passwords
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase

_ADD_MEMBER = "INSERT INTO staff_members (email, name, role) VALUES (%s, 'Testa Prüferin', %s) RETURNING id"

ClientAs = Callable[[Role | None], FlaskClient]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed for real, only with less work; how much work it is is tested in tests/staff."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    passwords._nobodys_hash.cache_clear()


def make_panel(data_dir: Path, url: str) -> Iterator[Flask]:
    configuration = load_configuration(database_url=url, data_dir=data_dir)
    database = database_for(configuration, DatabaseRole.PANEL)
    app = create_app(configuration, database)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    engine_of(database).dispose()


def make_person(fresh: FreshDatabase, role: Role) -> Person:
    """A member of the staff, as a page sees them."""
    email = f"{role.value}@leasehold.test"
    with fresh.owner.connect(application="test") as connection:
        Actor("test").sign(connection)
        (id_,) = connection.execute(_ADD_MEMBER, (email, role.value)).fetchone() or (0,)
    return Person(int(str(id_)), "Testa Prüferin", email, role, 0, confirmed=True)


@pytest.fixture
def panel(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Flask]:
    """The panel; forged forms are tested where they are, everything else sends forms without a token."""
    yield from make_panel(tmp_path, fresh_database.url)


@pytest.fixture
def client(panel: Flask) -> FlaskClient:
    """Somebody who has not signed in."""
    return panel.test_client()


@pytest.fixture
def client_as(panel: Flask, fresh_database: FreshDatabase) -> ClientAs:
    """Somebody with a role, signed in by the test and not by a password; None has not signed in.

    One for each test: who it is holds for the application.
    """

    def signed_in(role: Role | None) -> FlaskClient:
        someone = None if role is None else make_person(fresh_database, role)

        def pretend() -> None:
            become(someone)

        panel.before_request_funcs.setdefault(None, []).insert(0, pretend)
        return panel.test_client()

    return signed_in
