"""What all tables of ours have in common: one base, and columns that say whether they hold personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, FetchedValue, Identity, Integer, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

PERSONAL = "personal"
NOW = text("clock_timestamp()")


class Base(DeclarativeBase):
    """The base of every table; the migrations' SQL is the schema, these classes follow it (a test compares)."""

    metadata = MetaData()
    type_annotation_map = {str: Text, int: BigInteger, datetime: DateTime(timezone=True)}  # noqa: RUF012  # SQLAlchemy's


def plain(*arguments: Any, **options: Any) -> MappedColumn[Any]:
    """A column that says nothing about a natural person; the audit log holds it as it is."""
    return mapped_column(*arguments, info={PERSONAL: False}, **options)


def personal(*arguments: Any, **options: Any) -> MappedColumn[Any]:
    """A column about a natural person; the audit log holds a salted digest only, the value can be erased."""
    return mapped_column(*arguments, info={PERSONAL: True}, **options)


def identity() -> MappedColumn[Any]:
    """The bigint key that the database gives."""
    return plain(BigInteger, Identity(always=True), primary_key=True)


class Created:
    """When the row came to be, by the database's clock."""

    created_at: Mapped[datetime] = plain(server_default=NOW)


class Versioned(Created):
    """An editable row: the database moves its version and its time with every change."""

    updated_at: Mapped[datetime] = plain(server_default=NOW, server_onupdate=FetchedValue())
    version: Mapped[int] = plain(Integer, server_default=text("1"), server_onupdate=FetchedValue())
