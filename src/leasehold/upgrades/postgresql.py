"""Another major version of the embedded PostgreSQL: everything dumped, restored and compared, the old one kept.

The new cluster is made in a directory of its own. Only when it holds every row of the old one do two renames put it in
the old one's place; after the first of them nothing starts until the second is made as well.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from leasehold.backups.database.comparing import compare
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import programs_for, server_major
from leasehold.backups.database.restoring import make_roles, restore_dump
from leasehold.backups.manifest import DatabaseFacts
from leasehold.backups.room import check_room
from leasehold.embedded.binaries import embedded_programs, major, programs_of, version_of
from leasehold.embedded.cluster import Cluster
from leasehold.embedded.layout import (
    CLUSTER,
    LEAST_FREE_BYTES,
    check_postgresql_version,
    draft_cluster,
    kept_cluster,
    major_of,
    newest_kept_cluster,
)
from leasehold.embedded.log_files import open_log
from leasehold.embedded.running import lock_data_dir
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import DATABASE_NAME, Role, database_for
from leasehold.kit.directories import sync_directory
from leasehold.kit.releases import Releases
from leasehold.kit.secrets_file import FILE_NAME as SECRETS
from leasehold.upgrades.errors import UpgradeRefused
from leasehold.upgrades.saying import Say


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which major version to which, and where the old cluster is kept."""

    old: int
    new: int
    kept: Path


def upgrade_postgresql(configuration: Configuration, say: Say) -> Upgraded:
    """Bring the embedded cluster to the major version that this release brings.

    Nothing may run on the data directory meanwhile. Raises `UpgradeRefused`, `ConfigurationError` and `BackupError`;
    the old cluster is in its place then, and as it was. What was interrupted is made up for by the next call.
    """
    if not configuration.embedded:
        raise UpgradeRefused(
            "postgresql_not_embedded",
            "LEASEHOLD_DATABASE_URL names a PostgreSQL that Leasehold does not run: make a backup, then upgrade it "
            "with its own means (pg_upgrade).",
        )
    lock = lock_data_dir(configuration.data_dir)
    try:
        return _upgrade(configuration, say)
    finally:
        lock.release()


def _upgrade(configuration: Configuration, say: Say) -> Upgraded:
    data_dir = configuration.data_dir
    cluster, draft = data_dir / CLUSTER, draft_cluster(data_dir)
    wanted = major(version_of(embedded_programs() / "postgres"))
    old = major_of(cluster)
    if old is None and (kept := newest_kept_cluster(data_dir)) is not None and draft.exists():
        _put_in_place(draft, cluster)
        return Upgraded(kept[0], wanted, kept[1])
    if old is None:
        raise UpgradeRefused("nothing_to_do", f"There is no cluster in {cluster} yet: `leasehold up` makes one.")
    if old == wanted:
        raise UpgradeRefused("nothing_to_do", f"{cluster} is of PostgreSQL {wanted} already. Nothing was changed.")
    if old > wanted:
        check_postgresql_version(cluster, embedded_programs())
    kept_as = kept_cluster(data_dir, old)
    if kept_as.exists():
        raise UpgradeRefused(
            "postgresql_kept", f"{kept_as} is there from an earlier upgrade: move it away first. Nothing was changed."
        )
    shutil.rmtree(draft.parent, ignore_errors=True)
    draft.parent.mkdir(mode=0o700)
    facts = _dump(configuration, old, draft.parent / "dump", say)
    _restore(data_dir, draft.parent, facts, say)
    cluster.rename(kept_as)
    sync_directory(data_dir)
    _put_in_place(draft, cluster)
    return Upgraded(old, wanted, kept_as)


def _dump(configuration: Configuration, old: int, target: Path, say: Say) -> DatabaseFacts:
    environments = Releases(configuration.data_dir).environments()
    programs = programs_for(old, also=filter(None, map(programs_of, environments)))
    say(f"Dumping everything from PostgreSQL {programs.version} …")
    with _running(Cluster(configuration.data_dir, programs=programs.directory), configuration.data_dir):
        return dump(database_for(configuration, Role.BACKUP), target, programs=programs)


def _restore(data_dir: Path, work: Path, facts: DatabaseFacts, say: Say) -> None:
    check_room(data_dir, facts.bytes + LEAST_FREE_BYTES)
    shutil.copy(data_dir / SECRETS, work)
    new = Cluster(work)
    with _running(new, data_dir):
        conninfo = make_conninfo(new.superuser_conninfo, dbname=DATABASE_NAME)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            programs = programs_for(server_major(connection))
            say(f"Restoring it into PostgreSQL {programs.version} …")
            make_roles(connection, facts.roles)
            restore_dump(work / "dump", conninfo, programs)
            compare(facts, conninfo)
            connection.execute("ANALYZE")
    say(f"All {sum(table.rows for table in facts.tables):,} rows are there, and the same.")


def _put_in_place(draft: Path, cluster: Path) -> None:
    draft.rename(cluster)
    sync_directory(cluster.parent)
    shutil.rmtree(draft.parent)


@contextmanager
def _running(cluster: Cluster, data_dir: Path) -> Iterator[None]:
    log = open_log(data_dir, "postgresql")
    try:
        cluster.start(log)
        yield
    finally:
        cluster.stop()
        os.close(log)
