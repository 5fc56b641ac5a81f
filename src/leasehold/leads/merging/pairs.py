"""The two of a merge: locked in one order, looked at, and what stands in the way of it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leasehold.customers.errors import InstitutionNotFound
from leasehold.customers.merged import check_not_merged
from leasehold.customers.models import Customer, Institution
from leasehold.leads.merging.errors import MergeRefused
from leasehold.leads.merging.fields import KEPT

_PARENTS = func.hashtextextended("leasehold.institution_parents", 0)


@dataclass(frozen=True, slots=True)
class Pair:
    """The institution that is given up, the one that stays, and the customers that they are."""

    loser: Institution
    winner: Institution
    losing_customer: Customer | None
    winning_customer: Customer | None


def read_pair(session: Session, loser_id: int, winner_id: int, *, lock: bool = False) -> Pair:
    """Both as they are now; with `lock` until the transaction ends. Raises `InstitutionNotFound` and `MergeRefused`.

    Parents are held first, as whoever changes them does; then institutions and customers by id.
    """
    if loser_id == winner_id:
        detail = "An institution cannot be merged into itself: name two."
        raise MergeRefused(detail, {"problem": "into_itself"})
    both = select(Institution).where(Institution.id.in_((loser_id, winner_id))).order_by(Institution.id)
    theirs = select(Customer).where(Customer.institution_id.in_((loser_id, winner_id))).order_by(Customer.id)
    if lock:
        session.execute(select(func.pg_advisory_xact_lock(_PARENTS)))
        both, theirs = both.with_for_update(), theirs.with_for_update(of=Customer)
    fresh = {"populate_existing": True}
    found = {one.id: one for one in session.scalars(both.execution_options(**fresh))}
    for wanted in (loser_id, winner_id):
        if wanted not in found:
            raise InstitutionNotFound(str(wanted))
    customers = {one.institution_id: one for one in session.scalars(theirs.execution_options(**fresh))}
    return Pair(found[loser_id], found[winner_id], customers.get(loser_id), customers.get(winner_id))


def check_mergeable(session: Session, pair: Pair) -> None:
    """Raises `InstitutionMerged`, and `MergeRefused` `winner_archived` and `winner_below`."""
    check_not_merged(pair.loser)
    check_not_merged(pair.winner)
    if pair.winner.archived_at is not None and pair.loser.archived_at is None:
        detail = f"{pair.winner.name!r} is archived: bring it back first, or merge it into the other."
        raise MergeRefused(detail, {"problem": "winner_archived", "name": pair.winner.name})
    between = pair.winner.parent_id
    if between != pair.loser.id and between is not None and pair.loser.id in above(session, between):
        detail = (
            f"{pair.winner.name!r} stands below {pair.loser.name!r} with another between them, so it would stand above "
            "itself: give it another parent first, or merge the other way round."
        )
        raise MergeRefused(detail, {"problem": "winner_below", "name": pair.winner.name, "other": pair.loser.name})


def parent_after(session: Session, pair: Pair, wanted: int | None, *, chosen: bool) -> int | None:
    """Whom the winner stands below after the merge; `wanted` is what the choice of fields comes to.

    Raises `MergeRefused` `parent_below` where it was chosen and would be a circle.
    """
    if wanted == pair.loser.id:  # a mother that is merged into her daughter leaves her own mother
        wanted = pair.loser.parent_id
    if wanted is None or pair.winner.id not in above(session, wanted):
        return wanted
    if chosen:
        detail = (
            f"The parent of {pair.loser.name!r} is {pair.winner.name!r} or stands below it: keep the winner's parent."
        )
        raise MergeRefused(detail, {"problem": "parent_below", "name": pair.winner.name, "other": pair.loser.name})
    return None


def above(session: Session, institution_id: int) -> set[int]:
    """The ids of the institution and of all that it stands below."""
    chain = select(Institution.id, Institution.parent_id).where(Institution.id == institution_id)
    walk = chain.cte("above", recursive=True)
    walk = walk.union(select(Institution.id, Institution.parent_id).join(walk, Institution.id == walk.c.parent_id))
    return set(session.scalars(select(walk.c.id)))


def values_of(institution: Institution) -> dict[str, Any]:
    """All that a merge can change, as it is written down."""
    values = {name: getattr(institution, name) for name in KEPT}
    return values | {"tags": list(institution.tags)}
