"""An installation on a database of its own, without any program running on it."""

from dataclasses import dataclass
from pathlib import Path

from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.engine import Outcome, create
from leasehold.backups.places import Places
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import Configuration
from leasehold.settings.service import set_setting
from tests.conftest import FreshDatabase


@dataclass(frozen=True)
class Installation:
    """A data directory and a database."""

    configuration: Configuration
    database: FreshDatabase

    @classmethod
    def on(cls, database: FreshDatabase, data_dir: Path) -> "Installation":
        return cls(Configuration(data_dir=data_dir, database_url=database.url), database)

    @property
    def places(self) -> Places:
        return Places(self.configuration.data_dir)

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.places)

    @property
    def environment(self) -> dict[str, str]:
        return self.configuration.as_environment()

    def set(self, name: str, value: str) -> None:
        """Change a setting."""
        with self.database.owner.connect(application="test") as connection:
            Actor("cli:test").sign(connection)
            set_setting(connection, name, value)

    def run(self, statement: str) -> None:
        """Change something in the database."""
        with self.database.owner.connect(application="test") as connection:
            Actor("cli:test").sign(connection)
            connection.execute(statement.encode())

    def back_up(self, *, push: bool = True) -> Outcome:
        """Make a backup."""
        return create(self.configuration, reason="a test", by="cli:test", say=lambda _: None, push=push)

    def newest(self) -> Backup:
        """The newest backup."""
        return self.catalog.backups()[0]
