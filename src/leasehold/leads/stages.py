"""The stages themselves, as the house wants them: added, named, put in order, made another type, and removed.

Whoever changes them does so one after the other, so that two at once do not take the last open one away.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.customers.models import Institution, PipelineStage
from leasehold.kit.orm import check_version, violated_constraint
from leasehold.kit.text import clean_text
from leasehold.leads.errors import StageNameTaken, StageNotFound, StagesRefused
from leasehold.leads.pipeline import LONGEST_REASON, list_stages
from leasehold.leads.vocabulary import StageColour, StageType

LONGEST_NAME: Final = 60
_STEP: Final = 10
_ONE_AT_A_TIME = func.hashtextextended("leasehold.pipeline_stages", 0)


@dataclass(frozen=True, slots=True)
class StageCard:
    """A stage as somebody wants it."""

    name: str
    type: StageType = StageType.OPEN
    colour: StageColour = StageColour.SECONDARY


@dataclass(frozen=True, slots=True)
class Successor:
    """Where the leads of a stage that is removed go; a lost one needs the reason."""

    stage_id: int
    lost_reason: str | None = None


def read_stage(session: Session, stage_id: int) -> PipelineStage:
    """The stage with this id that leads can stand in. Raises `StageNotFound`."""
    stage = session.get(PipelineStage, stage_id)
    if stage is None or stage.removed_at is not None:
        raise StageNotFound(str(stage_id))
    return stage


def card_of(stage: PipelineStage) -> StageCard:
    """What is written down of a stage, as a card."""
    return StageCard(stage.name, StageType(stage.type), StageColour(stage.colour))


def count_in_stages(session: Session) -> dict[int, int]:
    """How many institutions stand in each stage, whatever they are, by the stage's id; those in none are left out."""
    counted = select(Institution.stage_id, func.count()).where(Institution.stage_id.is_not(None))
    return {int(row[0] or 0): int(row[1]) for row in session.execute(counted.group_by(Institution.stage_id))}


def add_stage(session: Session, card: StageCard, *, after_id: int | None = None) -> PipelineStage:
    """A further stage, after another one; 0: before all others, None: at the end.

    Raises `StageNameTaken`, `StageNotFound` and `DomainError` `text_invalid`.
    """
    _wait_for_others(session)
    stage = PipelineStage(position=0)
    _save(session, stage, card)
    _put(session, stage, after_id)
    return stage


def edit_stage(
    session: Session, stage_id: int, card: StageCard, *, after_id: int | None = None, version: int | None = None
) -> PipelineStage:
    """Make a stage, read at `version`, what `card` says, and put it after another one (0: before all); None: it stays.

    Only an empty stage becomes one of another type. Raises `StageNotFound`, `Stale`, `StagesRefused`,
    `StageNameTaken` and `DomainError` `text_invalid`.
    """
    _wait_for_others(session)
    stage = _locked(session, stage_id, version)
    if card.type != stage.type:
        _check_another_is_open(session, stage)
        _check_is_empty(session, stage, "not_empty_for_type")
    _save(session, stage, card)
    if after_id is not None:
        _put(session, stage, after_id)
    return stage


def remove_stage(
    session: Session, stage_id: int, *, successor: Successor | None = None, version: int | None = None
) -> int:
    """Remove a stage, read at `version`; whoever stands in it goes to the `successor`. Returns how many those were.

    What stood in it before remembers it by its name. Raises `StageNotFound`, `Stale`, `StagesRefused` and `DomainError`
    `text_invalid`.
    """
    _wait_for_others(session)
    # First, as whoever moves an institution does.
    here = select(Institution.id).where(Institution.stage_id == stage_id)
    session.execute(here.order_by(Institution.id).with_for_update(key_share=True))
    stage = _locked(session, stage_id, version)
    _check_another_is_open(session, stage)
    if successor is None:
        _check_is_empty(session, stage, "not_empty")
        count = 0
    else:
        moving = update(Institution).where(Institution.stage_id == stage_id).returning(Institution.id)
        count = len(session.execute(moving.values(**_place(session, stage, successor))).all())
    stage.removed_at = func.clock_timestamp()
    session.flush()
    session.expire_all()  # institutions have moved that the session does not know of
    return count


