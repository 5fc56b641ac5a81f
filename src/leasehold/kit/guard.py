"""A backup before every change: what changes in bulk, or changes the schema, asks here first."""

from typing import Protocol


class Guard(Protocol):
    """Lets a change through once it is safe, or raises `DomainError` and so stops it."""

    def before_change(self, reason: str) -> None:
        """Return when the change may go on; `reason` names it (`migrate`, `import of licenses`)."""


class Unguarded:
    """Lets every change through: for a database that was just made, and has nothing to lose."""

    def before_change(self, reason: str) -> None:
        """Return at once."""
