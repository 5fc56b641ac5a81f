"""What would be sent, as lines of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from leasehold.panel.lists.table import Badge, Link
from leasehold.panel.words import badge_for
from leasehold.reminders.activity_due import DueActivity
from leasehold.reminders.letters import Letter
from leasehold.reminders.license_expiry import EndingLicense
from leasehold.reminders.planning import Plan, PlannedMail, letter_of
from leasehold.reminders.subject import Look
from leasehold.resources.figures import PoolLevel


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail that is due: to whom, in which language, what it says, and the pages of what it is about."""

    kind: Badge
    recipient: str
    language: str
    letter: Letter
    about: Sequence[Link]


@dataclass(frozen=True, slots=True)
class UntoldLine:
    """Something that there is nobody to tell to; `customer` None is the vendor."""

    kind: Badge
    about: Link
    customer: str | None


def mail_lines(look: Look, mails: Sequence[PlannedMail], *, signed: str) -> list[MailLine]:
    """The mails with their letters."""
    return [_mail_line(look, mail, signed=signed) for mail in mails]


def untold_lines(plan: Plan, *, most: int) -> list[UntoldLine]:
    """The first of what there is nobody to tell to."""
    return [
        UntoldLine(badge_for(kind), _link(due.item), getattr(due.item, "customer", None))
        for kind, due in plan.untold[:most]
    ]


def _mail_line(look: Look, mail: PlannedMail, *, signed: str) -> MailLine:
    to = mail.recipient
    letter = letter_of(look, mail, signed=signed)
    return MailLine(badge_for(mail.kind), to.address, to.language.value, letter, [_link(item) for item in mail.items])


def _link(item: Any) -> Link:
    match item:
        case EndingLicense():
            return Link(item.license_key, url_for("licenses.show_license", license_key=item.license_key))
        case DueActivity():
            return Link(f"{item.institution}: {item.subject}", url_for("my_day.show_my_day"))
        case PoolLevel():
            return Link(item.name, url_for("resources.show_pool", pool_id=item.pool_id))
    raise TypeError(type(item).__name__)
