"""What would be sent now: the one answer for the preview and for those who send."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from leasehold.reminders.activity_due import ActivityDue
from leasehold.reminders.letters import Letter
from leasehold.reminders.license_expiry import LicenseExpiry
from leasehold.reminders.pool_low_water import PoolLowWater
from leasehold.reminders.recipients import Recipient
from leasehold.reminders.subject import Due, Look, Subject
from leasehold.reminders.vocabulary import ReminderKind

SUBJECTS: Final[dict[ReminderKind, Subject[Any]]] = {
    subject.kind: subject for subject in (LicenseExpiry(), PoolLowWater(), ActivityDue())
}


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """All of one kind that a recipient is to be told."""

    kind: ReminderKind
    recipient: Recipient
    dues: Sequence[Due[Any]]

    @property
    def items(self) -> list[Any]:
        """What the letter is about."""
        return [due.item for due in self.dues]


@dataclass(frozen=True, slots=True)
class Plan:
    """The mails that are due, and what there is nobody to tell to: that stays due until there is."""

    mails: Sequence[PlannedMail]
    untold: Sequence[tuple[ReminderKind, Due[Any]]]


def plan_mails(look: Look) -> Plan:
    """What is due at the moment of `look` and was not told before: one mail for each recipient and kind."""
    gathered: dict[tuple[ReminderKind, Recipient], list[Due[Any]]] = {}
    untold: list[tuple[ReminderKind, Due[Any]]] = []
    for kind, subject in SUBJECTS.items():
        for due in subject.due(look):
            if due.recipient is None:
                untold.append((kind, due))
            else:
                gathered.setdefault((kind, due.recipient), []).append(due)
    return Plan([PlannedMail(kind, recipient, dues) for (kind, recipient), dues in gathered.items()], untold)


def letter_of(look: Look, mail: PlannedMail, *, signed: str) -> Letter:
    """What the mail says, signed with that name."""
    return SUBJECTS[mail.kind].write(look, mail.recipient.language, mail.items, signed=signed)
