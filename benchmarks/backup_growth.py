"""What ten daily backups cost in the archive, beside restic whose repository is pushed by git in the same way.

A database of a million rows of all kinds is made (half of them heartbeats, as in life); every day 1 % of the rows of
each table changes, at random places. Both get the same dumps, and both archives are bare repositories that were pushed
to. restic is Debian's `restic`; without it, only ours is measured.

    python benchmarks/backup_growth.py [--rows 1000000] [--days 10]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql
from seed import Size, seed

from leasehold.backups.archive.pushing import push
from leasehold.backups.archive.remote import remote_at
from leasehold.backups.archive.volumes import Volume
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import programs_for, server_major
from leasehold.backups.git import git
from leasehold.backups.keys import load_keys
from leasehold.backups.manifest import DatabaseFacts, Manifest
from leasehold.backups.places import Places
from leasehold.backups.settings import default_backup_settings
from leasehold.backups.store.packing import pack
from leasehold.backups.store.repository import Repository
from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import DATABASE_NAME, Role, database_for
from leasehold.kit.git_address import read_address
from leasehold.kit.guard import Unguarded
from leasehold.kit.signing import load_key_ring
from leasehold.migrations.runner import migrate

MOST_BYTES = 45_000_000  # what we claim for a million rows and ten days
SIZE = Size(licenses=20_000, devices=40_000, history=250_000, sessions=15_000, customers=5_000, audit=30_000)
LARGE_TABLES = """
SELECT c.oid::regclass::text, a.attname::text, c.reltuples::bigint
  FROM pg_class AS c, LATERAL (
       SELECT attname FROM pg_attribute
        WHERE attrelid = c.oid AND atttypid = 'timestamptz'::regtype AND attnum > 0 AND NOT attisdropped
        ORDER BY attnum DESC LIMIT 1) AS a
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.reltuples >= 1000
"""
ALL_ROWS = """
SELECT sum(greatest(reltuples, 0))::bigint FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
HEARTBEATS = """
INSERT INTO license_heartbeats (license_id, session_id, at)
SELECT license_id, id, last_heartbeat_at - interval '30 s' * n
  FROM generate_series(10, 1000) AS n, license_sessions LIMIT %s
"""
CHANGE = """
UPDATE {table} SET {column} = {column} + interval '1 hour' * random()
 WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} TABLESAMPLE BERNOULLI (1)))
"""


class Ours:
    """Packed and pushed as the engine does."""

    name = "ours"

    def __init__(self, data_dir: Path, work: Path) -> None:
        self._data_dir = data_dir
        self._work = work
        self._repository = Repository(work / "ours.git")
        self._repository.make()
        self.archive = bare_archive(work / "ours-archive.git")
        self._volume = Volume(1, read_address(str(self.archive)), work / "no-key")
        Places(data_dir).make()
        self._earlier: list[Manifest] = []

    def backup(self, source: Path, facts: DatabaseFacts) -> None:
        """One more day."""
        day = len(self._earlier)
        manifest = Manifest(f"server_backup_202601{day + 1:02}_030000", "", "", facts, (), 0, day)
        packed = pack(
            source,
            manifest,
            self._earlier,
            self._repository,
            keys=load_keys(self._data_dir),
            key_ring=load_key_ring(self._data_dir),
            journal=self._work / f"{day}.journal",
            progress=lambda _what, _done, _total: None,
        )
        self._earlier.append(packed.manifest)
        commit = self._repository.commit(
            packed.tree, [], message="b", name="b", email="b@localhost", moment="2026-01-01T03:00:00Z"
        )
        pushed = push(
            self._repository.path,
            remote_at(self._volume.address, self._volume.ssh_key, Places(self._data_dir)),
            self._volume,
            name=manifest.name,
            commit=commit,
            settings=default_backup_settings(),
        )
        self._volume = replace(self._volume, last=pushed.archived)