def _wait_for_others(session: Session) -> None:
    session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def _locked(session: Session, stage_id: int, version: int | None) -> PipelineStage:
    """The stage as it is now, into which nobody comes until the transaction ends."""
    stage = read_stage(session, stage_id)
    session.refresh(stage, with_for_update=True)
    if stage.removed_at is not None:
        raise StageNotFound(str(stage_id))
    check_version(stage, version)
    return stage


def _save(session: Session, stage: PipelineStage, card: StageCard) -> None:
    name = clean_text(card.name, what="The stage's name", longest=LONGEST_NAME)
    try:
        with session.begin_nested():
            stage.name, stage.type, stage.colour = name, card.type.value, card.colour.value
            session.add(stage)
            session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "pipeline_stages_name":
            raise StageNameTaken(name) from error
        raise
    session.refresh(stage)


def _put(session: Session, stage: PipelineStage, after_id: int | None) -> None:
    """Number all stages anew, with this one in its place; only what has another place now is written."""
    others = [one for one in list_stages(session) if one.id != stage.id]
    ids = [one.id for one in others]
    if after_id and after_id not in ids:
        raise StageNotFound(str(after_id))
    place = len(ids) if after_id is None else ids.index(after_id) + 1 if after_id else 0
    for number, one in enumerate([*others[:place], stage, *others[place:]], start=1):
        one.position = number * _STEP
    session.flush()
    session.refresh(stage)


def _check_another_is_open(session: Session, stage: PipelineStage) -> None:
    others = (one for one in list_stages(session) if one.id != stage.id)
    if stage.type == StageType.OPEN and not any(one.type == StageType.OPEN for one in others):
        detail = f"{stage.name!r} is the last open stage, in which new leads begin: add another open one first."
        raise StagesRefused(detail, {"problem": "last_open", "name": stage.name})


def _check_is_empty(session: Session, stage: PipelineStage, problem: str) -> None:
    here = select(func.count()).select_from(Institution).where(Institution.stage_id == stage.id)
    count = session.scalar(here) or 0
    if count and problem == "not_empty":
        detail = f"{stage.name!r} is not empty (institutions in it: {count}): say where they go."
        raise StagesRefused(detail, {"problem": "not_empty", "name": stage.name, "count": count})
    if count:
        detail = (
            f"{stage.name!r} is not empty (institutions in it: {count}), so it stays of its type: move them away first."
        )
        raise StagesRefused(detail, {"problem": "not_empty_for_type", "name": stage.name, "count": count})


def _place(session: Session, stage: PipelineStage, successor: Successor) -> dict[str, Any]:
    """The columns of whoever goes to the successor: customers stay in a won stage, and leads come into none."""
    to = read_stage(session, successor.stage_id)
    if to.id == stage.id:
        detail = f"{stage.name!r} is the stage that is removed: choose another one."
        raise StagesRefused(detail, {"problem": "moves_to_itself", "name": stage.name})
    if (to.type == StageType.WON) != (stage.type == StageType.WON):
        detail = "Customers stand in a stage that is won, and nobody else does: choose a stage for them."
        raise StagesRefused(detail, {"problem": "won_is_for_customers"})
    if to.type != StageType.LOST:
        return {"stage_id": to.id, "lost_reason": None}
    if stage.type == StageType.LOST:
        return {"stage_id": to.id}  # each keeps its own reason
    if not (successor.lost_reason or "").strip():
        detail = "Leads are lost for a reason: say which, so that the next ones are not."
        raise StagesRefused(detail, {"problem": "all_lost_without_reason"})
    reason = clean_text(successor.lost_reason or "", what="The reason", longest=LONGEST_REASON)
    return {"stage_id": to.id, "lost_reason": reason}
