"""The tables of reminders; what is due is asked for, and written down, with SQL of its own."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from leasehold.kit.models import Base, Created, Versioned, identity, personal, plain


class ReminderRule(Versioned, Base):
    """When a reminder is due: so many days before a license's end (after it, where negative), or whenever it is so."""

    __tablename__ = "reminder_rules"
    __table_args__ = (
        UniqueConstraint("kind", "days_before", name="reminder_rules_once", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = identity()
    kind: Mapped[str] = plain()
    days_before: Mapped[int | None] = plain(Integer)
    active: Mapped[bool] = plain(Boolean, server_default=text("true"))


class ReminderMail(Created, Base):
    """A mail with reminders. `doubts` counts the attempts of which nobody knows whether they arrived."""

    __tablename__ = "reminder_mails"
    __table_args__ = (UniqueConstraint("message_id", name="reminder_mails_message_id"),)

    id: Mapped[int] = identity()
    message_id: Mapped[str] = plain()
    kind: Mapped[str] = plain()
    contact_id: Mapped[int | None] = plain(
        ForeignKey("contacts.id", name="reminder_mails_contact_fkey", ondelete="SET NULL")
    )
    recipient: Mapped[str | None] = personal()
    language: Mapped[str] = plain()
    state: Mapped[str] = plain(server_default=text("'waiting'"))
    attempts: Mapped[int] = plain(Integer, server_default=text("0"))
    doubts: Mapped[int] = plain(Integer, server_default=text("0"))
    next_attempt_at: Mapped[datetime | None] = plain()
    attempted_at: Mapped[datetime | None] = plain()
    sent_at: Mapped[datetime | None] = plain()
    failure: Mapped[str | None] = personal()


class ReminderEntry(Created, Base):
    """A line of the ledger: by which rule which end of a license, fall of a pool or activity was told of, and where."""

    __tablename__ = "reminder_ledger"

    id: Mapped[int] = identity()
    rule_id: Mapped[int] = plain(ForeignKey("reminder_rules.id", name="reminder_ledger_rule_fkey"))
    license_id: Mapped[int | None] = plain(ForeignKey("licenses.id", name="reminder_ledger_license_fkey"))
    pool_id: Mapped[int | None] = plain(ForeignKey("resource_pools.id", name="reminder_ledger_pool_fkey"))
    activity_id: Mapped[int | None] = plain(
        ForeignKey("activities.id", name="reminder_ledger_activity_fkey", ondelete="CASCADE")
    )
    about: Mapped[datetime] = plain()
    mail_id: Mapped[int] = plain(ForeignKey("reminder_mails.id", name="reminder_ledger_mail_fkey"))
    state: Mapped[str] = plain()
    over_at: Mapped[datetime | None] = plain()
