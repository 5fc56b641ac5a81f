"""The steps of a backup on this machine. Each takes what the one before it left, and may be done again."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from leasehold.backups.archive.volumes import volume_to_use
from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.contents import collect
from leasehold.backups.database.dumping import dump as dump_database
from leasehold.backups.database.programs import Programs, programs_for, server_major
from leasehold.backups.database.verifying import known_tables
from leasehold.backups.database.verifying import verify as verify_dump
from leasehold.backups.errors import BackupError
from leasehold.backups.keys import Keys, load_keys
from leasehold.backups.lineage import earlier_manifests, next_place
from leasehold.backups.manifest import Manifest, read_manifest
from leasehold.backups.names import moment_of
from leasehold.backups.places import Places
from leasehold.backups.settings import BackupSettings, read_backup_settings
from leasehold.backups.store.packing import pack
from leasehold.backups.store.repository import Repository
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.signing import load_key_ring
from leasehold.migrations.state import read_schema_state

Facts = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Making:
    """A backup that is being made, and all that its steps need."""

    configuration: Configuration
    backup: Backup
    settings: BackupSettings
    programs: Programs
    keys: Keys
    say: Say

    @property
    def places(self) -> Places:
        """The installation's."""
        return Places(self.configuration.data_dir)

    @property
    def work(self) -> Path:
        """Its work directory."""
        return self.places.work(self.backup.name)

    @property
    def content(self) -> Path:
        """What will be in the backup."""
        return self.work / "content"

    @property
    def draft(self) -> Path:
        """Its manifest, before anything is sealed."""
        return self.work / "manifest.json"


def prepare(configuration: Configuration, backup: Backup, say: Say) -> Making:
    """What the steps of `backup` work with, as the settings are now. Raises `BackupError`."""
    with database_for(configuration, Role.BACKUP).connect(application="backup") as connection:
        if read_schema_state(connection).current == 0:
            detail = "The database has no tables yet, so there is nothing to back up: start Leasehold first."
            raise BackupError("nothing_to_back_up", detail)
        settings = read_backup_settings(connection)
        programs = programs_for(server_major(connection))
    return Making(configuration, backup, settings, programs, load_keys(configuration.data_dir), say)


def dump(making: Making) -> Facts:
    """Dump the database in one snapshot, and collect all files that belong to the installation."""
    making.say(f"{making.backup.name}: dumping the database.")
    shutil.rmtree(making.work, ignore_errors=True)
    making.content.mkdir(mode=0o700, parents=True)
    facts = dump_database(
        database_for(making.configuration, Role.BACKUP),
        making.content / "database",
        programs=making.programs,
        heartbeats=making.settings.heartbeats,
    )
    collect(making.configuration, making.settings.paths, making.content)
    moment, reason = moment_of(making.backup.name).isoformat(), str(making.backup.facts.get("reason", ""))
    _write(making.draft, Manifest(making.backup.name, moment, reason, facts, files=()))
    return {
        "rows": sum(table.rows for table in facts.tables),
        "bytes": sum(path.stat().st_size for path in making.content.rglob("*") if path.is_file()),
        "audit_rows": next((table.rows for table in facts.tables if table.name == "audit_log"), 0),
        "schema": facts.versions.schema,
        "leasehold": facts.versions.leasehold,
    }


def verify(making: Making) -> Facts:
    """Restore the dump into a scratch PostgreSQL, and compare every table with what the snapshot held."""
    making.say(f"{making.backup.name}: restoring it into a scratch PostgreSQL, and comparing every table.")
    known = frozenset[Any]().union(*(known_tables(manifest) for manifest in earlier_manifests(making.places)))
    facts = read_manifest(making.draft.read_bytes()).database
    unchanged = verify_dump(making.content / "database", facts, making.work / "scratch", making.programs, known=known)
    return {"tables": len(facts.tables), "unchanged_tables": len(unchanged)}


def seal(making: Making) -> Facts:
    """Compress and seal whatever earlier backups do not have, into the repository on this machine."""
    making.say(f"{making.backup.name}: sealing what is new.")
    catalog = Catalog(making.places)
    earlier = earlier_manifests(making.places)
    stored = {backup.name: int(backup.facts.get("stored_bytes", 0)) for backup in catalog.backups()}
    use = volume_to_use(catalog.events(), making.settings)
    place = next_place(earlier, making.keys.recipients, stored, alone=use is not None and not use.volume.begun)
    repository = Repository(making.places.repository)
    repository.make()
    packed = pack(
        making.content,
        msgspec.structs.replace(read_manifest(making.draft.read_bytes()), cycle=place.cycle, index=place.index),
        earlier,
        repository,
        keys=making.keys,
        key_ring=load_key_ring(making.configuration.data_dir),
        journal=making.work / "journal.jsonl",
        progress=lambda _what, _done, _total: None,
    )
    _write(making.places.manifest(making.backup.name), packed.manifest)
    return {"tree": packed.tree, "objects": packed.objects, "stored_bytes": packed.new_bytes}


def keep(making: Making) -> Facts:
    """Give it its name in the repository on this machine."""
    repository = Repository(making.places.repository)
    commit = repository.commit(
        str(Catalog(making.places).find(making.backup.name).facts["tree"]),
        [],
        message=making.backup.name,
        name=making.settings.author_name,
        email=making.settings.author_email,
        moment=moment_of(making.backup.name).isoformat(),
    )
    repository.set_ref(f"refs/tags/{making.backup.name}", commit)
    return {"commit": commit}


def _write(path: Path, manifest: Manifest) -> None:
    """Replace the file as a whole, safely."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(manifest.as_json())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
