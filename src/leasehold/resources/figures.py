"""How full pools are, how long they last, and what comes back when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, column, func, literal, select, table, text, true, union_all
from sqlalchemy.orm import Session

from leasehold.resources.models import Resource, ResourcePool
from leasehold.resources.states import NOW, WAITING, has_state, state_column
from leasehold.resources.vocabulary import ResourceKind, ResourceState

RATE_DAYS = 30
_LONGEST_FORECAST_DAYS = 3650
# How many went out for good in the last days: those that came back meanwhile will come back again.
_RATE = text("""
SELECT r.pool_id, count(*) FILTER (WHERE a.released_at IS NULL)
  FROM resource_allocations AS a JOIN resources AS r ON r.id = a.resource_id
 WHERE lower(a.period) > now() - make_interval(days => :days)
 GROUP BY r.pool_id
""")
_COUNTS = table("resource_counts", *(column(name, BigInteger) for name in ("pool_id", "stock", "allocated", "retired")))
_RELEASES = text("""
SELECT (r.available_from AT TIME ZONE :zone)::date, count(*)
  FROM resources AS r
 WHERE r.pool_id = :pool AND r.available_from > 'epoch' AND r.available_from > now()
   AND r.available_from < now() + make_interval(days => :days) AND r.license_id IS NULL AND r.retired_at IS NULL
 GROUP BY 1 ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """How many resources of a pool stand how."""

    counts: Mapping[ResourceState, int]

    @property
    def free(self) -> int:
        """How many can be had now."""
        return self.counts[ResourceState.FREE]

    @property
    def total(self) -> int:
        """All but the retired ones."""
        return sum(self.counts.values()) - self.counts[ResourceState.RETIRED]


def is_low(free: int, low_water: int) -> bool:
    """Whether fewer are free than there should be."""
    return free < low_water


@dataclass(frozen=True, slots=True)
class PoolLevel:
    """How far a pool is above or below its low-water mark. `free` is counted up to the mark."""

    pool_id: int
    name: str
    kind: ResourceKind
    free: int
    low_water: int

    @property
    def is_low(self) -> bool:
        """Whether fewer are free than there should be."""
        return is_low(self.free, self.low_water)


NO_FIGURES = PoolFigures(dict.fromkeys(ResourceState, 0))


def pool_figures(session: Session, pool_id: int | None = None) -> dict[int, PoolFigures]:
    """The figures of each pool that ever held something, by its id; or of one pool.

    Takes time in proportion to the resources that wait for the end of a quarantine or a reservation.
    """
    counted, state = _COUNTS.c, state_column().label("state")
    in_stock = func.sum(counted.stock - counted.allocated - counted.retired)
    parts: list[tuple[ResourceState, ColumnElement[int]]] = [
        (ResourceState.FREE, in_stock),
        (ResourceState.ALLOCATED, func.sum(counted.allocated)),
        (ResourceState.RETIRED, func.sum(counted.retired)),
    ]
    queries = [select(counted.pool_id, literal(name.value), part).group_by(counted.pool_id) for name, part in parts]
    waiting = select(Resource.pool_id, state, func.count()).where(WAITING, Resource.available_from > NOW)
    if pool_id is not None:
        queries = [query.where(counted.pool_id == pool_id) for query in queries]
        waiting = waiting.where(Resource.pool_id == pool_id)
    counts: dict[int, dict[ResourceState, int]] = {}
    for pool, name, count in session.execute(union_all(*queries, waiting.group_by(Resource.pool_id, state))):
        numbers = counts.setdefault(pool, dict.fromkeys(ResourceState, 0))
        numbers[ResourceState(name)] += int(count)
        if name in (ResourceState.RESERVED, ResourceState.QUARANTINED):
            numbers[ResourceState.FREE] -= int(count)
    return {pool: PoolFigures(numbers) for pool, numbers in counts.items()}


def read_pool_levels(session: Session, *, limit: int) -> list[PoolLevel]:
    """The pools that have a low-water mark, first those that are furthest below it.

    Takes time in proportion to the marks, however many resources there are.
    """
    pool = ResourcePool
    up_to_mark = (
        select(literal(1))
        .where(Resource.pool_id == pool.id, has_state(ResourceState.FREE))
        .limit(pool.low_water)
        .correlate(pool)
        .subquery()
    )
    level = select(func.count().label("free")).select_from(up_to_mark).lateral("level")
    query = (
        select(pool.id, pool.name, pool.kind, level.c.free, pool.low_water)
        .join(level, true())
        .where(pool.low_water > 0)
        .order_by(100 * level.c.free / pool.low_water, pool.id)
        .limit(limit)
    )
    return [PoolLevel(row[0], row[1], ResourceKind(row[2]), row[3], row[4]) for row in session.execute(query)]


def days_until_empty(session: Session, figures: Mapping[int, PoolFigures]) -> dict[int, int]:
    """For each pool that shrinks: in how many days its free ones are used up, at the pace of the last 30 days."""
    pace = {pool: count for pool, count in session.execute(_RATE, {"days": RATE_DAYS}) if count > 0}
    return {
        pool: min(figures[pool].free * RATE_DAYS // count, _LONGEST_FORECAST_DAYS)
        for pool, count in pace.items()
        if pool in figures
    }


def coming_releases(session: Session, pool_id: int, *, zone: str, days: int = 90) -> list[tuple[date, int]]:
    """On which days (in the time zone) how many become free: quarantines and reservations that end."""
    rows = session.execute(_RELEASES, {"pool": pool_id, "zone": zone, "days": days})
    return [(row[0], row[1]) for row in rows]
