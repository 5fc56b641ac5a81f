"""A backup of an older schema, on somebody else's PostgreSQL (another major version where the system has one)."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from psycopg.conninfo import make_conninfo

from leasehold.backups.errors import BackupError
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import engine_of
from leasehold.migrations.runner import _config
from leasehold.migrations.state import wanted_schema
from tests.backups.restore.installation import Restorable
from tests.embedded.system_postgresql import running_system_postgresql


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Restorable]:
    """At schema 0003, whose owner may make no databases."""
    with running_system_postgresql() as url:
        owner = Database(url, Role.OWNER)
        with engine_of(owner).begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "0003")
        configuration = load_configuration(database_url=url, data_dir=tmp_path / "data")
        configuration.data_dir.mkdir()
        yield Restorable(configuration)
        engine_of(owner).dispose()


def test_the_owner_is_told_what_is_missing_and_then_the_schema_is_brought_up_to_date(elsewhere: Restorable) -> None:
    elsewhere.change("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
    name = elsewhere.back_up()
    elsewhere.change("UPDATE products SET name = 'Spoilt'")
    with pytest.raises(BackupError, match="ALTER ROLE vendor CREATEDB"):
        elsewhere.restore(name)
    assert elsewhere.read("SELECT name FROM products") == [("Spoilt",)]

    _let_it_make_databases(elsewhere)
    outcome = elsewhere.restore(name)

    assert (outcome.migrated_from, outcome.schema) == (3, wanted_schema())
    assert elsewhere.read("SELECT name FROM products") == [("Studio",)]
    assert elsewhere.value("SELECT max(version_num) FROM alembic_version") == f"{wanted_schema():04}"
    assert elsewhere.databases() == ["licensing", outcome.previous]
    assert elsewhere.verify().whole


def _let_it_make_databases(elsewhere: Restorable) -> None:
    superuser = make_conninfo(elsewhere.configuration.database_url or "", user="postgres", dbname="postgres")
    with psycopg.connect(superuser) as connection:
        connection.execute("ALTER ROLE vendor CREATEDB")
