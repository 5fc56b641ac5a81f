"""Who had a value when, and what a license has ever had: allocations are kept for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from leasehold.customers.models import Customer, Institution
from leasehold.licensing.models import LicenseRow
from leasehold.resources.models import Resource, ResourceAllocation


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A license had a resource from `allocated_at` to `released_at` (None: it still has); then quarantine, to its end.

    `customer` is whose the license is today.
    """

    kind: str
    value: str
    license_key: str
    customer: str
    allocated_at: datetime
    allocated_by: str
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None
    quarantined_until: datetime | None
    quarantine_end_reason: str | None


def history_of_resource(
    session: Session, resource_id: int, *, since: datetime | None = None, until: datetime | None = None
) -> list[HistoryLine]:
    """Every license that had it, the last one first; or only those that had it at some moment from `since` to `until`
    (exclusive).
    """
    conditions = [ResourceAllocation.resource_id == resource_id]
    if since is not None:
        conditions.append(or_(ResourceAllocation.released_at.is_(None), ResourceAllocation.released_at > since))
    if until is not None:
        conditions.append(func.lower(ResourceAllocation.period) < until)
    return _lines(session, conditions)


def history_of_license(session: Session, license_id: int, *, limit: int = 1000) -> list[HistoryLine]:
    """What it has ever had, the newest first; at most `limit`."""
    return _lines(session, [ResourceAllocation.license_id == license_id], limit=limit)


def _lines(session: Session, conditions: Sequence[ColumnElement[bool]], *, limit: int = 1000) -> list[HistoryLine]:
    query = (
        select(
            Resource.kind,
            Resource.value,
            LicenseRow.license_key,
            Institution.name,
            func.lower(ResourceAllocation.period),
            ResourceAllocation.allocated_by,
            ResourceAllocation.released_at,
            ResourceAllocation.released_by,
            ResourceAllocation.release_reason,
            func.upper(ResourceAllocation.period),
            ResourceAllocation.quarantine_end_reason,
        )
        .join(Resource, Resource.id == ResourceAllocation.resource_id)
        .join(LicenseRow, LicenseRow.id == ResourceAllocation.license_id)
        .join(Customer, Customer.id == LicenseRow.customer_id)
        .join(Institution, Institution.id == Customer.institution_id)
        .where(*conditions)
        .order_by(ResourceAllocation.id.desc())
        .limit(limit)
    )
    return [HistoryLine(*row) for row in session.execute(query)]
