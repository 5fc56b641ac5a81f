"""The list of reminders: the ledger."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from leasehold.kit.listing import row_number
from leasehold.panel.lists.table import BulkAct, Cell, Code, Column, Filter, Link, Table
from leasehold.panel.reminders.words import rule_words
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for, choices_of
from leasehold.reminders.lists import REMINDERS, ReminderLine
from leasehold.reminders.resending import send_again
from leasehold.reminders.vocabulary import ReminderKind, ReminderState


def _about(line: ReminderLine) -> Cell:
    if line.license_key is not None:
        return Code(line.license_key, url_for("licenses.show_license", license_key=line.license_key))
    if line.institution_id is not None:
        here = url_for("institutions.show_institution", institution_id=line.institution_id)
        return Link(line.activity or "", here)
    return Link(line.pool or "", url_for("resources.show_pool", pool_id=line.entry.pool_id))


def _send_again(session: Session, key: str, _form: Any) -> None:
    send_again(session, row_number(key))


REMINDER_TABLE: Table[None, ReminderLine] = Table(
    listing=REMINDERS,
    title=_("All reminders"),
    endpoint="reminders.list_reminders",
    context=lambda _session: None,
    row_key=lambda line: str(line.entry.id),
    label=lambda line: ", ".join(filter(None, (line.license_key or line.pool or line.activity, line.mail.recipient))),
    columns=(
        Column("created", _("Due"), lambda line: line.entry.created_at, order="newest"),
        Column("kind", _("Kind"), lambda line: badge_for(ReminderKind(line.rule.kind)), shown=False),
        Column("rule", _("Rule"), lambda line: rule_words(line.rule)),
        Column("about", _("What it is about"), _about),
        Column("end", _("End, fall or day"), lambda line: line.entry.about),
        Column("state", _("State"), lambda line: badge_for(line.state)),
        Column("recipient", _("Recipient"), lambda line: line.mail.recipient),
        Column("sent_at", _("Sent"), lambda line: line.mail.sent_at),
        Column("failure", _("Why not"), lambda line: line.mail.failure),
        Column("next_attempt_at", _("Next attempt"), lambda line: line.mail.next_attempt_at, shown=False),
        Column("attempts", _("Attempts"), lambda line: line.mail.attempts, shown=False, numeric=True),
        Column("doubts", _("May have arrived before"), lambda line: line.mail.doubts or None, numeric=True),
        Column("message_id", _("Message-ID"), lambda line: Code(line.mail.message_id), shown=False),
    ),
    acts=(
        BulkAct(
            "again",
            _("Send again"),
            lambda count: ngettext(
                "Send the mail of %(num)s reminder again? Only what was given up is.",
                "Send the mails of %(num)s reminders again? Only what was given up is.",
                count,
            ),
            _send_again,
            Right.CHANGE_CUSTOMERS,
            icon="mail",
        ),
    ),
    filters=(
        Filter("license", _("License key")),
        Filter("kind", _("Kind"), choices=lambda: choices_of(ReminderKind)),
        Filter("state", _("State"), choices=lambda: choices_of(ReminderState)),
    ),
)
