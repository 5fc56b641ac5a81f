"""A backup of an older schema, on somebody else's PostgreSQL (another major version where the system has one)."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from psycopg.conninfo import make_conninfo

from leasehold.backups.errors import BackupError
from leasehold.backups.manifest import Manifest
from leasehold.backups.restore.restoring import restore
from leasehold.backups.restore.sources import fetch_backup
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import engine_of
from leasehold.migrations.runner import _config
from leasehold.migrations.state import wanted_schema
from tests.backups.restore.installation import Restorable
from tests.conftest import FreshDatabase
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
        configuration = load_configuration(database_url=url, data_dir=tmp_path / "elsewhere")
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


def test_it_comes_back_on_a_server_whose_owner_has_another_name(
    elsewhere: Restorable, here: Restorable, fresh_database: FreshDatabase
) -> None:
    elsewhere.change("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
    name = elsewhere.back_up()

    def bring(_configuration: Configuration, name: str, target: Path) -> Manifest:
        return fetch_backup(elsewhere.configuration, name, target)

    with pytest.raises(BackupError, match="CREATE ROLE vendor NOLOGIN"):
        restore(here.configuration, name, actor="cli:test", say=here.said.append, source=bring)
    with fresh_database.superuser() as connection:
        connection.execute("CREATE ROLE vendor NOLOGIN")
        connection.execute("GRANT vendor TO leasehold")
    restore(here.configuration, name, actor="cli:test", say=here.said.append, source=bring)

    assert here.read("SELECT name FROM products") == [("Studio",)]
    assert here.read("SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'") == [("leasehold",)]
    here.change("CREATE TABLE of_a_later_migration (id int)")
    assert here.value("SELECT has_table_privilege('leasehold_backup', 'of_a_later_migration', 'SELECT')")


def _let_it_make_databases(elsewhere: Restorable) -> None:
    superuser = make_conninfo(elsewhere.configuration.database_url or "", user="postgres", dbname="postgres")
    with psycopg.connect(superuser) as connection:
        connection.execute("ALTER ROLE vendor CREATEDB")
