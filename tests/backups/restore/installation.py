"""An installation on a database of its own whose backups are real: dumped, sealed, in its repository, restored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leasehold.audit.checkpoints import read_witness
from leasehold.audit.sealing import Pace, seal_audit
from leasehold.audit.verdict import Verification
from leasehold.audit.verification import verify_audit
from leasehold.backups.contents import collect
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import programs_for, server_major
from leasehold.backups.keys import load_keys
from leasehold.backups.manifest import Manifest
from leasehold.backups.names import name_for
from leasehold.backups.places import Places
from leasehold.backups.restore.restoring import restore
from leasehold.backups.restore.sources import fetch_backup
from leasehold.backups.restore.state import Outcome
from leasehold.backups.store.packing import pack
from leasehold.backups.store.repository import Repository
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.signing import load_key_ring
from tests.licensing.vendor import ACTOR

_AT_ONCE = Pace(timedelta(0), timedelta(0))


@dataclass
class Restorable:
    """`configuration` says where it is; `said` is what the last restore has said."""

    configuration: Configuration
    said: list[str] = field(default_factory=list)

    @property
    def data_dir(self) -> Path:
        return self.configuration.data_dir

    @property
    def places(self) -> Places:
        return Places(self.data_dir)

    def change(self, statement: str, *parameters: object) -> None:
        with database_for(self.configuration, Role.OWNER).connect(application="test") as connection:
            ACTOR.sign(connection)
            connection.execute(statement, parameters)

    def read(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with database_for(self.configuration, Role.OWNER).connect(application="test") as connection:
            return list(connection.execute(statement, parameters))

    def value(self, statement: str, *parameters: object) -> Any:
        return self.read(statement, *parameters)[0][0]

    def seal(self) -> None:
        """As the worker does every second."""
        with database_for(self.configuration, Role.WORKER).connect(application="test") as connection:
            seal_audit(connection, load_key_ring(self.data_dir), self.data_dir, pace=_AT_ONCE)

    def verify(self) -> Verification:
        """As `leasehold audit verify` does."""
        witness = read_witness(self.data_dir)
        with database_for(self.configuration, Role.PANEL).connect(application="test") as connection:
            return verify_audit(connection, load_key_ring(self.data_dir), witness=witness)

    def back_up(self, moment: datetime | None = None, paths: tuple[Path, ...] = ()) -> str:
        """The name of a new backup."""
        name = name_for(moment or datetime.now(UTC))
        self.places.make()
        keys, key_ring = load_keys(self.data_dir), load_key_ring(self.data_dir)
        work = self.places.root / f"{name}.made-by-a-test"  # which no backup of the worker sweeps
        work.mkdir(parents=True)
        with database_for(self.configuration, Role.OWNER).connect(application="test") as connection:
            programs = programs_for(server_major(connection))
        facts = dump(database_for(self.configuration, Role.BACKUP), work / "database", programs=programs)
        collect(self.configuration, paths, work)
        manifest = Manifest(name, datetime.now(UTC).isoformat(), "test", facts, ())
        repository = Repository(self.places.repository)
        repository.make()
        packed = pack(
            work, manifest, (), repository,
            keys=keys, key_ring=key_ring,
            journal=self.places.root / f"{name}.journal", progress=lambda _what, _done, _all: None,
        )  # fmt: skip
        commit = repository.commit(
            packed.tree, [], message=name, name="Test", email="test@leasehold.test", moment="2026-01-31T03:00:00Z"
        )
        repository.set_ref(f"refs/tags/{name}", commit)
        return name

    def restore(self, name: str, *, dry_run: bool = False, say: Callable[[str], None] | None = None) -> Outcome:
        self.said.clear()
        return restore(
            self.configuration,
            name,
            actor="cli:test",
            dry_run=dry_run,
            say=say or self.said.append,
            source=fetch_backup,
        )

    def databases(self) -> list[str]:
        """Those of this installation."""
        (name,) = self.read("SELECT current_database()")[0]
        return [
            str(found)
            for (found,) in self.read(
                "SELECT datname::text FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", name
            )
        ]
