"""An installation whose owner may make databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.orm import engine_of
from tests.backups.restore.installation import Restorable
from tests.conftest import FreshDatabase

_LIKE = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s"


@pytest.fixture
def here(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Restorable]:
    configuration = load_configuration(database_url=fresh_database.url, data_dir=tmp_path / "data")
    configuration.data_dir.mkdir()
    yield Restorable(configuration)
    engine_of(database_for(configuration, Role.OWNER)).dispose()
    with fresh_database.superuser() as connection:
        name = fresh_database.name
        for (other,) in connection.execute(_LIKE, (name, name)).fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(other))))
