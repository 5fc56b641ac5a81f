"""One call of a verb: in whose name, on which database, printed how."""

import getpass
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from leasehold.cli.options import Common
from leasehold.cli.output import Fields, print_list, print_object
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.secrets_file import FILE_NAME


@dataclass(frozen=True)
class Call:
    """What a verb gets to work with."""

    common: Common

    @cached_property
    def configuration(self) -> Configuration:
        """The configuration in force. Raises `ConfigurationError`."""
        return load_configuration(data_dir=self.common.data_dir)

    @cached_property
    def actor(self) -> Actor:
        """The person at the keyboard, by the operating system's name."""
        return Actor(f"cli:{_os_user()}")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session with the rights of the panel, committed at the end. Raises `ConfigurationError`."""
        configuration = self.configuration
        if configuration.embedded and not (configuration.data_dir / FILE_NAME).exists():
            raise ConfigurationError(
                f"There is no installation in {configuration.data_dir}: make one with `leasehold up`, "
                "or name another directory with --data-dir."
            )
        database = database_for(configuration, Role.PANEL)
        try:
            with database.transaction(self.actor) as session:
                yield session
        finally:
            database.engine.dispose()

    def show(self, fields: Fields) -> None:
        """Print one thing."""
        print_object(fields, as_json=self.common.as_json)

    def show_list(self, rows: Iterable[Fields], columns: Sequence[str]) -> None:
        """Print many things; `columns` are those that a person sees, JSON has all fields."""
        print_list(rows, columns, as_json=self.common.as_json)


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())
