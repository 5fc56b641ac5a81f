"""What is to be done about institutions, by whom, until when; and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, exists, func, select, update
from sqlalchemy.orm import Session

from leasehold.customers.institutions import read_institution
from leasehold.customers.models import Affiliation, Contact, Institution
from leasehold.kit.actor import Actor
from leasehold.kit.orm import check_version
from leasehold.kit.text import clean_text
from leasehold.leads.errors import ActivityDone, ActivityInvalid, ActivityNotFound
from leasehold.leads.lights import due, end_of_today, light_of_activity
from leasehold.leads.models import Activity
from leasehold.leads.vocabulary import ActivityKind, Light
from leasehold.staff.models import StaffMember
from leasehold.staff.service import find_active_member

LONGEST_SUBJECT = 200
LONGEST_OUTCOME = 400
_YEARS = range(1970, 9999)  # of which every time zone has every day


@dataclass(frozen=True, slots=True)
class ActivityCard:
    """Something to be done as somebody wants it written down; without `due_at` it has time."""

    kind: ActivityKind
    subject: str
    due_at: datetime | None = None
    assignee_id: int | None = None
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An activity with the names of what it is about, and how urgent it is; what is done has no light."""

    activity: Activity
    institution: str
    person: str | None
    assignee: str | None
    light: Light


def add_activity(session: Session, institution_id: int, card: ActivityCard, *, actor: Actor) -> Activity:
    """Something to be done about an institution.

    Raises `InstitutionNotFound`, `ActivityInvalid` and `DomainError` `text_invalid`.
    """
    read_institution(session, institution_id)
    activity = Activity(institution_id=institution_id, made_by=actor.name)
    _write(session, activity, card)
    session.add(activity)
    session.flush()
    return activity


def read_activity(session: Session, activity_id: int) -> Activity:
    """The activity with this id. Raises `ActivityNotFound`."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise ActivityNotFound
    return activity


def read_activity_line(session: Session, activity_id: int, zone: ZoneInfo) -> ActivityLine:
    """The same, with the names of what it is about. Raises `ActivityNotFound`."""
    found = _read(session, _lines(zone).where(Activity.id == activity_id))
    if not found:
        raise ActivityNotFound
    return found[0]


def edit_activity(session: Session, activity_id: int, card: ActivityCard, *, version: int | None = None) -> None:
    """Make an activity, read at `version`, what `card` says. Whoever it names already can stay, wherever they are now.

    Raises `ActivityNotFound`, `Stale`, `ActivityInvalid` and `DomainError` `text_invalid`.
    """
    activity = read_activity(session, activity_id)
    session.refresh(activity, with_for_update={"key_share": True})
    check_version(activity, version)
    _write(session, activity, card)
    session.flush()


def finish_activity(session: Session, activity_id: int, *, actor: Actor, outcome: str | None = None) -> None:
    """It is done, and this came of it. Raises `ActivityNotFound`, `ActivityDone` and `DomainError` `text_invalid`."""
    read_activity(session, activity_id)
    said = clean_text(outcome, what="The outcome", longest=LONGEST_OUTCOME) if outcome and outcome.strip() else None
    done = (
        update(Activity)
        .where(Activity.id == activity_id, Activity.done_at.is_(None))
        .values(done_at=func.clock_timestamp(), done_by=actor.name, outcome=said)
    )
    if session.execute(done.returning(Activity.id)).first() is None:
        raise ActivityDone


def reopen_activity(session: Session, activity_id: int) -> None:
    """It is not done after all. Raises `ActivityNotFound`."""
    activity = read_activity(session, activity_id)
    activity.done_at = activity.done_by = activity.outcome = None
    session.flush()


def open_activities(
    session: Session, zone: ZoneInfo, institution_id: int | None = None, *, limit: int = 500
) -> list[ActivityLine]:
    """What is to be done, about one institution or all of them, the most urgent first."""
    mine = [] if institution_id is None else [Activity.institution_id == institution_id]
    wanted = _lines(zone).where(Activity.done_at.is_(None), *mine)
    return _read(session, wanted.order_by(due, Activity.id).limit(limit))


def done_activities(session: Session, zone: ZoneInfo, institution_id: int, *, limit: int = 50) -> list[ActivityLine]:
    """What was done about an institution, the last first."""
    done = _lines(zone).where(Activity.institution_id == institution_id, Activity.done_at.is_not(None))
    return _read(session, done.order_by(Activity.done_at.desc(), Activity.id.desc()).limit(limit))


def activities_about(
    session: Session, zone: ZoneInfo, institution_id: int, *, limit: int = 100
) -> tuple[list[ActivityLine], list[ActivityLine]]:
    """What is to be done about an institution, the most urgent first, and what was done last, the last first.

    At most `limit` of both together; what is to be done comes before what was done.
    """
    about = _lines(zone).where(Activity.institution_id == institution_id)
    latest = about.order_by(Activity.done_at.desc().nulls_first(), due, Activity.id).limit(limit)
    lines = _read(session, latest)
    is_open = [line for line in lines if line.activity.done_at is None]
    return is_open, [line for line in lines if line.activity.done_at is not None]


def activities_of(session: Session, zone: ZoneInfo, member_id: int, *, limit: int = 200) -> list[ActivityLine]:
    """What a member of the staff has to do, the most urgent first."""
    mine = _lines(zone).where(Activity.assignee_id == member_id, Activity.done_at.is_(None))
    return _read(session, mine.order_by(due, Activity.id).limit(limit))


def _lines(zone: ZoneInfo) -> Select[Any]:
    name = case((Contact.restricted_at.is_(None), func.concat_ws(" ", Contact.first_name, Contact.last_name)))
    return (
        select(Activity, Institution.name, name, Contact.id, StaffMember.name, light_of_activity(end_of_today(zone)))
        .join(Institution, Institution.id == Activity.institution_id)
        .outerjoin(Contact, Contact.id == Activity.contact_id)
        .outerjoin(StaffMember, StaffMember.id == Activity.assignee_id)
    )


def _read(session: Session, query: Select[Any]) -> list[ActivityLine]:
    return [
        ActivityLine(row[0], row[1], row[2] if row[3] else None, row[4], Light(row[5]))
        for row in session.execute(query)
    ]


def _write(session: Session, activity: Activity, card: ActivityCard) -> None:
    if card.due_at is not None and card.due_at.year not in _YEARS:
        detail = f"Nothing is due in the year {card.due_at.year}: choose another day."
        raise ActivityInvalid(detail, {"problem": "far_away", "year": card.due_at.year})
    assignee, contact = card.assignee_id, card.contact_id
    if assignee is not None and assignee != activity.assignee_id and find_active_member(session, assignee) is None:
        detail = "Whoever is to do it is no active member of the staff: choose somebody else."
        raise ActivityInvalid(detail, {"problem": "assignee_unknown"})
    if contact is not None and contact != activity.contact_id:
        here = (Affiliation.institution_id == activity.institution_id, Affiliation.contact_id == contact)
        if not session.scalar(select(exists().where(*here))):
            detail = "That person is not in this institution: choose one of its contacts."
            raise ActivityInvalid(detail, {"problem": "contact_elsewhere"})
    activity.kind = card.kind.value
    activity.subject = clean_text(card.subject, what="The subject", longest=LONGEST_SUBJECT)
    activity.due_at = card.due_at
    activity.assignee_id = assignee
    activity.contact_id = contact
