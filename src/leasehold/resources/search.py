"""Resources, found by how their value begins or ends."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Session

from leasehold.kit.matching import beginning, digits_of
from leasehold.licensing.models import LicenseRow
from leasehold.resources.models import Resource, ResourcePool
from leasehold.resources.vocabulary import ResourceKind

_MOST_FOUND = 1000


@dataclass(frozen=True, slots=True)
class ResourceHit:
    """A resource that was found, where it is, and who has it now."""

    resource_id: int
    value: str
    pool: str
    license_key: str | None


def begins_or_ends(text: str) -> ColumnElement[bool]:
    """Whether the value begins or ends so, of up to 1,000 that do each; spaces and letter case do not matter."""
    plain = "".join(text.split()).lower()
    if not plain:
        return false()
    value, backwards = Resource.value, func.reverse(Resource.value).collate("C")
    first, last = beginning(plain)
    end_first, end_last = beginning(plain[::-1])
    return Resource.id.in_(
        select(Resource.id)
        .where(value >= first, value < last)
        .limit(_MOST_FOUND)
        .union_all(select(Resource.id).where(backwards >= end_first, backwards < end_last).limit(_MOST_FOUND))
    )


def search_resources(session: Session, text: str, kind: ResourceKind, *, limit: int) -> list[ResourceHit]:
    """Resources of the kind whose value begins or ends so, first the one that is so.

    A phone number may be written as people write it.
    """
    wanted = _digits(text) if kind is ResourceKind.PHONE else text
    query = (
        select(Resource.id, Resource.value, ResourcePool.name, LicenseRow.license_key)
        .join(ResourcePool, ResourcePool.id == Resource.pool_id)
        .outerjoin(LicenseRow, LicenseRow.id == Resource.license_id)
        .where(begins_or_ends(wanted), Resource.kind == kind.value)
        .order_by(Resource.value != wanted, Resource.sort_key, Resource.id)
        .limit(limit)
    )
    return [ResourceHit(*row) for row in session.execute(query)]


def _digits(number: str) -> str:
    """With the country as it stands in front of it, or the end of the number, without the zero of calls at home."""
    digits = digits_of(number)
    return f"+{digits}" if number.strip().startswith("+") else digits.lstrip("0")
