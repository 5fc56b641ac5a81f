"""The core's tables. The engine reads and writes them with SQL of its own; these classes serve everything else."""

from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import INET, JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped

from leasehold.kit.models import NOW, Base, Created, Versioned, identity, personal, plain


class Product(Versioned, Base):
    """What is licensed; clients name it by its slug."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("slug", name="products_slug"),)

    id: Mapped[int] = identity()
    slug: Mapped[str] = plain()
    name: Mapped[str] = plain()


class LicenseRow(Versioned, Base):
    """A license; `valid_from` and `valid_until` follow its terms."""

    __tablename__ = "licenses"
    __table_args__ = (
        UniqueConstraint("license_key", name="licenses_license_key"),
        UniqueConstraint("id", "device_limit", name="licenses_device_limit_key"),
        UniqueConstraint("id", "concurrent_sessions_limit", name="licenses_sessions_limit_key"),
        Index("licenses_customer", "customer_id", "id"),
        Index("licenses_product", "product_id", "id"),
        Index("licenses_batch", "batch_id", "id", postgresql_where=text("batch_id IS NOT NULL")),
        Index(
            "licenses_expiring",
            "valid_until",
            "id",
            postgresql_where=text("valid_until IS NOT NULL AND suspended_at IS NULL AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = identity()
    license_key: Mapped[str] = plain()
    customer_id: Mapped[int] = plain(ForeignKey("customers.id", name="licenses_customer_fkey"))
    product_id: Mapped[int] = plain(ForeignKey("products.id", name="licenses_product_fkey"))
    type: Mapped[str] = plain(server_default=text("'full'"))
    device_limit: Mapped[int] = plain(SmallInteger)
    concurrent_sessions_limit: Mapped[int] = plain(SmallInteger)
    features: Mapped[dict[str, Any]] = plain(JSONB, server_default=text("'{}'"))
    offline_grace: Mapped[int] = plain(Integer, server_default=text("86400"))
    offline_max_ttl: Mapped[int] = plain(Integer, server_default=text("2592000"))
    checkout_enabled: Mapped[bool] = plain(Boolean, server_default=text("true"))
    valid_from: Mapped[datetime] = plain(server_default=NOW)
    valid_until: Mapped[datetime | None] = plain()
    suspended_at: Mapped[datetime | None] = plain()
    deleted_at: Mapped[datetime | None] = plain()
    batch_id: Mapped[int | None] = plain(ForeignKey("license_batches.id", name="licenses_batch_fkey"))
    further_test_reason: Mapped[str | None] = plain()


class LicenseBatch(Created, Base):
    """Licenses that one form has made; `content` is a digest of what it asked for, `made_by` an actor's name."""

    __tablename__ = "license_batches"
    __table_args__ = (UniqueConstraint("idempotency_key", name="license_batches_idempotency_key"),)

    id: Mapped[int] = identity()
    idempotency_key: Mapped[UUID] = plain(Uuid)
    content: Mapped[str] = plain()
    customer_id: Mapped[int] = plain(ForeignKey("customers.id", name="license_batches_customer_fkey"))
    product_id: Mapped[int] = plain(ForeignKey("products.id", name="license_batches_product_fkey"))
    count: Mapped[int] = plain(Integer)
    made_by: Mapped[str] = plain()
    keys_taken_at: Mapped[datetime | None] = plain()
    keys_taken_by: Mapped[str | None] = plain()


class LicenseTransfer(Created, Base):
    """A license has changed hands; `made_by` is an actor's name. It is never changed."""

    __tablename__ = "license_transfers"
    __table_args__ = (
        Index("license_transfers_license", "license_id", "id"),
        Index("license_transfers_from_customer", "from_customer_id", "id"),
        Index("license_transfers_to_customer", "to_customer_id", "id"),
    )

    id: Mapped[int] = identity()
    license_id: Mapped[int] = plain(ForeignKey("licenses.id", name="license_transfers_license_fkey"))
    from_customer_id: Mapped[int] = plain(ForeignKey("customers.id", name="license_transfers_from_customer_fkey"))
    to_customer_id: Mapped[int] = plain(ForeignKey("customers.id", name="license_transfers_to_customer_fkey"))
    reason: Mapped[str] = plain()
    made_by: Mapped[str] = plain()


class LicenseNote(Created, Base):
    """What somebody has to say about a license; `made_by` is an actor's name. It is never changed."""

    __tablename__ = "license_notes"
    __table_args__ = (Index("license_notes_license", "license_id", "id"),)

    id: Mapped[int] = identity()
    license_id: Mapped[int] = plain(ForeignKey("licenses.id", name="license_notes_license_fkey"))
    body: Mapped[str] = personal()
    made_by: Mapped[str] = plain()


