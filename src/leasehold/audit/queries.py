"""Reads of the log for lists and pages: newest first, by keyset on (time, id), through any filter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from leasehold.audit.models import AuditPersonalValue, AuditRow, AuditSeal

PAGE = 100

Place = tuple[datetime, int]
"""Where a row stands in the list: (`occurred_at`, `id`)."""

_PLACE = (AuditRow.occurred_at, AuditRow.id)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows; None lets all through. From `since` on, before `until`."""

    table_name: str | None = None
    row_id: str | None = None
    actor: str | None = None
    action: str | None = None
    request_id: str | None = None
    address: IPv4Address | IPv6Address | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditDetail:
    """One row: with personal values in place of their digests where the reader may see them, and its seal.

    `seal` is None while the row waits for it, `position` is its place in the chain. `hidden` names what is still a
    digest in `before` or `after`: erased, or not for this reader. `older` and `newer` are the ids of the rows around
    it, `earlier` and `later` of those about the same object.
    """

    row: AuditRow
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    hidden: frozenset[str]
    seal: AuditSeal | None
    older: int | None
    newer: int | None
    earlier: int | None
    later: int | None

    @property
    def position(self) -> int | None:
        """Its place in the chain."""
        return None if self.seal is None else self.seal.position


def list_audit_rows(
    session: Session, wanted: AuditFilter, *, older_than: Place | None = None, limit: int = PAGE
) -> Sequence[AuditRow]:
    """One page, newest first, from the row after `older_than` on."""
    query = _filtered(wanted).order_by(AuditRow.occurred_at.desc(), AuditRow.id.desc()).limit(limit)
    if older_than is not None:
        query = query.where(tuple_(*_PLACE) < older_than)
    return session.scalars(query).all()


def list_life(
    session: Session, table_name: str, row_id: str, *, after_id: int = 0, limit: int = PAGE
) -> Sequence[AuditRow]:
    """One page of everything that happened to one object, in the order in which it did, from after `after_id`."""
    query = (
        select(AuditRow)
        .where(AuditRow.table_name == table_name, AuditRow.row_id == row_id, AuditRow.id > after_id)
        .order_by(AuditRow.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def show_audit_row(session: Session, audit_id: int, *, with_personal: bool) -> AuditDetail | None:
    """The row with this id; None where there is none."""
    row = session.get(AuditRow, audit_id)
    if row is None:
        return None
    values = personal_values(session, [audit_id]).get(audit_id, {}) if with_personal else {}
    before, after = with_values(row.before, values, side="before"), with_values(row.after, values, side="after")
    return AuditDetail(
        row,
        before,
        after,
        hidden=frozenset(_digests(before)) | frozenset(_digests(after)),
        seal=session.scalar(select(AuditSeal).where(AuditSeal.audit_id == audit_id)),
        older=_nearest(session, select(AuditRow.id), below=audit_id),
        newer=_nearest(session, select(AuditRow.id), above=audit_id),
        earlier=_nearest(session, _of_object(row), below=audit_id),
        later=_nearest(session, _of_object(row), above=audit_id),
    )


def personal_values(session: Session, audit_ids: Iterable[int]) -> dict[int, dict[tuple[str, str], Any]]:
    """What was not erased of these rows' personal values, in one query: id → (side, column) → value."""
    found: dict[int, dict[tuple[str, str], Any]] = {}
    query = select(AuditPersonalValue).where(AuditPersonalValue.audit_id.in_(list(audit_ids)))
    for value in session.scalars(query):
        found.setdefault(value.audit_id, {})[value.side, value.column_name] = value.value
    return found


def with_values(
    half: Mapping[str, Any] | None, values: Mapping[tuple[str, str], Any], *, side: str
) -> Mapping[str, Any] | None:
    """The `before` or `after` (`side`) of a row, its personal `values` in place of their digests."""
    return None if half is None else {column: values.get((side, column), value) for column, value in half.items()}


def _of_object(row: AuditRow) -> Select[int]:
    """The ids of all rows about the same object, found by the index on objects before they are sorted."""
    mine = select(AuditRow.id).where(AuditRow.table_name == row.table_name, AuditRow.row_id == row.row_id)
    found = mine.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return select(found.c.id)


def _nearest(session: Session, ids: Select[int], *, below: int | None = None, above: int | None = None) -> int | None:
    """The highest of the ids `below` one, or the lowest `above` it."""
    (id_,) = ids.selected_columns
    found = ids.where(id_ < below).order_by(id_.desc()) if above is None else ids.where(id_ > above).order_by(id_)
    return session.scalar(found.limit(1))


def _filtered(wanted: AuditFilter) -> Select[AuditRow]:
    query = select(AuditRow)
    for column in ("table_name", "row_id", "actor", "action", "request_id", "address"):
        value = getattr(wanted, column)
        if value is not None:
            query = query.where(getattr(AuditRow, column) == value)
    if wanted.since is not None:
        query = query.where(AuditRow.occurred_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.occurred_at < wanted.until)
    return query


def _digests(half: Mapping[str, Any] | None) -> list[str]:
    return [column for column, value in (half or {}).items() if isinstance(value, str) and value.startswith("sha256:")]
