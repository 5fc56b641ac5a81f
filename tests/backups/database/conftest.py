"""A database with something in it, dumped once for all tests of a module that ask what can be done with a dump."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import Programs, programs_for, server_major
from leasehold.backups.manifest import DatabaseFacts
from leasehold.kit.database import Role
from tests.conftest import FreshDatabase, cloned_database
from tests.licensing.vendor import issue_license

CLOSED = "license_heartbeats_2020_01"


@dataclass(frozen=True)
class Dumped:
    """A dump, which a test may spoil, and what was in it."""

    path: Path
    facts: DatabaseFacts

    def rows_of(self, table: str) -> Path:
        """The file with the rows of a table."""
        return self.path.parent / next(entry.file for entry in self.facts.tables if entry.name == table)


@pytest.fixture(scope="module")
def vendor() -> Iterator[FreshDatabase]:
    with cloned_database() as fresh:
        fill(fresh)
        yield fresh


def fill(fresh: FreshDatabase) -> None:
    for _ in range(3):
        issue_license(fresh.owner)
    with fresh.owner.connect(application="test") as owner:
        owner.execute(f"CREATE TABLE {CLOSED} (LIKE license_heartbeats INCLUDING DEFAULTS)")
        owner.execute(
            f"ALTER TABLE license_heartbeats ATTACH PARTITION {CLOSED}"
            " FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z')"
        )
        owner.execute("INSERT INTO license_heartbeats SELECT 1, n, '2020-01-15Z' FROM generate_series(1, 1000) AS n")


@pytest.fixture(scope="module")
def programs(vendor: FreshDatabase) -> Programs:
    with vendor.owner.connect(application="test") as connection:
        return programs_for(server_major(connection))


@pytest.fixture(scope="module")
def original(vendor: FreshDatabase, programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Dumped:
    path = tmp_path_factory.mktemp("original") / "database"
    return Dumped(path, dump(vendor.as_role(Role.BACKUP), path, programs=programs))


@pytest.fixture
def dumped(original: Dumped, tmp_path: Path) -> Dumped:
    shutil.copytree(original.path, tmp_path / "database")
    return Dumped(tmp_path / "database", original.facts)
