"""The panel on a database of one's own, as somebody with a role sees it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from leasehold.backups.places import Places
from leasehold.backups.runs import list_runs
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role as DatabaseRole
from leasehold.kit.database import database_for
from leasehold.kit.guard import Guard, Unguarded
from leasehold.kit.orm import engine_of
from leasehold.panel.app import create_app
from leasehold.panel.context import GuardMaker, Person, become
from leasehold.staff import passwords
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until

_ADD_MEMBER = "INSERT INTO staff_members (email, name, role) VALUES (%s, 'Testa Prüferin', %s) RETURNING id"

ClientAs = Callable[[Role | None], FlaskClient]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed for real, only with less work; how much work it is is tested in tests/staff."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    passwords._nobodys_hash.cache_clear()


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SSH keys are made below it, not in the home of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))


def _unguarded(_configuration: Configuration, *, by: Actor, accepted: str) -> Guard:
    """For pages that are about something else than the backup before what they change."""
    return Unguarded()


class _Compiled(BytecodeCache):
    """Templates are compiled once in a process, not once in each panel of it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_compiled = _Compiled()


def make_panel(data_dir: Path, url: str, *, guard: GuardMaker = _unguarded) -> Iterator[Flask]:
    configuration = load_configuration(database_url=url, data_dir=data_dir)
    database = database_for(configuration, DatabaseRole.PANEL)
    app = create_app(configuration, database, guard=guard)
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_env.bytecode_cache = _compiled
    yield app
    wait_for_runs(Places(data_dir))
    engine_of(database).dispose()


def wait_for_runs(places: Places) -> None:
    """Return when nothing goes on that was started in the panel."""
    wait_until(lambda: not any(run.goes_on for run in list_runs(places, most=1)), "what was started has ended")


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
