"""Make two institutions of one again, as they were: for thirty days, and while what has moved is where it went."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.customers.errors import VatIdTaken
from leasehold.customers.institutions import read_institution
from leasehold.customers.models import Customer, Institution
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.kit.orm import driver_connection, violated_constraint
from leasehold.leads.merging.errors import NotMerged, UnmergeRefused
from leasehold.leads.merging.models import InstitutionMerge
from leasehold.leads.merging.moving import lock_licenses, move_rows_back, strayed, take_excuses_back
from leasehold.leads.merging.objections import take_objections_back
from leasehold.leads.merging.pairs import Pair, read_pair, values_of
from leasehold.leads.merging.references import TO_CUSTOMERS, TO_INSTITUTIONS
from leasehold.leads.merging.service import reason_of_further_test
from leasehold.leads.pipeline import stage_to_return_to

DAYS_TO_UNDO: Final = 30
"""Of 24 hours each, from the merge on."""

_IS_IN_TIME = InstitutionMerge.created_at > func.clock_timestamp() - text(f"interval '{DAYS_TO_UNDO * 24} hours'")


def merge_in_force(session: Session, loser_id: int) -> InstitutionMerge | None:
    """The merge by which an institution was given up; None where it stands for itself."""
    in_force = (InstitutionMerge.loser_id == loser_id, InstitutionMerge.undone_at.is_(None))
    return session.scalars(select(InstitutionMerge).where(*in_force)).one_or_none()


def read_merge(session: Session, loser_id: int) -> InstitutionMerge:
    """The same. Raises `InstitutionNotFound` and `NotMerged`."""
    loser = read_institution(session, loser_id)
    merge = merge_in_force(session, loser_id)
    if merge is None:
        raise NotMerged(loser.name)
    return merge


def merges_into(session: Session, winner_id: int, *, limit: int = 20) -> list[tuple[InstitutionMerge, str]]:
    """The newest merges in force into an institution, newest first, each with the name of what was given up."""
    mine = (InstitutionMerge.winner_id == winner_id, InstitutionMerge.undone_at.is_(None))
    named = select(InstitutionMerge, Institution.name).join(Institution, Institution.id == InstitutionMerge.loser_id)
    found = session.execute(named.where(*mine).order_by(InstitutionMerge.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in found]


def undo_merge(session: Session, loser_id: int, *, actor: Actor) -> InstitutionMerge:
    """Bring the loser of a merge back with all that has moved. What was changed of the winner since stays changed.

    Raises `InstitutionNotFound`, `NotMerged`, `VatIdTaken`, and `UnmergeRefused` `too_late`, `winner_merged`,
    `moved_on`, `circle`.
    """
    merge = read_merge(session, loser_id)
    pair = read_pair(session, loser_id, merge.winner_id, lock=True)
    session.refresh(merge, with_for_update=True)
    if merge.undone_at is not None:
        raise NotMerged(pair.loser.name)
    _check(session, merge, pair)
    try:
        with session.begin_nested():
            _restore(session, merge, pair)
            _move_back(driver_connection(session), merge, pair)
    except IntegrityError as error:
        raise _refusal(error, pair) from error
    merge.undone_at, merge.undone_by = func.clock_timestamp(), actor.name
    session.flush()
    session.expire_all()  # rows have moved that the session does not know of
    for row in (pair.loser, pair.winner, merge):
        session.refresh(row)
    return merge


def _check(session: Session, merge: InstitutionMerge, pair: Pair) -> None:
    in_time = session.scalar(select(_IS_IN_TIME).where(InstitutionMerge.id == merge.id))
    if not in_time:
        detail = f"The merge was made more than {DAYS_TO_UNDO} days ago, so it stays: make a new institution instead."
        raise UnmergeRefused(detail, {"problem": "too_late", "days": DAYS_TO_UNDO})
    if pair.winner.merged_into_id is not None:
        detail = f"{pair.winner.name!r} was merged into another since: undo that merge first."
        raise UnmergeRefused(detail, {"problem": "winner_merged", "name": pair.winner.name})
    connection = driver_connection(session)
    owners = [(TO_INSTITUTIONS, pair.winner.id)]
    if pair.losing_customer is not None and pair.winning_customer is not None:
        lock_licenses(connection, [pair.losing_customer.id, pair.winning_customer.id])
        owners.append((TO_CUSTOMERS, pair.winning_customer.id))
    for references, winner in owners:
        for reference in references:
            count = strayed(connection, reference, merge.moved, winner=winner)
            if count:
                detail = (
                    f"{count} rows of {reference.table} that came with the merge belong to others since, so nothing "
                    "was undone: give them back first, or leave the merge as it is."
                )
                raise UnmergeRefused(detail, {"problem": "moved_on", "count": count, "table": reference.table})


def _restore(session: Session, merge: InstitutionMerge, pair: Pair) -> None:
    """The winner's fields first, so that what only one can have is free for the loser."""
    present, before = values_of(pair.winner), dict(merge.before["winner"])
    if "stage_id" in merge.after:
        before["stage_id"] = stage_to_return_to(session, before["stage_id"], before["lost_reason"])
    for name, value in merge.after.items():
        if present[name] == value:
            setattr(pair.winner, name, before[name])
    if "customer_since" in before and pair.winning_customer is not None:
        _customer_since(session, pair.winning_customer, before["customer_since"])
    session.flush()
    pair.loser.merged_into_id = None
    session.flush()


def _customer_since(session: Session, customer: Customer, since: Any) -> None:
    customer.since = datetime.fromisoformat(since)
    session.flush()


def _move_back(connection: Connection, merge: InstitutionMerge, pair: Pair) -> None:
    move_rows_back(connection, TO_INSTITUTIONS, merge.moved, loser=pair.loser.id, winner=pair.winner.id)
    if pair.losing_customer is not None and pair.winning_customer is not None:
        whose = {"loser": pair.losing_customer.id, "winner": pair.winning_customer.id}
        move_rows_back(connection, TO_CUSTOMERS, merge.moved, **whose)
    take_objections_back(connection, merge.moved)
    take_excuses_back(connection, merge.moved, reason=reason_of_further_test(pair.loser.id))


def _refusal(error: IntegrityError, pair: Pair) -> Exception:
    match violated_constraint(error):
        case "institutions_vat_id":
            return VatIdTaken(pair.loser.vat_id or pair.winner.vat_id or "")
        case "institutions_no_cycle":
            detail = f"{pair.winner.name!r} would stand above itself by now: give it another parent first."
            return UnmergeRefused(detail, {"problem": "circle", "name": pair.winner.name})
        case _:
            return error
