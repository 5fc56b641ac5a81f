"""Merge an institution into another, in one transaction, once one has seen what that comes to.

1. Lock both, and the customers that they are; look whether anything stands in the way.
2. Choose the fields that the winner goes on with.
3. Give the loser up: it keeps its row, which names the winner.
4. Move what refers to it, a statement for each foreign key; of two customers, the licenses too.
5. Write down what both were and what has moved, so that it can be undone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from leasehold.customers.models import Institution
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.kit.orm import check_version, driver_connection
from leasehold.leads.converting import won_stage
from leasehold.leads.merging.fields import Choice, Side, choose
from leasehold.leads.merging.models import InstitutionMerge
from leasehold.leads.merging.moving import Moved, count_rows, excuse_open_tests, lock_licenses, move_rows
from leasehold.leads.merging.objections import carry_objections_over
from leasehold.leads.merging.pairs import Pair, check_mergeable, parent_after, read_pair, values_of
from leasehold.leads.merging.references import TO_CUSTOMERS, TO_INSTITUTIONS, Fate

Keep = Mapping[str, Side]


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would come to: the fields of the winner, and how many rows of which table move or stay."""

    loser: Institution
    winner: Institution
    choices: list[Choice]
    moves: dict[str, int]
    stays: dict[str, int]


@dataclass(frozen=True, slots=True)
class Versions:
    """How often the two had been changed when somebody has decided to merge them."""

    loser: int
    winner: int


def preview_merge(session: Session, loser_id: int, winner_id: int, *, keep: Keep | None = None) -> MergePreview:
    """What would move, and what the winner would be. Nothing is changed.

    Raises `InstitutionNotFound`, `InstitutionMerged`, `MergeRefused` and `FieldUnknown`.
    """
    pair = read_pair(session, loser_id, winner_id)
    check_mergeable(session, pair)
    choices = choose(values_of(pair.loser), values_of(pair.winner), keep or {})
    parent_after(session, pair, _outcome(choices, "parent_id"), chosen="parent_id" in (keep or {}))
    moves, stays = _counts(driver_connection(session), pair)
    return MergePreview(pair.loser, pair.winner, choices, moves, stays)


def merge_institutions(
    session: Session,
    loser_id: int,
    winner_id: int,
    *,
    actor: Actor,
    keep: Keep | None = None,
    versions: Versions | None = None,
) -> InstitutionMerge:
    """Make two institutions, read at `versions`, one; the loser's row stays and leads to the winner.

    Raises `InstitutionNotFound`, `Stale`, `InstitutionMerged`, `MergeRefused` and `FieldUnknown`.
    """
    pair = read_pair(session, loser_id, winner_id, lock=True)
    check_mergeable(session, pair)
    if versions is not None:
        check_version(pair.loser, versions.loser)
        check_version(pair.winner, versions.winner)
    before = {"loser": values_of(pair.loser), "winner": values_of(pair.winner)}
    after = _after(session, pair, keep or {})
    pair.loser.merged_into_id = winner_id
    session.flush()  # first, so that what only one can have is free for the winner
    if pair.winner.parent_id == loser_id:
        pair.winner.parent_id = after["parent_id"]
        session.flush()
    moved = _move(driver_connection(session), pair)
    for name, value in after.items():
        setattr(pair.winner, name, value)
    before["winner"] |= _older_customer(pair)
    merge = InstitutionMerge(
        loser_id=loser_id, winner_id=winner_id, before=before, after=after, moved=moved, made_by=actor.name
    )
    session.add(merge)
    session.flush()
    session.expire_all()  # rows have moved that the session does not know of
    for row in (pair.loser, pair.winner, merge):
        session.refresh(row)
    return merge


def reason_of_further_test(loser_id: int) -> str:
    """Why a customer has a second open test license after a merge."""
    return f"came with the merged institution {loser_id}"


def _after(session: Session, pair: Pair, keep: Keep) -> dict[str, Any]:
    """The fields of the winner that become others."""
    present = values_of(pair.winner)
    choices = choose(values_of(pair.loser), present, keep)
    wanted = {choice.name: choice.outcome for choice in choices}
    wanted["parent_id"] = parent_after(session, pair, wanted["parent_id"], chosen="parent_id" in keep)
    # Who may not be contacted as one of the two may not be as the one.
    wanted["do_not_contact"] = pair.loser.do_not_contact or pair.winner.do_not_contact
    if pair.losing_customer is not None and pair.winning_customer is None:
        wanted |= {"stage_id": won_stage(session), "lost_reason": None}
    return {name: value for name, value in wanted.items() if value != present[name]}


def _move(connection: Connection, pair: Pair) -> Moved:
    whose = {"loser": pair.loser.id, "winner": pair.winner.id}
    moved = carry_objections_over(connection, **whose)
    moved |= move_rows(connection, TO_INSTITUTIONS, **whose)
    if pair.losing_customer is not None and pair.winning_customer is not None:
        whose = {"loser": pair.losing_customer.id, "winner": pair.winning_customer.id}
        lock_licenses(connection, list(whose.values()))
        moved |= excuse_open_tests(connection, **whose, reason=reason_of_further_test(pair.loser.id))
        moved |= move_rows(connection, TO_CUSTOMERS, **whose)
    return moved


def _older_customer(pair: Pair) -> dict[str, Any]:
    """Of two customers the one that stays is one since the earlier of the two days; gives what it was before."""
    loser, winner = pair.losing_customer, pair.winning_customer
    if loser is None or winner is None or loser.since >= winner.since:
        return {}
    before = winner.since.isoformat()
    winner.since = loser.since
    return {"customer_since": before}


def _counts(connection: Connection, pair: Pair) -> tuple[dict[str, int], dict[str, int]]:
    moves: dict[str, int] = {}
    stays: dict[str, int] = {}
    sides = [(TO_INSTITUTIONS, pair.loser.id, pair.winner.id)]
    if pair.losing_customer is not None and pair.winning_customer is not None:
        sides.append((TO_CUSTOMERS, pair.losing_customer.id, pair.winning_customer.id))
    for references, loser, winner in sides:
        for reference in references:
            if reference.fate is not Fate.MOVES:
                continue
            moving, there = count_rows(connection, reference, loser=loser, winner=winner)
            if moving:
                moves[reference.table] = moving
            if there > moving:
                stays[reference.table] = there - moving
    return moves, stays


def _outcome(choices: list[Choice], name: str) -> Any:
    return next(choice.outcome for choice in choices if choice.name == name)
