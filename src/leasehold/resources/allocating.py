"""Give resources to a license: as many as are asked for, or these very ones, and else none.

Locks are taken in one order: the license, then resources by id. The first attempt skips what others hold just now; it
never waits, and so need not keep to that order. Where it comes short, others may yet let go of what they hold, so
nobody is told of a shortage before what is free has been waited for.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from leasehold.kit.text import clean_text
from leasehold.licensing.models import LicenseRow
from leasehold.licensing.service import find_license
from leasehold.resources.errors import IdempotencyKeyTaken, ResourceInvalid, ResourceNotFree, ResourcesShort
from leasehold.resources.finding import Found, lock_resources
from leasehold.resources.models import Resource, ResourceAllocation, ResourcePool, ResourceRequest
from leasehold.resources.pools import find_pool, list_pools
from leasehold.resources.states import has_state
from leasehold.resources.vocabulary import PickPolicy, ResourceKind, ResourceState

MOST_AT_ONCE = 1000
LONGEST_KEY = 200
_ORDERS = {
    PickPolicy.LOWEST: (Resource.sort_key, Resource.available_from, Resource.id),
    PickPolicy.OLDEST_FREE: (Resource.available_from, Resource.id),
    PickPolicy.RANDOM: (Resource.shuffle_key, Resource.available_from, Resource.id),
}
# The moment is taken after the locks are held; the triggers let the resources follow.
_GIVE = text("""
INSERT INTO resource_allocations (resource_id, license_id, request_id, period, allocated_by)
SELECT u.id, :license, :request, tstzrange(t.now, NULL), current_setting('leasehold.actor')
  FROM (SELECT clock_timestamp() AS now OFFSET 0) AS t,
       unnest(CAST(:resources AS bigint[])) WITH ORDINALITY AS u (id, place)
 ORDER BY u.place
""")
# A license gets back at once what it had last: nobody else is in between whom a quarantine could protect.
_RETURN = text("""
UPDATE resource_allocations AS a
   SET period = period_until(a.period, greatest(clock_timestamp(), a.released_at)),
       quarantine_end_reason = 'returned to the same license'
 WHERE a.resource_id = :resource AND a.license_id = :license AND upper(a.period) > clock_timestamp()
   AND a.id = (SELECT max(id) FROM resource_allocations WHERE resource_id = :resource)
""")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a license shall get: `count` of a kind, or the named `values`; out of one pool, where one is named."""

    kind: ResourceKind
    count: int = 1
    values: Sequence[str] = ()
    pool: str | None = None


def allocate(session: Session, license_key: str, wanted: Wanted, *, idempotency_key: str | None = None) -> list[str]:
    """The values that the license has got; sent again with the same key, the ones that it got the first time.

    Raises `LicenseNotFound`, `PoolNotFound`, `ResourcesShort`, `ResourceNotFree`, `ResourceNotFound`, `ValueInvalid`,
    `IdempotencyKeyTaken`, and `ResourceInvalid` `count_out_of_range`.
    """
    if not 1 <= (len(wanted.values) or wanted.count) <= MOST_AT_ONCE:
        detail = f"Between 1 and {MOST_AT_ONCE} resources are allocated at once: ask for fewer, or at least one."
        raise ResourceInvalid("count_out_of_range", detail, {"most": MOST_AT_ONCE})
    license_ = find_license(session, license_key, lock=True)
    request_id = None
    if idempotency_key is not None:
        request_id, before = _request(session, license_, wanted, idempotency_key)
        if before:
            return before
    picked = _named(session, license_, wanted) if wanted.values else _pick(session, wanted)
    given = {"resources": [id_ for id_, _ in picked], "license": license_.id, "request": request_id}
    session.execute(_GIVE, given)
    return [value for _, value in picked]


def resources_of_license(session: Session, license_id: int) -> Sequence[Resource]:
    """What the license has, kind by kind, in the order of values."""
    mine = select(Resource).where(Resource.license_id == license_id)
    return session.scalars(mine.order_by(Resource.kind, Resource.sort_key)).all()


def _pick(session: Session, wanted: Wanted) -> list[tuple[int, str]]:
    """Free ones, locked. Raises `ResourcesShort`, `PoolNotFound`, and `ResourceInvalid` `kind_differs`."""
    pools = _pools(session, wanted)
    while True:
        with session.begin_nested() as attempt:
            picked = _first_free(session, pools, wanted.count, skip_locked=True)
            if len(picked) == wanted.count:
                return picked
            attempt.rollback()
        with session.begin_nested() as attempt:
            candidates = _first_free(session, pools, wanted.count)
            if len(candidates) < wanted.count:
                raise ResourcesShort(wanted.kind, wanted=wanted.count, free=len(candidates))
            picked = _lock(session, candidates)
            if len(picked) == wanted.count:
                return picked
            attempt.rollback()  # somebody has got one of them meanwhile: look again at what there is


