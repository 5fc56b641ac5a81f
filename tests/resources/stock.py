"""Pools with something in them, and licenses that want it."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.resources.adding import add_resources
from leasehold.resources.models import Resource
from leasehold.resources.pools import PoolCard, create_pool
from leasehold.resources.states import state_column
from leasehold.resources.vocabulary import PickPolicy, ResourceKind

ACTOR = Actor("cli:test")


def make_pool(
    database: Database,
    *values: str,
    kind: ResourceKind = ResourceKind.IPV4,
    name: str = "pool",
    policy: PickPolicy = PickPolicy.LOWEST,
    quarantine_days: int | None = None,
) -> int:
    """A pool that holds `values`; its id."""
    with transaction(database, ACTOR) as session:
        card = PoolCard(name, pick_policy=policy, quarantine_days=quarantine_days)
        pool = create_pool(session, kind, card)
        if values:
            add_resources(session, pool, values)
        return pool.id


def states(database: Database) -> dict[str, str]:
    """How each resource stands now."""
    with transaction(database, ACTOR) as session:
        return {row[0]: row[1] for row in session.execute(select(Resource.value, state_column()))}


def let_pass(session: Session, values: Iterable[str], time: timedelta) -> None:
    """Move all that is known of these back in time, as if it had happened so much earlier. Needs the owner."""
    moved = {"values": list(values), "time": time}
    for statement in (
        "ALTER TABLE resource_allocations DISABLE TRIGGER USER",
        "UPDATE resource_allocations SET period = tstzrange(lower(period) - :time, upper(period) - :time),"
        " released_at = released_at - :time"
        " WHERE resource_id IN (SELECT id FROM resources WHERE value = ANY(:values))",
        "ALTER TABLE resource_allocations ENABLE TRIGGER USER",
        "UPDATE resources SET quarantined_until = quarantined_until - CAST(:time AS interval),"
        " reserved_until = reserved_until - CAST(:time AS interval) WHERE value = ANY(:values)",
    ):
        session.execute(text(statement), moved if ":" in statement else {})
