"""What people have asked for, how long they are kept, who is kept longer, and who was erased."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from leasehold.customers.models import Contact
from leasehold.kit.models import Base, Versioned, identity, personal, plain


class PrivacyRequest(Versioned, Base):
    """What somebody has asked for: a contact, or who `subject` says. `due_on` is the last day to answer."""

    __tablename__ = "privacy_requests"
    __table_args__ = (
        Index("privacy_requests_open", "due_on", "id", postgresql_where=text("done_on IS NULL")),
        Index("privacy_requests_contact", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
    )

    id: Mapped[int] = identity()
    kind: Mapped[str] = plain()
    contact_id: Mapped[int | None] = plain(ForeignKey(Contact.id, name="privacy_requests_contact_fkey"))
    subject: Mapped[str | None] = personal()
    received_on: Mapped[date] = plain(Date)
    due_on: Mapped[date] = plain(Date)
    extension_reason: Mapped[str | None] = plain()
    done_on: Mapped[date | None] = plain(Date)
    outcome: Mapped[str | None] = plain()


class RetentionRule(Base):
    """After how many months without any dealings people are proposed for erasure; None: never."""

    __tablename__ = "retention_rules"

    kind: Mapped[str] = plain(primary_key=True)
    months: Mapped[int | None] = plain(Integer)


class KeptPerson(Base):
    """Somebody whom no rule proposes until that day has passed, and why."""

    __tablename__ = "kept_people"

    contact_id: Mapped[int] = plain(
        ForeignKey(Contact.id, name="kept_people_contact_fkey", ondelete="CASCADE"), primary_key=True
    )
    kept_until: Mapped[date] = plain(Date)
    reason: Mapped[str] = personal()


class Erasure(Base):
    """Somebody who was erased. `contact_created_at` tells them from who gets the id after a restore."""

    __tablename__ = "erasure_ledger"
    __table_args__ = (Index("erasure_ledger_digests", "digests", postgresql_using="gin"),)

    id: Mapped[int] = identity()
    contact_id: Mapped[int] = plain()
    contact_created_at: Mapped[datetime | None] = plain()
    erased_at: Mapped[datetime] = plain()
    erased_by: Mapped[str] = plain()
    reason: Mapped[str] = plain()
    digests: Mapped[list[bytes]] = plain(ARRAY(LargeBinary))
