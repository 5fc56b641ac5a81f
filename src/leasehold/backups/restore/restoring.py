"""Restore a backup: into a new database beside the one that is there, compared, then swapped.

Nothing that is there is changed before the new database is known to be good, and nothing is destroyed after: the
replaced database stays under another name. Killed at any step, the installation is in the old state or in the new
one; the worker, or the next restore, sees to it (`recovery`).
"""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import psycopg

from leasehold import __version__
from leasehold.backups.catalog import Catalog
from leasehold.backups.database.comparing import compare
from leasehold.backups.database.failures import failures_of
from leasehold.backups.database.programs import programs_for, server_major
from leasehold.backups.database.restoring import restore_dump
from leasehold.backups.errors import BackupError, WrongVersion
from leasehold.backups.lock import only_one
from leasehold.backups.manifest import DatabaseFacts, Manifest
from leasehold.backups.names import moment_of
from leasehold.backups.places import Places
from leasehold.backups.restore.database_server import DatabaseServer, server_of
from leasehold.backups.restore.naming import new_and_previous
from leasehold.backups.restore.recovery import failure_of, settle
from leasehold.backups.restore.roles import make_roles, take_over_promises
from leasehold.backups.restore.state import Journal, Outcome, RestoreState, Step
from leasehold.backups.restore.switching import files_of, rehearse, switch, undo, work_directory
from leasehold.backups.restore.tables import LEFT_BEHIND
from leasehold.backups.room import check_room
from leasehold.embedded.binaries import major
from leasehold.embedded.layout import LEAST_FREE_BYTES
from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.guard import Guard, Unguarded
from leasehold.kit.maintenance import under_maintenance
from leasehold.migrations.runner import migrate
from leasehold.migrations.state import wanted_schema

Say = Callable[[str], None]


class Source(Protocol):
    """Where a backup comes from."""

    def __call__(self, configuration: Configuration, name: str, target: Path, /) -> Manifest:
        """Unpack the backup called `name` into `target`, proved piece by piece. Raises `BackupError`."""


def restore(
    configuration: Configuration,
    name: str,
    *,
    actor: str,
    dry_run: bool = False,
    say: Say,
    source: Source,
    guard: Guard | None = None,
) -> Outcome:
    """Restore the backup called `name`, or with `dry_run` do everything but the swap and say what that would do.

    A `guard` is asked for a backup of what is there now; where it can make none, the restore goes on all the same.
    `say` gets a sentence at each step; the same is in `Places.restoring`. Raises `BackupError` (`BackupRunning`,
    `BackupUnknown`, `WrongVersion`, `DiskFull`, `NotVerified`, `KeyMissing`) and `ConfigurationError`; everything is
    as it was then.
    """
    moment_of(name)
    places = Places(configuration.data_dir)
    if guard is not None and not dry_run:
        _save_what_is_there(guard, name, say)
    with only_one(places, f"A restore of {name}"), server_of(configuration) as server:
        settle(places, server, say)
        new, previous = new_and_previous(server.name, datetime.now(UTC))
        state = RestoreState(name, actor, dry_run, server.name, new, previous, os.getpid())
        journal = Journal(places, state, say)
        try:
            with failures_of("The restore"):
                outcome = _restore(configuration, places, server, journal, source)
        except BaseException as error:
            _give_up(places, server, journal, failure_of(error))
            raise
        if not dry_run:
            Catalog(places).add("restored", name, restored_by=actor, previous_database=outcome.previous)
        return outcome


def _save_what_is_there(guard: Guard, name: str, say: Say) -> None:
    """What is broken must not keep anybody from restoring, and the replaced database is kept anyway."""
    try:
        guard.before_change(f"the restore of {name}")
    except (BackupError, ConfigurationError, psycopg.Error) as error:
        say(f"What is there now could not be backed up; it is kept under another name. ({error})")