class LicenseTerm(Created, Base):
    """A period that was granted; a renewal adds one, a wrong one is voided with a reason."""

    __tablename__ = "license_terms"
    __table_args__ = (
        ExcludeConstraint(
            ("license_id", "="), ("period", "&&"), name="license_terms_no_overlap", where=text("voided_at IS NULL")
        ),
        Index("license_terms_license", "license_id"),
    )

    id: Mapped[int] = identity()
    license_id: Mapped[int] = plain(ForeignKey("licenses.id", name="license_terms_license_fkey"))
    period: Mapped[Range[datetime]] = plain(TSTZRANGE)
    kind: Mapped[str] = plain()
    voided_at: Mapped[datetime | None] = plain()
    void_reason: Mapped[str | None] = plain()


class DeviceRegistration(Base):
    """Everything known about a device under a license."""

    __tablename__ = "device_registrations"
    __table_args__ = (
        UniqueConstraint("license_id", "hardware_fingerprint", name="device_registrations_fingerprint"),
        UniqueConstraint("license_id", "slot", name="device_registrations_slot"),
        ForeignKeyConstraint(
            ["license_id", "device_limit"],
            ["licenses.id", "licenses.device_limit"],
            name="device_registrations_limit_fkey",
            onupdate="CASCADE",
        ),
        Index("device_registrations_active_last_seen_on", "last_seen_on", postgresql_where=text("status = 'active'")),
    )

    license_id: Mapped[int] = plain(
        BigInteger, ForeignKey("licenses.id", name="device_registrations_license_fkey"), primary_key=True
    )
    id: Mapped[int] = plain(BigInteger, Identity(), primary_key=True)
    hardware_fingerprint: Mapped[str] = plain()
    device_name: Mapped[str] = personal()
    device_type: Mapped[str] = plain()
    operating_system: Mapped[str | None] = plain()
    client_version: Mapped[str | None] = plain()
    status: Mapped[str] = plain()
    slot: Mapped[int | None] = plain(SmallInteger)
    device_limit: Mapped[int] = plain(SmallInteger)
    first_activated_at: Mapped[datetime] = plain()
    last_seen_at: Mapped[datetime] = plain()
    last_seen_on: Mapped[date] = plain(Date, Computed("((last_seen_at AT TIME ZONE 'UTC')::date)", persisted=True))
    changed_by: Mapped[str] = plain()
    change_request_id: Mapped[str] = plain()
    change_address: Mapped[IPv4Address | IPv6Address | None] = personal(INET)


class LiveSession(Base):
    """A session that has not been ended; whether it still lives is a question of its last heartbeat."""

    __tablename__ = "license_sessions"
    __table_args__ = (
        UniqueConstraint("session_token", name="license_sessions_token"),
        UniqueConstraint("license_id", "device_id", name="license_sessions_device"),
        UniqueConstraint("license_id", "slot", name="license_sessions_slot"),
        ForeignKeyConstraint(
            ["license_id", "device_id"],
            ["device_registrations.license_id", "device_registrations.id"],
            name="license_sessions_device_fkey",
        ),
        ForeignKeyConstraint(
            ["license_id", "concurrent_sessions_limit"],
            ["licenses.id", "licenses.concurrent_sessions_limit"],
            name="license_sessions_limit_fkey",
            onupdate="CASCADE",
        ),
    )

    license_id: Mapped[int] = plain(
        BigInteger, ForeignKey("licenses.id", name="license_sessions_license_fkey"), primary_key=True
    )
    id: Mapped[int] = plain(BigInteger, Identity(), primary_key=True)
    session_token: Mapped[UUID] = plain(Uuid)
    device_id: Mapped[int] = plain()
    slot: Mapped[int] = plain(SmallInteger)
    concurrent_sessions_limit: Mapped[int] = plain(SmallInteger)
    over_limit: Mapped[bool] = plain(Boolean, server_default=text("false"))
    client_version: Mapped[str | None] = plain()
    started_at: Mapped[datetime] = plain()
    last_heartbeat_at: Mapped[datetime] = plain()


class PastSession(Base):
    """A session that has ended: exactly once, with exactly one reason. It is never changed."""

    __tablename__ = "session_history"
    __table_args__ = (
        UniqueConstraint("session_token", name="session_history_token"),
        ForeignKeyConstraint(
            ["license_id", "device_id"],
            ["device_registrations.license_id", "device_registrations.id"],
            name="session_history_device_fkey",
        ),
        Index("session_history_ended_at", "ended_at", "id"),
    )

    license_id: Mapped[int] = plain(
        BigInteger, ForeignKey("licenses.id", name="session_history_license_fkey"), primary_key=True
    )
    id: Mapped[int] = plain(BigInteger, primary_key=True, autoincrement=False)
    session_token: Mapped[UUID] = plain(Uuid)
    device_id: Mapped[int] = plain()
    client_version: Mapped[str | None] = plain()
    started_at: Mapped[datetime] = plain()
    last_heartbeat_at: Mapped[datetime] = plain()
    ended_at: Mapped[datetime] = plain()
    end_reason: Mapped[str] = plain()
