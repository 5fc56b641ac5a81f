"""How a resource stands at a moment: said once, to be asked of one row and to be looked for in many."""

from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, and_, case, func, literal, literal_column, or_
from sqlalchemy.orm import Session

from leasehold.resources.models import Resource
from leasehold.resources.vocabulary import ResourceState

Moment = ColumnElement[datetime]

NOW: Moment = func.statement_timestamp()
"""The beginning of the statement: the one clock that an index can be asked with."""

_IN_STOCK = and_(Resource.retired_at.is_(None), Resource.license_id.is_(None))
_EPOCH = literal_column("'epoch'::timestamptz", DateTime(timezone=True))
WAITING: ColumnElement[bool] = and_(_IN_STOCK, Resource.available_from > _EPOCH)
"""In quarantine or reserved, now or once, as the index of those has it: all that are so now, and few others."""


def has_state(state: ResourceState, now: Moment = NOW) -> ColumnElement[bool]:
    """Whether it stands so; exactly one state is true of each resource."""
    match state:
        case ResourceState.RETIRED:
            return Resource.retired_at.is_not(None)
        case ResourceState.ALLOCATED:
            return Resource.license_id.is_not(None)
        case ResourceState.FREE:
            return and_(_IN_STOCK, Resource.available_from <= now)
        case ResourceState.RESERVED:
            return and_(WAITING, Resource.reserved_until > now)
        case ResourceState.QUARANTINED:
            unreserved = or_(Resource.reserved_until.is_(None), Resource.reserved_until <= now)
            return and_(WAITING, Resource.quarantined_until > now, unreserved)


def state_column(now: Moment = NOW) -> ColumnElement[str]:
    """The state as a value of a query."""
    return case(*((has_state(state, now), literal(state.value)) for state in ResourceState))


def read_now(session: Session) -> datetime:
    """The database's clock."""
    now: datetime = session.execute(func.clock_timestamp().select()).scalar_one()
    return now
