"""Institutions, the people in them, and customers: a customer refers to its institution and copies nothing."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, relationship

from leasehold.kit.models import NOW, Base, Versioned, identity, personal, plain
from leasehold.staff.models import StaffMember

_LIVE = text("archived_at IS NULL AND merged_into_id IS NULL")


class PipelineStage(Versioned, Base):
    """Where an institution can stand; rules hang on the type alone (`leads/pipeline.py`). A removed one stays."""

    __tablename__ = "pipeline_stages"

    id: Mapped[int] = identity()
    name: Mapped[str] = plain()
    type: Mapped[str] = plain()
    position: Mapped[int] = plain(Integer)
    colour: Mapped[str] = plain(server_default=text("'secondary'"))
    removed_at: Mapped[datetime | None] = plain()


Index("pipeline_stages_name", func.lower(PipelineStage.name), unique=True, postgresql_where=text("removed_at IS NULL"))


class Institution(Versioned, Base):
    """An organisation, whatever it is to us. `merged_into_id` names the one that has taken its place."""

    __tablename__ = "institutions"
    __table_args__ = (Index("institutions_vat_id", "vat_id", unique=True, postgresql_where=_LIVE),)

    id: Mapped[int] = identity()
    name: Mapped[str] = plain()
    legal_form: Mapped[str | None] = plain()
    website_domain: Mapped[str | None] = plain()
    language: Mapped[str] = plain(server_default=text("'de'"))
    kind: Mapped[str | None] = plain()
    parent_id: Mapped[int | None] = plain(
        ForeignKey("institutions.id", name="institutions_parent_fkey", ondelete="SET NULL")
    )
    vat_id: Mapped[str | None] = plain()
    owner_id: Mapped[int | None] = plain(ForeignKey(StaffMember.id, name="institutions_owner_fkey"))
    source: Mapped[str | None] = plain()
    tags: Mapped[list[str]] = plain(ARRAY(Text), server_default=text("'{}'"))
    do_not_contact: Mapped[bool] = plain(Boolean, server_default=text("false"))
    archived_at: Mapped[datetime | None] = plain()
    merged_into_id: Mapped[int | None] = plain(ForeignKey("institutions.id", name="institutions_merged_into_fkey"))
    stage_id: Mapped[int | None] = plain(ForeignKey(PipelineStage.id, name="institutions_stage_fkey"))
    lost_reason: Mapped[str | None] = plain()
    name_folded: Mapped[str] = plain(Computed("fold_name(name)", persisted=True))
    name_core: Mapped[str] = plain(Computed("core_name(name)", persisted=True))
    name_numbers: Mapped[str] = plain(Computed("name_numbers(name)", persisted=True))


Index("institutions_name", func.lower(Institution.name), Institution.id)


class Contact(Versioned, Base):
    """A person. Who is restricted is kept and not used; who is erased has no name any more (`privacy/` does both)."""

    __tablename__ = "contacts"

    id: Mapped[int] = identity()
    first_name: Mapped[str | None] = personal()
    last_name: Mapped[str] = personal()
    language: Mapped[str] = plain(server_default=text("'de'"))
    salutation: Mapped[str | None] = personal()
    title: Mapped[str | None] = personal()
    restricted_at: Mapped[datetime | None] = plain()
    restriction_reason: Mapped[str | None] = personal()
    erased_at: Mapped[datetime | None] = plain()


Index("contacts_name", func.lower(Contact.last_name), Contact.id)


class Affiliation(Base):
    """A person's place in an institution, for some time or always; each institution has at most one primary contact."""

    __tablename__ = "affiliations"
    __table_args__ = (
        Index("affiliations_contact", "contact_id"),
        Index("affiliations_primary", "institution_id", unique=True, postgresql_where=text("is_primary")),
    )

    institution_id: Mapped[int] = plain(
        BigInteger, ForeignKey("institutions.id", name="affiliations_institution_fkey"), primary_key=True
    )
    contact_id: Mapped[int] = plain(
        BigInteger, ForeignKey("contacts.id", name="affiliations_contact_fkey"), primary_key=True
    )
    role: Mapped[str | None] = personal()
    is_primary: Mapped[bool] = plain(Boolean, server_default=text("false"))
    department: Mapped[str | None] = personal()
    valid_from: Mapped[date | None] = plain(Date)
    valid_to: Mapped[date | None] = plain(Date)


class ContactDetail(Base):
    """A way to reach a contact or an institution; `value_norm` is the form by which two of them are the same."""

    __tablename__ = "contact_details"
    __table_args__ = (
        Index("contact_details_contact", "contact_id"),
        Index("contact_details_institution", "institution_id"),
        *(
            index
            for owner in ("contact", "institution")
            for index in (
                Index(
                    f"contact_details_{owner}_value",
                    f"{owner}_id",
                    "kind",
                    "value_norm",
                    unique=True,
                    postgresql_where=text(f"{owner}_id IS NOT NULL"),
                ),
                Index(
                    f"contact_details_{owner}_primary",
                    f"{owner}_id",
                    "kind",
                    unique=True,
                    postgresql_where=text(f"is_primary AND {owner}_id IS NOT NULL"),
                ),
            )
        ),
    )

    id: Mapped[int] = identity()
    contact_id: Mapped[int | None] = plain(ForeignKey("contacts.id", name="contact_details_contact_fkey"))
    institution_id: Mapped[int | None] = plain(ForeignKey("institutions.id", name="contact_details_institution_fkey"))
    kind: Mapped[str] = plain()
    label: Mapped[str | None] = personal()
    value: Mapped[str] = personal()
    value_norm: Mapped[str] = personal()
    is_primary: Mapped[bool] = plain(Boolean, server_default=text("false"))
    status: Mapped[str] = plain(server_default=text("'unverified'"))
    opt_out: Mapped[bool] = plain(Boolean, server_default=text("false"))
    consent_at: Mapped[datetime | None] = plain()
    consent_source: Mapped[str | None] = plain()
    consent_proof: Mapped[str | None] = personal()


class Address(Base):
    """Where an institution or a person is written to or visited."""

    __tablename__ = "addresses"

    id: Mapped[int] = identity()
    contact_id: Mapped[int | None] = plain(ForeignKey("contacts.id", name="addresses_contact_fkey", ondelete="CASCADE"))
    institution_id: Mapped[int | None] = plain(
        ForeignKey("institutions.id", name="addresses_institution_fkey", ondelete="CASCADE")
    )
    kind: Mapped[str] = plain()
    street: Mapped[str | None] = personal()
    postcode: Mapped[str | None] = personal()
    city: Mapped[str] = personal()
    country: Mapped[str] = plain()


class Customer(Versioned, Base):
    """An institution that licenses are for."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("institution_id", name="customers_institution"),)

    id: Mapped[int] = identity()
    institution_id: Mapped[int] = plain(ForeignKey("institutions.id", name="customers_institution_fkey"))
    since: Mapped[datetime] = plain(server_default=NOW)

    institution: Mapped[Institution] = relationship(lazy="joined", innerjoin=True)
