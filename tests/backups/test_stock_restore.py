"""A database out of an archive, by stock tools alone: `git`, `age`, `zstd` and `pg_restore`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leasehold.backups.database.comparing import compare
from leasehold.backups.database.programs import programs_for, server_major
from leasehold.backups.keys import load_keys
from leasehold.backups.manifest import read_manifest
from leasehold.kit.database import Role
from tests.backups.installation import Installation
from tests.backups.stock_tools import commands_of, follow, needs_stock_tools
from tests.licensing.vendor import issue_license


@pytest.fixture
def empty_database(installation: Installation) -> Iterator[dict[str, str]]:
    """The name of a database with nothing in it, and how its owner connects."""
    name = f"{installation.database.name}_empty"
    with installation.database.superuser() as superuser:
        superuser.execute(f"CREATE DATABASE {name} OWNER {Role.OWNER.value}".encode())
        yield {part: str(value) for part, value in conninfo_to_dict(installation.database.url).items()} | {
            "dbname": name
        }
        superuser.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@needs_stock_tools
def test_a_database_comes_back_by_what_the_archive_says(
    installation: Installation, empty_database: dict[str, str], tmp_path: Path
) -> None:
    """The second of two backups, so that differences are among what it needs."""
    archive = tmp_path / "archive.git"
    installation.set("backup_archive", str(archive))
    installation.back_up()
    issue_license(installation.database.owner)
    name = installation.back_up().name
    with installation.database.superuser() as superuser:
        programs = programs_for(server_major(superuser))
    environment = {
        "PATH": f"{programs.directory}:{os.environ['PATH']}",
        "PGHOST": empty_database["host"],
        "PGUSER": empty_database["user"],
        "PGPASSWORD": empty_database["password"],
    }
    files, database = commands_of(archive, name)
    commands = files + database.replace("--dbname leasehold", f"--dbname {empty_database['dbname']}")
    key = load_keys(installation.configuration.data_dir).recovery_secret or ""
    done = follow(commands, key, tmp_path / "away", environment)
    assert done.returncode == 0, done.stderr
    facts = read_manifest(installation.places.manifest(name).read_bytes()).database
    compare(facts, make_conninfo(**empty_database))
    assert any(table.name.endswith("licenses") and table.rows == 1 for table in facts.tables)
