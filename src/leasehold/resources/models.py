"""The tables of pools, resources, and who has had what; imports write and read them with SQL of their own too."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped

from leasehold.imports.models import FileImport
from leasehold.kit.models import Base, Created, Versioned, identity, personal, plain
from leasehold.licensing.models import LicenseRow


class ResourcePool(Versioned, Base):
    """Resources of one kind that are handed out by one policy. `owner` is who looks after it, in free words."""

    __tablename__ = "resource_pools"
    __table_args__ = (UniqueConstraint("id", "kind", name="resource_pools_kind_key"),)

    id: Mapped[int] = identity()
    kind: Mapped[str] = plain()
    name: Mapped[str] = plain()
    owner: Mapped[str | None] = personal()
    pick_policy: Mapped[str] = plain(server_default=text("'lowest'"))
    quarantine_days: Mapped[int] = plain(Integer)
    low_water: Mapped[int] = plain(Integer, server_default=text("0"))
    public_only: Mapped[bool] = plain(Boolean, server_default=text("false"))
    default_country: Mapped[str | None] = plain()


Index("resource_pools_name", func.lower(ResourcePool.name), unique=True)


class ResourceImport(FileImport, Base):
    """A file that was read into a pool."""

    __tablename__ = "resource_imports"
    __table_args__ = (Index("resource_imports_pool", "pool_id", "id"),)

    pool_id: Mapped[int] = plain(ForeignKey("resource_pools.id", name="resource_imports_pool_fkey"))


class Resource(Versioned, Base):
    """A domain, an address or a number. `license_id` and `quarantined_until` follow its allocations."""

    __tablename__ = "resources"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pool_id", "kind"], ["resource_pools.id", "resource_pools.kind"], name="resources_pool_fkey"
        ),
        UniqueConstraint("kind", "value", name="resources_value"),
    )

    id: Mapped[int] = identity()
    pool_id: Mapped[int] = plain()
    kind: Mapped[str] = plain()
    value: Mapped[str] = plain(Text(collation="C"))
    given: Mapped[str | None] = plain()
    license_id: Mapped[int | None] = plain(ForeignKey(LicenseRow.id, name="resources_license_fkey"))
    quarantined_until: Mapped[datetime] = plain(server_default=text("'epoch'"))
    reserved_until: Mapped[datetime | None] = plain()
    reserved_for: Mapped[str | None] = personal()
    reserved_license_id: Mapped[int | None] = plain(ForeignKey(LicenseRow.id, name="resources_reserved_license_fkey"))
    retired_at: Mapped[datetime | None] = plain()
    retire_reason: Mapped[str | None] = plain()
    import_id: Mapped[int | None] = plain(ForeignKey("resource_imports.id", name="resources_import_fkey"))
    shuffle_key: Mapped[int] = plain(Integer, server_default=text("floor(random() * 2147483647)::integer"))
    sort_key: Mapped[str] = plain(
        Text(collation="C"),
        Computed(
            "CASE kind WHEN 'ipv4'::text THEN lpad(((value)::inet - '0.0.0.0'::inet)::text, 10, '0'::text)"
            " ELSE value END",
            persisted=True,
        ),
    )
    available_from: Mapped[datetime] = plain(Computed("GREATEST(quarantined_until, reserved_until)", persisted=True))


class ResourceRequest(Created, Base):
    """An allocation that was asked for with a key; `content` is a digest of what was asked."""

    __tablename__ = "resource_requests"
    __table_args__ = (
        UniqueConstraint("idempotency_key", name="resource_requests_idempotency_key"),
        Index("resource_requests_license", "license_id"),
    )

    id: Mapped[int] = identity()
    idempotency_key: Mapped[str] = plain()
    license_id: Mapped[int] = plain(ForeignKey(LicenseRow.id, name="resource_requests_license_fkey"))
    content: Mapped[str] = plain()


class ResourceAllocation(Base):
    """A period in which a resource is nobody else's: from the allocation to the end of the quarantine."""

    __tablename__ = "resource_allocations"
    __table_args__ = (
        ExcludeConstraint(("resource_id", "="), ("period", "&&"), name="resource_allocations_no_overlap"),
        Index("resource_allocations_resource", "resource_id", "id"),
        Index("resource_allocations_license", "license_id", "id"),
    )

    id: Mapped[int] = identity()
    resource_id: Mapped[int] = plain(ForeignKey("resources.id", name="resource_allocations_resource_fkey"))
    license_id: Mapped[int] = plain(ForeignKey(LicenseRow.id, name="resource_allocations_license_fkey"))
    request_id: Mapped[int | None] = plain(ForeignKey("resource_requests.id", name="resource_allocations_request_fkey"))
    period: Mapped[Range[datetime]] = plain(TSTZRANGE)
    allocated_by: Mapped[str] = plain()
    released_at: Mapped[datetime | None] = plain()
    released_by: Mapped[str | None] = plain()
    release_reason: Mapped[str | None] = plain()
    quarantine_end_reason: Mapped[str | None] = plain()


class ResourceNote(Created, Base):
    """What somebody has to say about a resource, or a file had; `made_by` is an actor's name. It is never changed."""

    __tablename__ = "resource_notes"
    __table_args__ = (Index("resource_notes_resource", "resource_id", "id"),)

    id: Mapped[int] = identity()
    resource_id: Mapped[int] = plain(ForeignKey("resources.id", name="resource_notes_resource_fkey"))
    body: Mapped[str] = personal()
    import_id: Mapped[int | None] = plain(ForeignKey("resource_imports.id", name="resource_notes_import_fkey"))
    made_by: Mapped[str] = plain()
