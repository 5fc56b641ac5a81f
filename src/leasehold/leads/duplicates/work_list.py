"""The pairs that somebody has to decide about: kept as they are written, and until they are merged or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from leasehold.customers.institutions import read_institution
from leasehold.kit.actor import Actor
from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.orm import driver_connection
from leasehold.leads.duplicates.candidates import PossibleDuplicate
from leasehold.leads.duplicates.checking import check, look

_DISMISS = """
INSERT INTO duplicate_dismissals (first_id, second_id, dismissed_by) VALUES (%(first)s, %(second)s, %(by)s)
ON CONFLICT ON CONSTRAINT duplicate_dismissals_pair DO NOTHING
"""
_FORGET_PAIR = "DELETE FROM duplicate_candidates WHERE first_id = %(first)s AND second_id = %(second)s"
_RECALL = "DELETE FROM duplicate_dismissals WHERE first_id = %(first)s AND second_id = %(second)s"


class DuplicateOfItself(DomainError):
    """An institution is compared with itself."""

    def __init__(self) -> None:
        detail = "Both are the same institution: name two."
        super().__init__(Kind.INVALID, "duplicate_of_itself", detail)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two institutions that may be one, for `Reason`s. The `customer` ids are None of what is no customer."""

    first_id: int
    first_name: str
    first_customer_id: int | None
    second_id: int
    second_name: str
    second_customer_id: int | None
    score: int
    reasons: list[str]
    found_at: datetime

    @property
    def customers(self) -> int:
        """How many of the two are customers."""
        return sum(one is not None for one in (self.first_customer_id, self.second_customer_id))


def possible_duplicates(session: Session, institution_id: int) -> list[PossibleDuplicate]:
    """Whom the institution may be, the likeliest first; the work list says the same from now on."""
    session.flush()
    return check(driver_connection(session), institution_id)


def look_for_duplicates(session: Session, institution_id: int) -> list[PossibleDuplicate]:
    """The same without a word to the work list."""
    return look(driver_connection(session), institution_id)


def dismiss(session: Session, one_id: int, other_id: int, *, actor: Actor) -> None:
    """Remember that these are two institutions; said again, nothing changes.

    Raises `InstitutionNotFound` and `DuplicateOfItself`.
    """
    pair = _pair(session, one_id, other_id)
    driver_connection(session).execute(_DISMISS, pair | {"by": actor.name})
    driver_connection(session).execute(_FORGET_PAIR, pair)


def recall(session: Session, one_id: int, other_id: int) -> None:
    """Take that back: they may be one again. Raises `InstitutionNotFound` and `DuplicateOfItself`."""
    driver_connection(session).execute(_RECALL, _pair(session, one_id, other_id))
    possible_duplicates(session, one_id)


def _pair(session: Session, one_id: int, other_id: int) -> dict[str, Any]:
    ids: Sequence[int] = sorted(read_institution(session, each).id for each in (one_id, other_id))
    if one_id == other_id:
        raise DuplicateOfItself
    return {"first": ids[0], "second": ids[1]}
