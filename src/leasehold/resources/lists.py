"""What the lists of resources and of pools can be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from leasehold.kit.listing import Listing, choice, no_such_choice, number
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.models import LicenseRow
from leasehold.resources.figures import NO_FIGURES, PoolFigures, days_until_empty, is_low, pool_figures
from leasehold.resources.models import Resource, ResourcePool
from leasehold.resources.search import begins_or_ends
from leasehold.resources.states import has_state, state_column
from leasehold.resources.vocabulary import ResourceKind, ResourceState


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """A resource with how it stands, where it is and whose. `available_from` is when it can be had, if it waits."""

    resource: Resource
    state: ResourceState
    pool: str
    license_key: str | None
    available_from: datetime | None


def _resources(_context: object) -> Select[Any]:
    # What is shown of others is looked up after sorting, for one page of rows.
    pool, license_ = aliased(ResourcePool), aliased(LicenseRow)
    return select(
        Resource,
        state_column(),
        select(pool.name).where(pool.id == Resource.pool_id).scalar_subquery(),
        select(license_.license_key).where(license_.id == Resource.license_id).scalar_subquery(),
    )


def _read(row: Any, _context: object) -> ResourceLine:
    resource, state = row[0], ResourceState(row[1])
    waits = state in (ResourceState.RESERVED, ResourceState.QUARANTINED)
    return ResourceLine(resource, state, row[2], row[3], resource.available_from if waits else None)


def _with_state(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    unknown = next((text for text in texts if text not in list(ResourceState)), None)
    if unknown is not None:
        raise no_such_choice(unknown, list(ResourceState))
    return or_(*(has_state(ResourceState(text)) for text in texts))


def _of_license(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    keys = [parse_license_key(text) for text in texts]
    owner = select(LicenseRow.id).where(LicenseRow.license_key.in_([key for key in keys if key]))
    return Resource.license_id.in_(owner)


def _found_by(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    return begins_or_ends("".join(texts))


RESOURCES: Listing[None, ResourceLine] = Listing(
    name="resources",
    query=_resources,
    read=_read,
    key=(Resource.id,),
    orders={"value": Resource.sort_key, "added": None},
    default_order="value",
    conditions={
        "q": _found_by,
        "kind": choice(Resource.kind, list(ResourceKind)),
        "state": _with_state,
        "pool": number(Resource.pool_id),
        "license": _of_license,
        "import": number(Resource.import_id),
    },
)


@dataclass(frozen=True, slots=True)
class PoolLine:
    """A pool, how full it is, and in how many days it is empty at the pace of late (None: it does not shrink)."""

    pool: ResourcePool
    figures: PoolFigures
    days_left: int | None

    @property
    def is_low(self) -> bool:
        """Whether fewer are free than the pool's low-water mark."""
        return is_low(self.figures.free, self.pool.low_water)


@dataclass(frozen=True, slots=True)
class Stock:
    """How full every pool is, and how long those that shrink last, by their ids."""

    figures: Mapping[int, PoolFigures]
    days_left: Mapping[int, int]

    def line_of(self, pool: ResourcePool) -> PoolLine:
        """The pool with its figures."""
        return PoolLine(pool, self.figures.get(pool.id, NO_FIGURES), self.days_left.get(pool.id))


def read_stock(session: Session, pool_id: int | None = None) -> Stock:
    """The stock of this moment, of every pool or of one."""
    figures = pool_figures(session, pool_id)
    return Stock(figures, days_until_empty(session, figures))


POOLS: Listing[Stock, PoolLine] = Listing(
    name="resource_pools",
    query=lambda _: select(ResourcePool),
    read=lambda row, stock: stock.line_of(row[0]),
    key=(ResourcePool.id,),
    orders={"name": func.lower(ResourcePool.name), "newest": None},
    default_order="name",
    conditions={"kind": choice(ResourcePool.kind, list(ResourceKind))},
)