def _restore(
    configuration: Configuration, places: Places, server: DatabaseServer, journal: Journal, source: Source
) -> Outcome:
    state = journal.state
    server.check_abilities()
    work = work_directory(places, state.name)
    work.mkdir(mode=0o700, parents=True)
    journal.reach(Step.UNPACKING, f"{state.name} is unpacked, and every piece of it proved.")
    manifest = source(configuration, state.name, work / "backup")
    journal.reach(Step.CHECKING, "Its versions are looked at.")
    _check_versions(server, manifest.database)
    if configuration.embedded:
        check_room(places.data_dir, manifest.database.bytes + LEAST_FREE_BYTES)
    files_of(places, journal).make_ready()
    _load(server, journal, manifest.database, work / "backup")
    outcome = _outcome(server, journal, manifest.database)
    if not state.dry_run:
        return switch(places, server, journal, manifest, outcome)
    told = rehearse(places, server, journal, manifest, outcome)
    server.drop(state.new)
    shutil.rmtree(work)
    journal.reach(Step.DONE, "Nothing was changed: this was a dry run.", outcome=told)
    return told


def _load(server: DatabaseServer, journal: Journal, facts: DatabaseFacts, backup: Path) -> None:
    """The new database with what the dump holds, compared, at the schema of this program."""
    new = journal.state.new
    database = server.database(new)
    with server.connect() as connection:
        make_roles(connection, facts.roles, owner=database.conninfo)
        programs = programs_for(server_major(connection))
    journal.reach(Step.LOADING, f"{sum(table.rows for table in facts.tables):,} rows are restored into {new}.")
    server.create(new)
    restore_dump(_dump_in(backup, facts), database.conninfo, programs, skip=LEFT_BEHIND, with_owners=False)
    journal.reach(Step.COMPARING, f"{len(facts.tables)} tables are compared with what they were.")
    compare(facts, database.conninfo, without=LEFT_BEHIND)
    journal.reach(Step.PREPARING, "The restored database is brought up to date.")
    with database.connect(application="restore") as connection:
        take_over_promises(connection)
    migrate(database, Unguarded())


def _check_versions(server: DatabaseServer, facts: DatabaseFacts) -> None:
    made_by = facts.versions
    if made_by.schema > wanted_schema():
        raise WrongVersion(
            "backup_newer",
            f"The backup was made by Leasehold {made_by.leasehold} (schema {made_by.schema:04}), and this is "
            f"{__version__}, which knows {wanted_schema():04}: install Leasehold {made_by.leasehold}, then restore. "
            "Nothing was changed.",
        )
    with server.connect() as connection:
        here = server_major(connection)
    if major(made_by.server) > here:
        raise WrongVersion(
            "backup_of_newer_postgresql",
            f"The backup was made on PostgreSQL {made_by.server}, and the database runs on PostgreSQL {here}, which "
            f"cannot read it: restore on PostgreSQL {major(made_by.server)} or newer. Nothing was changed.",
        )


def _outcome(server: DatabaseServer, journal: Journal, facts: DatabaseFacts) -> Outcome:
    state, tables = journal.state, [table for table in facts.tables if table.name not in LEFT_BEHIND]
    return Outcome(
        backup=state.name,
        dry_run=state.dry_run,
        database=state.database,
        previous=state.previous if server.exists(state.database) else None,
        schema=wanted_schema(),
        migrated_from=facts.versions.schema if facts.versions.schema < wanted_schema() else None,
        tables=len(tables),
        rows=sum(table.rows for table in tables),
    )


def _give_up(places: Places, server: DatabaseServer, journal: Journal, reason: str) -> None:
    """Undo what was done; after the renames there is nothing to undo, and `recovery` goes on from there."""
    if journal.state.step is Step.SWITCHED or (
        under_maintenance(places.data_dir) and not server.exists(journal.state.new)
    ):
        return
    undo(places, server, journal, reason)


def _dump_in(backup: Path, facts: DatabaseFacts) -> Path:
    return backup / Path(facts.tables[0].file).parent
