"""Make, find and change pools."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.kit.orm import check_version, violated_constraint
from leasehold.kit.text import clean_text
from leasehold.resources.errors import PoolExists, PoolInvalid, PoolNotFound
from leasehold.resources.models import ResourcePool
from leasehold.resources.values.normal import ValueRules
from leasehold.resources.values.phones import country_is_known
from leasehold.resources.vocabulary import PickPolicy, ResourceKind

LONGEST_NAME = 100
LONGEST_QUARANTINE_DAYS = 3650
MOST_LOW_WATER = 100_000
DEFAULT_QUARANTINE_DAYS = {ResourceKind.PHONE: 90, ResourceKind.DOMAIN: 30, ResourceKind.IPV4: 7}


@dataclass(frozen=True, slots=True)
class PoolCard:
    """A pool as somebody wants it to be. Below `low_water` free ones it asks for attention; 0 is never.

    `owner` is who looks after it, in free words. `quarantine_days` None is the default of the kind. Numbers without a
    country are of `default_country` (DE, …).
    """

    name: str
    owner: str | None = None
    pick_policy: PickPolicy = PickPolicy.LOWEST
    quarantine_days: int | None = None
    low_water: int = 0
    public_only: bool = False
    default_country: str | None = None


def create_pool(session: Session, kind: ResourceKind, card: PoolCard) -> ResourcePool:
    """A new, empty pool. Raises `PoolExists`, `PoolInvalid` and `DomainError` `text_invalid`."""
    pool = ResourcePool(kind=kind.value)
    session.add(_written(pool, card))
    _flush(session, card)
    return pool


def edit_pool(session: Session, pool_id: int, card: PoolCard, *, version: int | None = None) -> ResourcePool:
    """Make the pool, read at `version`, what `card` says; what is in quarantine already stays so.

    Raises `PoolNotFound`, `Stale`, `PoolExists`, `PoolInvalid` and `DomainError` `text_invalid`.
    """
    pool = session.get(ResourcePool, pool_id, with_for_update={"key_share": True}, populate_existing=True)
    if pool is None:
        raise PoolNotFound(str(pool_id))
    check_version(pool, version)
    with session.no_autoflush:
        _written(pool, card)
    _flush(session, card)
    return pool


def card_of(pool: ResourcePool) -> PoolCard:
    """The pool as it is."""
    return PoolCard(
        name=pool.name,
        owner=pool.owner,
        pick_policy=PickPolicy(pool.pick_policy),
        quarantine_days=pool.quarantine_days,
        low_water=pool.low_water,
        public_only=pool.public_only,
        default_country=pool.default_country,
    )


def read_pool(session: Session, pool_id: int) -> ResourcePool:
    """The pool with this id. Raises `PoolNotFound`."""
    pool = session.get(ResourcePool, pool_id)
    if pool is None:
        raise PoolNotFound(str(pool_id))
    return pool


def find_pool(session: Session, name: str) -> ResourcePool:
    """The pool with this name, in any letter case. Raises `PoolNotFound`."""
    named = func.lower(ResourcePool.name) == func.lower(" ".join(name.split()))
    pool = session.scalars(select(ResourcePool).where(named)).one_or_none()
    if pool is None:
        raise PoolNotFound(name)
    return pool


def list_pools(session: Session, kind: ResourceKind | None = None) -> Sequence[ResourcePool]:
    """Every pool, or those of a kind, in the order they were made: the one in which they are allocated from."""
    query = select(ResourcePool).order_by(ResourcePool.id)
    return session.scalars(query if kind is None else query.where(ResourcePool.kind == kind.value)).all()


def rules_of(pool: ResourcePool) -> ValueRules:
    """What the pool takes."""
    return ValueRules(ResourceKind(pool.kind), public_only=pool.public_only, default_country=pool.default_country)


def _written(pool: ResourcePool, card: PoolCard) -> ResourcePool:
    kind = ResourceKind(pool.kind)
    days = DEFAULT_QUARANTINE_DAYS[kind] if card.quarantine_days is None else card.quarantine_days
    country = card.default_country.strip().upper() if card.default_country else None
    _check(kind, card, days, country)
    pool.name = clean_text(card.name, what="The pool's name", longest=LONGEST_NAME)
    pool.owner = clean_text(card.owner, what="The pool's owner", longest=LONGEST_NAME) if card.owner else None
    pool.pick_policy = card.pick_policy.value
    pool.quarantine_days = days
    pool.low_water = card.low_water
    pool.public_only = card.public_only
    pool.default_country = country
    return pool


def _check(kind: ResourceKind, card: PoolCard, days: int, country: str | None) -> None:
    if not 0 <= days <= LONGEST_QUARANTINE_DAYS:
        detail = f"A quarantine lasts 0 to {LONGEST_QUARANTINE_DAYS} days, not {days}."
        raise PoolInvalid(detail, {"problem": "quarantine_out_of_range", "days": days, "most": LONGEST_QUARANTINE_DAYS})
    if not 0 <= card.low_water <= MOST_LOW_WATER:
        detail = f"A low-water mark is a number from 0 to {MOST_LOW_WATER}, not {card.low_water}."
        raise PoolInvalid(detail, {"problem": "low_water_out_of_range", "most": MOST_LOW_WATER})
    if card.public_only and kind is not ResourceKind.IPV4:
        raise PoolInvalid("Only pools of IPv4 addresses can take public ones only.", {"problem": "public_not_ipv4"})
    if country is not None and kind is not ResourceKind.PHONE:
        raise PoolInvalid("Only pools of phone numbers have a default country.", {"problem": "country_not_phone"})
    if country is not None and not country_is_known(country):
        detail = f"{country!r} is no country that has phone numbers: write two letters such as DE."
        raise PoolInvalid(detail, {"problem": "country_unknown", "country": country})


def _flush(session: Session, card: PoolCard) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "resource_pools_name":
            raise PoolExists(card.name) from error
        raise
