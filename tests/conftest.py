"""One real PostgreSQL for the whole run; each test that asks gets a database of its own, cloned from a template."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from leasehold.embedded.cluster import Cluster
from leasehold.kit.database import Connection, Database, Role
from leasehold.kit.guard import Unguarded
from leasehold.kit.orm import engine_of
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.migrations.runner import migrate

TEMPLATE = "leasehold_template"
CLUSTER_VARIABLE = "LEASEHOLD_TEST_CLUSTER"
_SETTINGS = {"max_connections": "300", "shared_buffers": "128MB", "max_wal_size": "512MB"}
_MEMORY = Path("/dev/shm")  # where nobody waits for a disk: a database is cloned in a tenth of the time
_ROOM = 8 * 1024**3
_cluster = pytest.StashKey[tuple[Cluster, tempfile.TemporaryDirectory[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what tests start is compiled once, not each time
    if "TMPDIR" not in os.environ and _serves_for_files(_MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)
    directory = tempfile.TemporaryDirectory(prefix="leasehold-tests-", ignore_cleanup_errors=True)
    cluster = Cluster(Path(directory.name), settings=_SETTINGS)
    cluster.start(subprocess.DEVNULL)
    config.stash[_cluster] = (cluster, directory)
    os.environ[CLUSTER_VARIABLE] = directory.name
    with psycopg.connect(cluster.superuser_conninfo, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {Role.OWNER.value} CREATEDB")  # a restore makes one
        connection.execute(f"CREATE DATABASE {TEMPLATE} OWNER {Role.OWNER.value}")
    migrate(_database(Path(directory.name), TEMPLATE, Role.OWNER), Unguarded())


def pytest_unconfigure(config: pytest.Config) -> None:
    started = config.stash.get(_cluster, None)
    if started is not None:
        cluster, directory = started
        cluster.stop()
        directory.cleanup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow comes first, so that at the end no worker waits long for the last test of another."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _serves_for_files(directory: Path) -> bool:
    """Whether there is room for everything that tests write, and programs may be started from there."""
    if not directory.is_dir() or shutil.disk_usage(directory).free < _ROOM:
        return False
    return not os.statvfs(directory).f_flag & os.ST_NOEXEC


def _database(data_dir: Path, name: str, role: Role) -> Database:
    password = read_or_create_secrets(data_dir)[f"{role.name.lower()}_password"]
    host = Cluster(data_dir).socket_dir
    return Database(f"host={host} user={role.value} password={password} dbname={name}", role)


class FreshDatabase:
    """A migrated, empty database; `as_role` gives it through the eyes of one of the programs."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self._data_dir = data_dir
        self.name = name

    def as_role(self, role: Role) -> Database:
        return _database(self._data_dir, self.name, role)

    def superuser(self) -> Connection:
        """A connection that may do anything, kill others included."""
        return psycopg.connect(f"{Cluster(self._data_dir).superuser_conninfo} dbname={self.name}", autocommit=True)

    @property
    def owner(self) -> Database:
        return self.as_role(Role.OWNER)

    @property
    def url(self) -> str:
        """The owner's URL, as LEASEHOLD_DATABASE_URL takes it."""
        password = read_or_create_secrets(self._data_dir)["owner_password"]
        host = str(Cluster(self._data_dir).socket_dir).replace("/", "%2F")
        return f"postgresql://{Role.OWNER.value}:{password}@{host}/{self.name}"


@contextmanager
def cloned_database() -> Iterator[FreshDatabase]:
    """A database for as long as the block runs; for fixtures that live longer than a test."""
    data_dir = Path(os.environ[CLUSTER_VARIABLE])
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(Cluster(data_dir).superuser_conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {Role.OWNER.value}")
        yield FreshDatabase(data_dir, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh_database() -> Iterator[FreshDatabase]:
    with cloned_database() as fresh:
        yield fresh


@pytest.fixture
def database(fresh_database: FreshDatabase) -> Iterator[Database]:
    """The owner's view of a database of one's own."""
    owner = fresh_database.owner
    yield owner
    engine_of(owner).dispose()
