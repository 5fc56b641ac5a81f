"""Leads and the stages that they go through. The database writes the log of stays, whoever moves an institution."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from leasehold.customers.institutions import InstitutionCard, add_institution, locked_institution
from leasehold.customers.models import Customer, Institution, PipelineStage
from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.kit.text import clean_text
from leasehold.leads.errors import StageNotFound, StageRefused
from leasehold.leads.models import StageMove
from leasehold.leads.vocabulary import StageType

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a stage: until `left_at`, or still. `days` are whole ones of 24 hours."""

    stage: PipelineStage
    entered_at: datetime
    left_at: datetime | None
    days: int
    moved_by: str
    lost_reason: str | None


def list_stages(session: Session) -> Sequence[PipelineStage]:
    """All stages that leads can stand in, in their order."""
    there = select(PipelineStage).where(PipelineStage.removed_at.is_(None))
    return session.scalars(there.order_by(PipelineStage.position, PipelineStage.id)).all()


def find_stage(session: Session, name_or_id: str) -> PipelineStage:
    """The stage with this id, or with this name in any letter case. Raises `StageNotFound`."""
    text = name_or_id.strip()
    found = [one for one in list_stages(session) if text.lower() in (one.name.lower(), str(one.id))]
    if not found:
        raise StageNotFound(name_or_id)
    return found[0]


def add_lead(session: Session, card: InstitutionCard, *, erased: Erased = NOBODY_ERASED) -> Institution:
    """A new institution that is no customer, in the first open stage. Raises what `add_institution` does."""
    return add_institution(session, card, stage_id=first_stage(session, StageType.OPEN), erased=erased)


def first_stage(session: Session, kind: StageType) -> int | None:
    """The id of the first stage of a type, which stays until the transaction ends; None where the house has none."""
    first = (
        select(PipelineStage.id)
        .where(PipelineStage.type == kind.value, PipelineStage.removed_at.is_(None))
        .order_by(PipelineStage.position, PipelineStage.id)
        .limit(1)
        .with_for_update(read=True, key_share=True)
    )
    # Where the first one is removed while we wait for it, nothing is found, and the second look finds the next.
    return session.scalars(first).one_or_none() or session.scalars(first).one_or_none()


def stage_to_return_to(session: Session, stage_id: int | None, lost_reason: str | None = None) -> int | None:
    """The stage where it still is what it was, else the first open one; nothing of nothing."""
    if stage_id is None:
        return None
    stage = session.get(PipelineStage, stage_id, with_for_update={"read": True, "key_share": True})
    if stage is None or stage.removed_at is not None or (stage.type == StageType.LOST and not lost_reason):
        return first_stage(session, StageType.OPEN)
    return stage.id


def move_to_stage(
    session: Session, institution_id: int, stage_id: int, *, lost_reason: str | None = None, version: int | None = None
) -> None:
    """Put a lead, read at `version`, into another stage; a lost one needs a reason, only conversion wins one.

    Raises `InstitutionNotFound`, `InstitutionMerged`, `Stale`, `StageNotFound`, `StageRefused` and `DomainError`
    `text_invalid`.
    """
    institution = locked_institution(session, institution_id, version=version)
    stage = session.get(PipelineStage, stage_id, with_for_update={"read": True, "key_share": True})
    if stage is None or stage.removed_at is not None:
        raise StageNotFound(str(stage_id))
    _check_move(session, institution, stage)
    reason = None
    if stage.type == StageType.LOST:
        if not (lost_reason or "").strip():
            detail = "A lead is lost for a reason: say which, so that the next one is not."
            raise StageRefused(detail, {"problem": "lost_without_reason"})
        reason = clean_text(lost_reason or "", what="The reason", longest=LONGEST_REASON)
    institution.stage_id, institution.lost_reason = stage.id, reason
    session.flush()
    session.refresh(institution)


def stays_of(session: Session, institution_id: int) -> list[Stay]:
    """Every stay of an institution in a stage, the present one first."""
    until = func.coalesce(StageMove.left_at, func.statement_timestamp())
    days = func.floor(func.extract("epoch", until - StageMove.entered_at) / 86400)
    rows = session.execute(
        select(StageMove, PipelineStage, days)
        .join(PipelineStage, PipelineStage.id == StageMove.stage_id)
        .where(StageMove.institution_id == institution_id)
        .order_by(StageMove.id.desc())
    )
    return [
        Stay(stage, move.entered_at, move.left_at, int(count), move.moved_by, move.lost_reason)
        for move, stage, count in rows
    ]


def _check_move(session: Session, institution: Institution, stage: PipelineStage) -> None:
    if stage.type == StageType.WON:
        detail = "A lead is won by making it a customer: convert it instead."
        raise StageRefused(detail, {"problem": "won_by_conversion"})
    if session.scalar(select(exists().where(Customer.institution_id == institution.id))):
        detail = f"{institution.name!r} is a customer: stages are for leads."
        raise StageRefused(detail, {"problem": "is_customer", "name": institution.name})
    if institution.archived_at is not None or institution.merged_into_id is not None:
        detail = f"{institution.name!r} is archived: bring it back first."
        raise StageRefused(detail, {"problem": "is_archived", "name": institution.name})