def _pools(session: Session, wanted: Wanted) -> Sequence[ResourcePool]:
    if wanted.pool is None:
        return list_pools(session, wanted.kind)
    pool = find_pool(session, wanted.pool)
    if pool.kind != wanted.kind.value:
        detail = f"The pool {pool.name!r} holds {pool.kind}, not {wanted.kind.value}: name another pool or kind."
        raise ResourceInvalid("kind_differs", detail, {"pool": pool.name, "kind": pool.kind})
    return [pool]


def _first_free(
    session: Session, pools: Sequence[ResourcePool], count: int, *, skip_locked: bool = False
) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for pool in pools:
        query = _free_of(pool, count - len(found))
        if skip_locked:
            query = query.with_for_update(skip_locked=True, key_share=True)
        found += [(row[0], row[1]) for row in session.execute(query)]
        if len(found) == count:
            break
    return found


def _free_of(pool: ResourcePool, count: int) -> Select[int, str]:
    order = _ORDERS[PickPolicy(pool.pick_policy)]
    free = select(Resource.id, Resource.value).where(Resource.pool_id == pool.id, has_state(ResourceState.FREE))
    return free.order_by(*order).limit(count)


def _lock(session: Session, candidates: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those of `candidates` that are still free once their locks are held."""
    ids = [resource_id for resource_id, _ in candidates]
    still = select(Resource.id).where(Resource.id.in_(ids), has_state(ResourceState.FREE)).order_by(Resource.id)
    locked = set(session.scalars(still.with_for_update(key_share=True)))
    return [one for one in candidates if one[0] in locked]


def _named(session: Session, license_: LicenseRow, wanted: Wanted) -> list[tuple[int, str]]:
    """These very ones, locked. Raises `ResourceNotFree`, `ResourceNotFound`, `ValueInvalid`, `PoolNotFound`."""
    pool_id = None if wanted.pool is None else _pools(session, wanted)[0].id
    picked = []
    for found in lock_resources(session, wanted.values, wanted.kind):
        resource = found.resource
        if pool_id is not None and resource.pool_id != pool_id:
            detail = f"{resource.value} is in another pool than {wanted.pool!r}: name its own pool, or none."
            raise ResourceInvalid("pool_differs", detail, {"value": resource.value, "pool": wanted.pool})
        _make_free(session, found, license_)
        picked.append((resource.id, resource.value))
    return picked


def _make_free(session: Session, found: Found, license_: LicenseRow) -> None:
    """Raise `ResourceNotFree` where the license cannot have it."""
    state, resource = found.state, found.resource
    if state is ResourceState.RESERVED and resource.reserved_license_id == license_.id:
        state = ResourceState.QUARANTINED
    if state is ResourceState.QUARANTINED:
        session.execute(_RETURN, {"resource": resource.id, "license": license_.id})
        still = select(Resource.quarantined_until > func.clock_timestamp()).where(Resource.id == resource.id)
        state = ResourceState.QUARANTINED if session.scalar(still) else ResourceState.FREE
    if state is not ResourceState.FREE:
        raise ResourceNotFree(resource.value, state)


def _request(
    session: Session, license_: LicenseRow, wanted: Wanted, idempotency_key: str
) -> tuple[int, list[str] | None]:
    """The id of the request, and what it got if it came before. Raises `IdempotencyKeyTaken`."""
    key = clean_text(idempotency_key, what="The idempotency key", longest=LONGEST_KEY)
    asked = {"idempotency_key": key, "license_id": license_.id, "content": _digest(wanted)}
    once = upsert(ResourceRequest).values(asked).on_conflict_do_nothing(constraint="resource_requests_idempotency_key")
    made = session.scalar(once.returning(ResourceRequest.id))
    if made is not None:
        return made, None
    known = session.scalars(select(ResourceRequest).where(ResourceRequest.idempotency_key == key)).one()
    if (known.license_id, known.content) != (license_.id, asked["content"]):
        raise IdempotencyKeyTaken(key)
    got = (
        select(Resource.value)
        .join(ResourceAllocation, ResourceAllocation.resource_id == Resource.id)
        .where(ResourceAllocation.request_id == known.id)
        .order_by(ResourceAllocation.id)
    )
    return known.id, list(session.scalars(got))


def _digest(wanted: Wanted) -> str:
    asked = [wanted.kind.value, wanted.count, list(wanted.values), wanted.pool]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
