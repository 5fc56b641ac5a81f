"""Put values into a pool by hand; files are read by `importing`."""

from collections.abc import Sequence
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from leasehold.resources.errors import ResourceExists, ResourceInvalid
from leasehold.resources.models import Resource, ResourcePool
from leasehold.resources.pools import rules_of
from leasehold.resources.values.expansion import expanded

MOST_BY_HAND = 1000


def add_resources(session: Session, pool: ResourcePool, texts: Sequence[str]) -> list[str]:
    """The values that are new in the pool: what `texts` mean, ranges and patterns spelled out. All of them or none.

    Raises `ValueInvalid`, `ResourceExists`, and `ResourceInvalid` (`named_twice`, `count_out_of_range`).
    """
    found = spelled_out(pool, texts)
    values = [value for value, _ in found]
    if len(set(values)) < len(values):
        twice = next(value for place, value in enumerate(values) if value in values[:place])
        raise ResourceInvalid("named_twice", f"{twice} is named twice: name it once.", {"value": twice})
    rows = [{"pool_id": pool.id, "kind": pool.kind, "value": value, "given": text} for value, text in found]
    fresh = insert(Resource).on_conflict_do_nothing(constraint="resources_value").returning(Resource.value)
    added = set(session.scalars(fresh, rows))
    if len(added) < len(values):
        raise _exists(session, pool, [value for value in values if value not in added])
    return values


def spelled_out(pool: ResourcePool, texts: Sequence[str]) -> list[tuple[str, str]]:
    """The values that `texts` mean, each with its text; nothing is looked up.

    Raises `ValueInvalid`, and `ResourceInvalid` `count_out_of_range`.
    """
    rules = rules_of(pool)
    found = list(islice(((value, text) for text in texts for value in expanded(text, rules)), MOST_BY_HAND + 1))
    if not 1 <= len(found) <= MOST_BY_HAND:
        detail = f"Between 1 and {MOST_BY_HAND} values are added by hand: import a file instead."
        raise ResourceInvalid("count_out_of_range", detail, {"most": MOST_BY_HAND})
    return found


def _exists(session: Session, pool: ResourcePool, values: Sequence[str]) -> ResourceExists:
    holding = select(ResourcePool.name).join(Resource, Resource.pool_id == ResourcePool.id)
    holding = holding.where(Resource.kind == pool.kind, Resource.value.in_(values))
    names = session.scalars(holding.group_by(ResourcePool.name).order_by(func.lower(ResourcePool.name)))
    return ResourceExists(values, list(names))
