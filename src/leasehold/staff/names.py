"""The names of those who act, for people who read who did what."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.staff.models import StaffMember

_STAFF = "staff:"


def names_of_actors(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """The names of the actors that are members of the staff (`staff:7`), by actor; others are left out."""
    ids = [int(part) for actor in actors if (part := actor.removeprefix(_STAFF)) != actor and part.isdecimal()]
    if not ids:
        return {}
    found = session.execute(select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(ids)))
    return {f"{_STAFF}{id_}": name for id_, name in found}
