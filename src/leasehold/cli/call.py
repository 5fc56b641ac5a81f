"""One call of a verb: in whose name, on which database, printed how."""

import getpass
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from leasehold.cli.options import Common
from leasehold.cli.output import Fields, print_findings, print_list, print_object
from leasehold.kit.actor import ON_BEHALF_OF, Actor
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.findings import Finding


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
        """The person at the keyboard, by the operating system's name, or who had the panel start this."""
        return Actor(os.environ.get(ON_BEHALF_OF) or f"cli:{_os_user()}")

    def show(self, fields: Fields) -> None:
        """Print one thing."""
        print_object(fields, as_json=self.common.as_json)

    def show_list(self, rows: Iterable[Fields], columns: Sequence[str]) -> None:
        """Print many things; `columns` are those that a person sees, JSON has all fields."""
        print_list(rows, columns, as_json=self.common.as_json)

    def show_findings(self, findings: Sequence[Finding]) -> bool:
        """Print what was found, with what mends it; gives whether all is well."""
        return print_findings(findings, as_json=self.common.as_json)


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())
