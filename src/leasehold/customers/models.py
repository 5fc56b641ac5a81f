"""Institutions, the people in them, and customers: a customer refers to its institution and copies nothing."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, relationship

from leasehold.kit.models import NOW, Base, Versioned, identity, personal, plain


class Institution(Versioned, Base):
    """An organisation, whatever it is to us."""

    __tablename__ = "institutions"

    id: Mapped[int] = identity()
    name: Mapped[str] = plain()
    legal_form: Mapped[str | None] = plain()
    website_domain: Mapped[str | None] = plain()
    language: Mapped[str] = plain(server_default=text("'de'"))


Index("institutions_name", func.lower(Institution.name), Institution.id)


class Contact(Versioned, Base):
    """A person."""

    __tablename__ = "contacts"

    id: Mapped[int] = identity()
    first_name: Mapped[str | None] = personal()
    last_name: Mapped[str] = personal()
    language: Mapped[str] = plain(server_default=text("'de'"))


Index("contacts_name", func.lower(Contact.last_name), Contact.id)


class Affiliation(Base):
    """A person's place in an institution; each institution has at most one primary contact."""

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
    role: Mapped[str | None] = plain()
    is_primary: Mapped[bool] = plain(Boolean, server_default=text("false"))


class ContactDetail(Base):
    """A way to reach a contact or an institution."""

    __tablename__ = "contact_details"
    __table_args__ = (
        Index("contact_details_contact", "contact_id"),
        Index("contact_details_institution", "institution_id"),
    )

    id: Mapped[int] = identity()
    contact_id: Mapped[int | None] = plain(ForeignKey("contacts.id", name="contact_details_contact_fkey"))
    institution_id: Mapped[int | None] = plain(ForeignKey("institutions.id", name="contact_details_institution_fkey"))
    kind: Mapped[str] = plain()
    value: Mapped[str] = personal()
    is_primary: Mapped[bool] = plain(Boolean, server_default=text("false"))


class Customer(Versioned, Base):
    """An institution that licenses are for."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("institution_id", name="customers_institution"),)

    id: Mapped[int] = identity()
    institution_id: Mapped[int] = plain(ForeignKey("institutions.id", name="customers_institution_fkey"))
    since: Mapped[datetime] = plain(server_default=NOW)

    institution: Mapped[Institution] = relationship(lazy="joined", innerjoin=True)
