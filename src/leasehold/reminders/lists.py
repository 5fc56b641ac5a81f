"""What the list of reminders can be asked: the ledger, each line with its mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from leasehold.kit.listing import Listing, choice, no_such_choice
from leasehold.leads.models import Activity
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.models import LicenseRow
from leasehold.reminders.models import ReminderEntry, ReminderMail, ReminderRule
from leasehold.reminders.vocabulary import TOLD, MailState, ReminderKind, ReminderState
from leasehold.resources.models import ResourcePool


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A reminder, the mail that told it, and by which rule; of a license, a pool or an activity."""

    entry: ReminderEntry
    mail: ReminderMail
    rule: ReminderRule
    license_key: str | None
    pool: str | None
    institution_id: int | None
    activity: str | None

    @property
    def state(self) -> ReminderState:
        """How it stands."""
        return ReminderState(self.mail.state if self.entry.state == TOLD else self.entry.state)


def _reminders(_context: object) -> Select[Any]:
    # What is shown of others is looked up after sorting, for one page of rows.
    license_, pool, activity = aliased(LicenseRow), aliased(ResourcePool), aliased(Activity)
    return (
        select(
            ReminderEntry,
            ReminderMail,
            ReminderRule,
            select(license_.license_key).where(license_.id == ReminderEntry.license_id).scalar_subquery(),
            select(pool.name).where(pool.id == ReminderEntry.pool_id).scalar_subquery(),
            select(activity.institution_id).where(activity.id == ReminderEntry.activity_id).scalar_subquery(),
            select(activity.subject).where(activity.id == ReminderEntry.activity_id).scalar_subquery(),
        )
        .join(ReminderMail, ReminderMail.id == ReminderEntry.mail_id)
        .join(ReminderRule, ReminderRule.id == ReminderEntry.rule_id)
    )


def _with_state(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    unknown = next((text for text in texts if text not in list(ReminderState)), None)
    if unknown is not None:
        raise no_such_choice(unknown, list(ReminderState))
    return or_(*(_has_state(ReminderState(text)) for text in texts))


def _has_state(state: ReminderState) -> ColumnElement[bool]:
    if state.value in {one.value for one in MailState}:
        mails = select(ReminderMail.id).where(ReminderMail.state == state.value)
        return and_(ReminderEntry.state == TOLD, ReminderEntry.mail_id.in_(mails))
    return ReminderEntry.state == state.value


def _of_license(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    keys = [key for text in texts if (key := parse_license_key(text))]
    return ReminderEntry.license_id.in_(select(LicenseRow.id).where(LicenseRow.license_key.in_(keys)))


REMINDERS: Listing[None, ReminderLine] = Listing(
    name="reminders",
    query=_reminders,
    read=lambda row, _context: ReminderLine(*row),
    key=(ReminderEntry.id,),
    orders={"newest": None},
    default_order="-newest",
    conditions={"state": _with_state, "kind": choice(ReminderRule.kind, list(ReminderKind)), "license": _of_license},
)
