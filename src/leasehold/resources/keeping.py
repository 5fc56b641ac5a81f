"""What is done with resources that no license has: reserved for a while, retired and brought back, spoken of."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leasehold.kit.actor import Actor
from leasehold.kit.text import clean_paragraphs, clean_text
from leasehold.licensing.service import find_license
from leasehold.resources.errors import ResourceInvalid, ResourceNotFree
from leasehold.resources.finding import find_resource, lock_resources
from leasehold.resources.models import Resource, ResourceNote
from leasehold.resources.states import read_now
from leasehold.resources.vocabulary import ResourceKind, ResourceState

LONGEST_REASON = 500
LONGEST_RESERVED_FOR = 200
LONGEST_NOTE = 4000
_FURTHEST_YEAR = 9000


def reserve(
    session: Session,
    values: Sequence[str],
    *,
    until: datetime,
    reserved_for: str,
    license_key: str | None = None,
    kind: ResourceKind | None = None,
) -> list[str]:
    """Nobody gets these until then, save the license that they are reserved for. Returns the values.

    Reserved ones are reserved anew. Raises `ResourceNotFree`, `ResourceNotFound`, `ValueInvalid`, `LicenseNotFound`,
    `DomainError` `text_invalid`, and `ResourceInvalid` `reservation_over`.
    """
    whom = clean_text(reserved_for, what="Whom it is reserved for", longest=LONGEST_RESERVED_FOR)
    license_id = None if license_key is None else find_license(session, license_key, lock=True).id
    if not read_now(session) < until or until.year > _FURTHEST_YEAR:
        detail = "The reservation would be over already, or never: choose a day to come."
        raise ResourceInvalid("reservation_over", detail)
    ids, named = _lock(session, values, kind, {ResourceState.FREE, ResourceState.RESERVED, ResourceState.QUARANTINED})
    reservation = {"reserved_until": until, "reserved_for": whom, "reserved_license_id": license_id}
    _change(session, ids, reservation)
    return named


def lift_reservation(session: Session, values: Sequence[str], *, kind: ResourceKind | None = None) -> list[str]:
    """These are reserved for nobody any more. Returns the values. Raises as `reserve`."""
    ids, named = _lock(session, values, kind, {ResourceState.RESERVED})
    _change(session, ids, {"reserved_until": None, "reserved_for": None, "reserved_license_id": None})
    return named


def retire(session: Session, values: Sequence[str], *, reason: str, kind: ResourceKind | None = None) -> list[str]:
    """Nobody gets these any more. Returns the values.

    Raises `ResourceNotFree` where one is allocated, retired or reserved, `ResourceNotFound`, `ValueInvalid` and
    `DomainError` `text_invalid`.
    """
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    ids, named = _lock(session, values, kind, {ResourceState.FREE, ResourceState.QUARANTINED})
    _change(session, ids, {"retired_at": func.clock_timestamp(), "retire_reason": why})
    return named


def bring_back(session: Session, values: Sequence[str], *, kind: ResourceKind | None = None) -> list[str]:
    """These are no longer retired; a quarantine that lasts goes on. Returns the values. Raises as `retire`."""
    ids, named = _lock(session, values, kind, {ResourceState.RETIRED})
    _change(session, ids, {"retired_at": None, "retire_reason": None})
    return named


def add_note(session: Session, value: str, body: str, *, actor: Actor) -> ResourceNote:
    """A new note in `actor`'s name. Raises `ResourceNotFound`, `ValueInvalid` and `DomainError` `text_invalid`."""
    words = clean_paragraphs(body, what="The note", longest=LONGEST_NOTE)
    note = ResourceNote(resource_id=find_resource(session, value).resource.id, body=words, made_by=actor.name)
    session.add(note)
    session.flush()
    return note


def list_notes(session: Session, resource_id: int, *, limit: int = 50) -> Sequence[ResourceNote]:
    """The newest notes, newest first."""
    notes = select(ResourceNote).where(ResourceNote.resource_id == resource_id).order_by(ResourceNote.id.desc())
    return session.scalars(notes.limit(limit)).all()


def _lock(
    session: Session, values: Sequence[str], kind: ResourceKind | None, possible: Collection[ResourceState]
) -> tuple[list[int], list[str]]:
    found = lock_resources(session, values, kind)
    for one in found:
        if one.state not in possible:
            raise ResourceNotFree(one.resource.value, one.state)
    return [one.resource.id for one in found], [one.resource.value for one in found]


def _change(session: Session, ids: Sequence[int], columns: dict[str, object]) -> None:
    session.execute(update(Resource).where(Resource.id.in_(ids)).values(columns))
