"""The audit log; beside it the personal values that it holds only digests of; its seals and checkpoints."""

from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped

from leasehold.kit.models import NOW, Base, identity, personal, plain


class AuditRow(Base):
    """One change or event: who, what, when, from where, before and after. It is never changed or removed."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("audit_log_object", "row_id", "table_name", "occurred_at", "id"),
        Index("audit_log_occurred_at", "occurred_at", "id"),
        Index("audit_log_actor", "actor", "occurred_at", "id"),
        Index("audit_log_action", "action", "occurred_at", "id"),
        Index("audit_log_table", "table_name", "occurred_at", "id"),
        Index("audit_log_request", "request_id", "occurred_at", "id"),
        Index("audit_log_address", "address", "occurred_at", "id"),
    )

    id: Mapped[int] = identity()
    occurred_at: Mapped[datetime] = plain(server_default=NOW)
    actor: Mapped[str] = plain()
    action: Mapped[str] = plain()
    table_name: Mapped[str] = plain()
    row_id: Mapped[str | None] = plain()
    before: Mapped[dict[str, Any] | None] = plain(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = plain(JSONB(none_as_null=True))
    request_id: Mapped[str | None] = plain()
    address: Mapped[IPv4Address | IPv6Address | None] = personal(INET)


class AuditPersonalValue(Base):
    """A personal value of an audit row; erasing it leaves the log as it was written."""

    __tablename__ = "audit_personal_values"

    audit_id: Mapped[int] = plain(
        BigInteger, ForeignKey("audit_log.id", name="audit_personal_values_audit_fkey"), primary_key=True
    )
    column_name: Mapped[str] = plain(primary_key=True)
    side: Mapped[str] = plain(primary_key=True)
    salt: Mapped[bytes] = plain(LargeBinary)
    value: Mapped[Any] = personal(JSONB)


class AuditSeal(Base):
    """The place of an audit row in the hash chain: the row's own hash, and that of all rows up to it."""

    __tablename__ = "audit_seals"
    __table_args__ = (UniqueConstraint("audit_id", name="audit_seals_once"),)

    position: Mapped[int] = plain(primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = plain()
    leaf_hash: Mapped[bytes] = plain(LargeBinary)
    chain_hash: Mapped[bytes] = plain(LargeBinary)


class AuditCheckpoint(Base):
    """What was signed about the chain at some time (`checkpoints.py` says what is in the token)."""

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = plain(primary_key=True, autoincrement=False)
    token: Mapped[str] = plain()
    created_at: Mapped[datetime] = plain(server_default=NOW)
