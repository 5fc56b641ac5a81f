"""Who stands behind an actor's name."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.kit.row_ids import read_row_id
from leasehold.staff.models import StaffMember

_STAFF = "staff:"


def names_of_actors(session: Session, actors: Collection[str]) -> dict[str, str]:
    """How people know these actors: staff members by their names, all others as they are called."""
    ids = {id_ for actor in actors if (id_ := read_row_id(actor.removeprefix(_STAFF))) is not None}
    known: dict[int, str] = {}
    if ids:
        found = session.execute(select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(ids)))
        known = {id_: name for id_, name in found}  # noqa: C416  # rows are no pairs to mypy
    by_actor = {f"{_STAFF}{id_}": name for id_, name in known.items()}
    return {actor: by_actor.get(actor, actor) for actor in actors}


def names_of_staff(session: Session) -> dict[str, str]:
    """The name of every member of the staff, by the actor that the log has for them."""
    return {f"{_STAFF}{id_}": name for id_, name in session.execute(select(StaffMember.id, StaffMember.name))}
