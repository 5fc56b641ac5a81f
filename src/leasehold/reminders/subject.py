"""What a subject of reminders is: something that can say what is due, and put it into words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from leasehold.customers.vocabulary import Language
from leasehold.kit.orm import driver_connection
from leasehold.reminders.letters import Letter
from leasehold.reminders.recipients import Recipient, Vendor
from leasehold.reminders.vocabulary import ReminderKind
from leasehold.settings.days import time_zone

Item = TypeVar("Item")
Clock = Callable[[Session], datetime]


@dataclass(frozen=True, slots=True)
class Look:
    """A look at what is due: in which transaction, at which moment, with days that begin and end in `zone`.

    `vendor` hears of the vendor's own matters, and says in which language the staff is written to.
    """

    session: Session
    moment: datetime
    zone: ZoneInfo
    vendor: Vendor


def database_time(session: Session) -> datetime:
    """The clock that reminders go by."""
    row: Any = driver_connection(session).execute("SELECT clock_timestamp()").fetchone()
    moment: datetime = row[0]
    return moment


def look_at(session: Session, vendor: Vendor, clock: Clock = database_time) -> Look:
    """A look at this moment."""
    return Look(session, clock(session), time_zone(session), vendor)


@dataclass(frozen=True, slots=True)
class About:
    """What a line of the ledger is about: a license's end, a pool's fall, noticed then, or when an activity is due."""

    at: datetime
    license_id: int | None = None
    pool_id: int | None = None
    activity_id: int | None = None


@dataclass(frozen=True, slots=True)
class Due(Generic[Item]):
    """Something to be told: by the rule, and by rules that it makes superfluous. Nobody to tell it to: no recipient."""

    recipient: Recipient | None
    item: Item
    about: About
    rule_id: int
    superseded_rule_ids: tuple[int, ...] = ()


class Subject(Protocol[Item]):
    """A kind of reminders. A further kind is a further entry of `SUBJECTS`, with columns of its own in the ledger."""

    @property
    def kind(self) -> ReminderKind:
        """Its name."""

    def due(self, look: Look) -> list[Due[Item]]:
        """All that is to be told at that moment and stands in no ledger. Changes nothing."""

    def still_due(self, look: Look, mail_id: int) -> list[tuple[About, Item]]:
        """What of the mail is true still, and for the recipient of the mail."""

    def settle(self, look: Look) -> None:
        """Write down what is over, so that it is told anew when it comes again."""

    def write(self, look: Look, language: Language, items: Sequence[Item], *, signed: str) -> Letter:
        """The letter that tells of `items`, which are one or more."""
