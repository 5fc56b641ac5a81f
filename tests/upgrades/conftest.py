"""Wheels of other versions, built once, and an installation to upgrade."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from leasehold.migrations.state import wanted_schema
from tests.conftest import FreshDatabase
from tests.sharing import made_once
from tests.upgrades.installation import Upgradable
from tests.upgrades.releases import Wheelhouse

EXPAND = "CREATE TABLE expanded (id bigint)"
CONTRACT = f"UPDATE runtime SET oldest_supported_schema = {wanted_schema() + 1}"
_LIKE = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s"


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Wheelhouse:
    """0.1.1: nothing new. 0.2.0: well. 0.2.1: no way back for 0.1. 0.3.x: what goes wrong."""
    return Wheelhouse(made_once(tmp_path_factory, "wheels", _fill))


def _fill(directory: Path) -> None:
    house = Wheelhouse(directory)
    house.fetch_what_it_needs(house.build("0.2.0", EXPAND))
    house.build("0.1.1")
    house.build("0.2.1", f"{EXPAND}; {CONTRACT}")
    house.build("0.3.0", EXPAND, "SELECT 1 / 0")
    house.build("0.3.1", f"{EXPAND}; {CONTRACT}", broken="server/run.py")
    house.build("0.3.2", EXPAND, broken="server/run.py")
    house.build("0.3.3", EXPAND, broken="embedded/supervisor.py")


@pytest.fixture
def installation(fresh_database: FreshDatabase, wheelhouse: Wheelhouse, tmp_path: Path) -> Iterator[Upgradable]:
    """One on a database of its own, where no program runs."""
    yield Upgradable(tmp_path / "data", fresh_database.url, wheelhouse)
    with fresh_database.superuser() as connection:
        name = fresh_database.name
        for (other,) in connection.execute(_LIKE, (name, name)).fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(other))))
