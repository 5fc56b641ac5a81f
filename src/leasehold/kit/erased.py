"""Somebody who was erased is not written down again by accident: who writes people down asks here first."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from sqlalchemy.orm import Session


class Erased(Protocol):
    """Knows again who was erased."""

    def check(self, session: Session, ways: Iterable[str]) -> None:
        """Return where nobody erased was reached by any of the addresses and numbers, else raise `DomainError`."""

    def among(self, session: Session, ways: Iterable[str]) -> Mapping[str, object]:
        """Of any number of addresses and numbers those by which somebody erased was reached."""


class NobodyErased:
    """Knows nobody: for people who have agreed to be written down again, and for data of one's own making."""

    def check(self, session: Session, ways: Iterable[str]) -> None:
        """Return at once."""

    def among(self, session: Session, ways: Iterable[str]) -> Mapping[str, object]:  # noqa: ARG002
        """None of them."""
        return {}


NOBODY_ERASED = NobodyErased()
