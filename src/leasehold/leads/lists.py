"""What the list of institutions can be asked, and the board of leads by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from leasehold.customers.models import Customer, Institution, PipelineStage
from leasehold.customers.named import institutions_named
from leasehold.customers.vocabulary import InstitutionKind, Language
from leasehold.kit.listing import Listing, Lookup, choice, no_such_choice, number
from leasehold.kit.matching import MOST_LISTED
from leasehold.leads.lights import end_of_today, has_lifecycle, has_light, lifecycle_column, light_column
from leasehold.leads.models import StageMove
from leasehold.leads.pipeline import list_stages
from leasehold.leads.vocabulary import Lifecycle, Light, StageType
from leasehold.staff.models import StaffMember

MOST_CARDS = 50


@dataclass(frozen=True, slots=True)
class InstitutionLine:
    """An institution with how it stands, and the names of what it refers to; `entered_at`: into its stage."""

    institution: Institution
    lifecycle: Lifecycle
    light: Light
    stage: str | None
    owner: str | None
    entered_at: datetime | None
    days: int | None
    customer_id: int | None
    parent: str | None


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage with its leads: how many, and the first of them, those that are there longest before the others."""

    stage: PipelineStage
    count: int
    lines: list[InstitutionLine]


def _lines(end_of_day: ColumnElement[datetime]) -> Select[Any]:
    # What is shown of others is looked up after sorting, for one page of rows.
    stage, owner, move = aliased(PipelineStage), aliased(StaffMember), aliased(StageMove)
    customer, parent = aliased(Customer), aliased(Institution)
    entered = (
        select(move.entered_at)
        .where(move.institution_id == Institution.id, move.left_at.is_(None))
        .correlate(Institution)
        .scalar_subquery()
    )
    return select(
        Institution,
        lifecycle_column(),
        light_column(end_of_day),
        select(stage.name).where(stage.id == Institution.stage_id).correlate(Institution).scalar_subquery(),
        select(owner.name).where(owner.id == Institution.owner_id).correlate(Institution).scalar_subquery(),
        entered,
        func.floor(func.extract("epoch", func.statement_timestamp() - entered) / 86400),
        select(customer.id).where(customer.institution_id == Institution.id).correlate(Institution).scalar_subquery(),
        select(parent.name).where(parent.id == Institution.parent_id).correlate(Institution).scalar_subquery(),
    ).where(Institution.merged_into_id.is_(None))


def _read(row: Any, _context: object) -> InstitutionLine:
    days = None if row[6] is None else int(row[6])
    return InstitutionLine(row[0], Lifecycle(row[1]), Light(row[2]), row[3], row[4], row[5], days, row[7], row[8])


def _found_by(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    return Institution.id.in_(institutions_named(" ".join(texts), MOST_LISTED))


def _with_light(texts: Sequence[str], end_of_day: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(*(has_light(Light(text), end_of_day) for text in _known(texts, list(Light))))


def _with_lifecycle(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    return or_(*(has_lifecycle(Lifecycle(text)) for text in _known(texts, list(Lifecycle))))


def _with_tags(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    return or_(*(Institution.tags.contains([text.strip().lower()]) for text in texts))


def _known(texts: Sequence[str], possible: Sequence[str]) -> Sequence[str]:
    unknown = next((text for text in texts if text not in possible), None)
    if unknown is not None:
        raise no_such_choice(unknown, possible)
    return texts


INSTITUTIONS: Listing[ColumnElement[datetime], InstitutionLine] = Listing(
    name="institutions",
    query=_lines,
    read=_read,
    key=(Institution.id,),
    orders={"name": func.lower(Institution.name), "newest": None},
    default_order="name",
    conditions={
        "q": _found_by,
        "lifecycle": _with_lifecycle,
        "light": _with_light,
        "stage": number(Institution.stage_id),
        "owner": number(Institution.owner_id),
        "tag": _with_tags,
        "kind": choice(Institution.kind, list(InstitutionKind)),
        "language": choice(Institution.language, list(Language)),
        "domain": lambda texts, _: func.lower(Institution.website_domain).in_([text.lower() for text in texts]),
    },
    lookups={"q": Lookup(institutions_named, MOST_LISTED)},
)


def read_line(session: Session, institution_id: int, zone: ZoneInfo) -> InstitutionLine | None:
    """One institution with how it stands; None where it was merged into another, or there is none."""
    row = session.execute(_lines(end_of_today(zone)).where(Institution.id == institution_id)).one_or_none()
    return None if row is None else _read(row, None)


def institutions_like(session: Session, part: str, *, limit: int) -> Sequence[Institution]:
    """The first institutions, by name, whose name contains `part`."""
    found = select(Institution).where(Institution.id.in_(institutions_named(part, MOST_LISTED)))
    return session.scalars(found.order_by(func.lower(Institution.name), Institution.id).limit(limit)).all()


def institutions_page(
    session: Session, zone: ZoneInfo, *, after_id: int = 0, limit: int = 500
) -> list[InstitutionLine]:
    """One page of institutions in the order of their ids, from the one after `after_id`; not the archived ones."""
    page = _lines(end_of_today(zone)).where(Institution.id > after_id, Institution.archived_at.is_(None))
    return [_read(row, None) for row in session.execute(page.order_by(Institution.id).limit(limit))]


def board(session: Session, zone: ZoneInfo, *, owner_id: int | None = None) -> list[BoardColumn]:
    """Every stage but the won ones, with its leads; of one member of the staff where that is given."""
    mine: list[ColumnElement[bool]] = [Institution.archived_at.is_(None), Institution.merged_into_id.is_(None)]
    mine += [] if owner_id is None else [Institution.owner_id == owner_id]
    counted = select(Institution.stage_id, func.count()).where(*mine, Institution.stage_id.is_not(None))
    counts = {row[0]: int(row[1]) for row in session.execute(counted.group_by(Institution.stage_id))}
    first = (
        select(StageMove.institution_id)
        .join(Institution, Institution.id == StageMove.institution_id)
        .where(StageMove.stage_id == PipelineStage.id, StageMove.left_at.is_(None), *mine)
        .order_by(StageMove.entered_at, StageMove.institution_id)
        .limit(MOST_CARDS)
        .lateral("first")
    )
    shown = select(first.c.institution_id).select_from(PipelineStage).join(first, true())
    rows = session.execute(_lines(end_of_today(zone)).where(Institution.id.in_(shown)))
    lines = sorted((_read(row, None) for row in rows), key=lambda line: (-(line.days or 0), line.institution.id))
    return [
        BoardColumn(stage, counts.get(stage.id, 0), [line for line in lines if line.institution.stage_id == stage.id])
        for stage in list_stages(session)
        if stage.type != StageType.WON
    ]


def neglected_leads(session: Session, zone: ZoneInfo, owner_id: int, *, limit: int = 50) -> list[InstitutionLine]:
    """The leads in open stages that somebody looks after and that nothing is planned for, the oldest first."""
    open_stages = select(PipelineStage.id).where(PipelineStage.type == StageType.OPEN.value)
    end_of_day = end_of_today(zone)
    query = _lines(end_of_day).where(
        Institution.owner_id == owner_id,
        Institution.archived_at.is_(None),
        Institution.stage_id.in_(open_stages),
        has_light(Light.NONE, end_of_day),
    )
    return [_read(row, None) for row in session.execute(query.order_by(Institution.id).limit(limit))]
