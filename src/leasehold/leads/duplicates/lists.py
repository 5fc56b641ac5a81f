"""What the work list of duplicates can be asked."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Select,
    SmallInteger,
    Text,
    cast,
    column,
    select,
    table,
)
from sqlalchemy.orm import Session, aliased

from leasehold.customers.models import Customer, Institution
from leasehold.kit.listing import Listing, Wanted, no_such_choice, read_page
from leasehold.leads.duplicates.likeness import Reason
from leasehold.leads.duplicates.work_list import Pair

_CANDIDATES = table(
    "duplicate_candidates",
    column("first_id", BigInteger),
    column("second_id", BigInteger),
    column("score", SmallInteger),
    column("reasons", ARRAY(Text)),
    column("found_at", DateTime(timezone=True)),
)
_PAIR = _CANDIDATES.c


def _pairs(_context: object) -> Select[Any]:
    # Looked up and not joined: PostgreSQL does so after sorting, for the rows of the page alone.
    first, second = (_whose(of) for of in (_PAIR.first_id, _PAIR.second_id))
    return select(*first, *second, _PAIR.score, _PAIR.reasons, _PAIR.found_at)


def _whose(of: ColumnElement[int]) -> tuple[Any, ...]:
    institution, customer = aliased(Institution), aliased(Customer)
    name = select(institution.name).where(institution.id == of).scalar_subquery()
    customer_id = select(customer.id).where(customer.institution_id == of).scalar_subquery()
    return of, name, customer_id


def _for_reasons(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    unknown = next((text for text in texts if text not in list(Reason)), None)
    if unknown is not None:
        raise no_such_choice(unknown, list(Reason))
    return _PAIR.reasons.op("&&", return_type=Boolean())(cast(list(texts), ARRAY(Text)))


PAIRS: Listing[None, Pair] = Listing(
    name="duplicates",
    query=_pairs,
    read=lambda row, _: Pair(*row),
    key=(_PAIR.first_id, _PAIR.second_id),
    orders={"likelihood": _PAIR.score, "newest": _PAIR.found_at},
    default_order="-likelihood",
    conditions={"reason": _for_reasons},
)


def list_pairs(session: Session, *, limit: int = 1000) -> list[Pair]:
    """The first of the work list, the likeliest pairs before the others."""
    return read_page(session, PAIRS, Wanted(limit=limit), None).rows
