"""Give resources to a license: as many as are asked for, or these very ones, and else none.

Locks are taken in one order: the license, then resources by id. How the next free ones are picked, and why nobody is
told of a shortage that there is not, says `allocate_resources` in the schema (migration 0013): there it is one round
trip, so that others wait as little as can be.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from leasehold.kit.text import clean_text
from leasehold.licensing.models import LicenseRow
from leasehold.licensing.service import find_license
from leasehold.resources.errors import IdempotencyKeyTaken, ResourceInvalid, ResourceNotFree, ResourcesShort
from leasehold.resources.finding import Found, lock_resources
from leasehold.resources.models import Resource, ResourceAllocation, ResourcePool, ResourceRequest
from leasehold.resources.pools import find_pool
from leasehold.resources.vocabulary import ResourceKind, ResourceState

MOST_AT_ONCE = 1000
LONGEST_KEY = 200
_ALLOCATE = text("SELECT given, free FROM allocate_resources(:license, :kind, :pool, :count, :request)")
_GIVE = text("SELECT give_resources(:license, CAST(:resources AS bigint[]), :request)")
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
    pool = _pool(session, wanted)
    if wanted.values:
        return _give_named(session, license_, request_id, wanted, pool)
    asked = {"kind": wanted.kind.value, "pool": pool and pool.id, "count": wanted.count}
    given, free = session.execute(_ALLOCATE, {"license": license_.id, "request": request_id, **asked}).one()
    if given is None:
        raise ResourcesShort(wanted.kind, wanted=wanted.count, free=free)
    return list(given)


def resources_of_license(session: Session, license_id: int) -> Sequence[Resource]:
    """What the license has, kind by kind, in the order of values."""
    mine = select(Resource).where(Resource.license_id == license_id)
    return session.scalars(mine.order_by(Resource.kind, Resource.sort_key)).all()


def _pool(session: Session, wanted: Wanted) -> ResourcePool | None:
    """The pool that is named. Raises `PoolNotFound`, and `ResourceInvalid` `kind_differs`."""
    if wanted.pool is None:
        return None
    pool = find_pool(session, wanted.pool)
    if pool.kind != wanted.kind.value:
        detail = f"The pool {pool.name!r} holds {pool.kind}, not {wanted.kind.value}: name another pool or kind."
        raise ResourceInvalid("kind_differs", detail, {"pool": pool.name, "kind": pool.kind})
    return pool


def _give_named(
    session: Session, license_: LicenseRow, request_id: int | None, wanted: Wanted, pool: ResourcePool | None
) -> list[str]:
    """These very ones. Raises `ResourceNotFree`, `ResourceNotFound`, `ValueInvalid`, `ResourceInvalid`."""
    found = lock_resources(session, wanted.values, wanted.kind)
    for one in found:
        if pool is not None and one.resource.pool_id != pool.id:
            detail = f"{one.resource.value} is in another pool than {pool.name!r}: name its own pool, or none."
            raise ResourceInvalid("pool_differs", detail, {"value": one.resource.value, "pool": pool.name})
        _make_free(session, one, license_)
    ids = [one.resource.id for one in found]
    session.execute(_GIVE, {"license": license_.id, "resources": ids, "request": request_id})
    return [one.resource.value for one in found]


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