class Restic:
    """A restic repository that is committed and pushed as it is."""

    name = "restic"

    def __init__(self, work: Path) -> None:
        self._environment = os.environ | {"RESTIC_PASSWORD": "benchmark", "RESTIC_CACHE_DIR": str(work / "cache")}
        self._repository = work / "restic"
        self.archive = bare_archive(work / "restic-archive.git")
        self._run("init", "--quiet")
        git(self._repository / ".git", "init", "--quiet")

    def backup(self, source: Path, _facts: DatabaseFacts) -> None:
        """One more day."""
        self._run("backup", "--quiet", "--compression", "max", str(source))
        place = self._repository / ".git"
        git(place, f"--work-tree={self._repository}", "add", "--all")
        git(place, "-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "--quiet", "--message=b")
        git(place, "push", "--quiet", str(self.archive), "HEAD:refs/heads/main")

    def _run(self, *arguments: str) -> None:
        subprocess.run(["restic", "--repo", self._repository, *arguments], check=True, env=self._environment)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=10)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory,
        installation(Path(directory) / "data", arguments.rows) as (configuration, superuser),
    ):
        archives: list[Ours | Restic] = [Ours(configuration.data_dir, Path(directory))]
        if shutil.which("restic"):
            archives.append(Restic(Path(directory)))
        else:
            print("restic is not installed, so there is nothing to compare with")
        compare(configuration, superuser, archives, days=arguments.days, source=Path(directory) / "source")
        if arguments.rows == 1_000_000 and arguments.days <= 10 and size_of(archives[0].archive) > MOST_BYTES:
            sys.exit(f"more than the {MOST_BYTES / 1e6:.0f} MB that we claim")


@contextmanager
def installation(data_dir: Path, rows: int) -> Iterator[tuple[Configuration, psycopg.Connection]]:
    """An embedded PostgreSQL with so many rows, and a superuser's connection to change them by."""
    cluster = Cluster(data_dir)
    cluster.start(subprocess.DEVNULL)
    try:
        configuration = load_configuration(data_dir=data_dir, database_url=None)
        owner = database_for(configuration, Role.OWNER)
        migrate(owner, Unguarded())
        seed(owner, Size(*(count * rows // 1_000_000 for count in vars(SIZE).values())))
        with psycopg.connect(cluster.superuser_conninfo, dbname=DATABASE_NAME, autocommit=True) as superuser:
            superuser.execute(HEARTBEATS, (max(0, rows - counted(superuser)),))
            superuser.execute("SET session_replication_role = replica")  # no triggers: the change alone is measured
            superuser.execute("VACUUM ANALYZE")
            yield configuration, superuser
    finally:
        cluster.stop()


def compare(
    configuration: Configuration,
    superuser: psycopg.Connection,
    archives: list[Ours | Restic],
    *,
    days: int,
    source: Path,
) -> None:
    programs = programs_for(server_major(superuser))
    before = {archive.name: 0 for archive in archives}
    for day in range(days):
        if day:
            change_one_percent(superuser)
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir()
        facts = dump(database_for(configuration, Role.BACKUP), source / "database", programs=programs)
        if day == 0:
            print(f"{counted(superuser):,} rows, {size_of(source) / 1e6:.1f} MB of dump")
        for archive in archives:
            begun = time.perf_counter()
            archive.backup(source, facts)
            took = time.perf_counter() - begun
            size = size_of(archive.archive)
            print(f"day {day:2}  {archive.name:6} {(size - before[archive.name]) / 1e6:8.2f} MB more,"
                  f" {size / 1e6:8.2f} MB in the archive, {took:5.1f} s", flush=True)  # fmt: skip
            before[archive.name] = size


def change_one_percent(superuser: psycopg.Connection) -> None:
    for table, column, _ in superuser.execute(LARGE_TABLES).fetchall():
        change = sql.SQL(CHANGE).format(table=sql.SQL(table), column=sql.Identifier(column))
        superuser.execute(change)
    superuser.execute("VACUUM")


def counted(superuser: psycopg.Connection) -> int:
    superuser.execute("ANALYZE")
    return int((superuser.execute(ALL_ROWS).fetchone() or (0,))[0])


def bare_archive(path: Path) -> Path:
    git(path, "init", "--bare", "--quiet")
    return path


def size_of(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
