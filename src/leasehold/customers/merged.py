"""An institution that was merged into another: it keeps its row, and the other one answers for it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.customers.models import Institution
from leasehold.kit.errors import DomainError, Kind


class InstitutionMerged(DomainError):
    """Another institution has taken its place; `into` is that one's id."""

    def __init__(self, name: str, into: int) -> None:
        detail = f"{name!r} was merged into institution {into}: do it there, or undo the merge first."
        super().__init__(Kind.CONFLICT, "institution_merged", detail, {"name": name, "into": into})


def check_not_merged(institution: Institution) -> None:
    """Refuse what was merged into another. Raises `InstitutionMerged`."""
    if institution.merged_into_id is not None:
        raise InstitutionMerged(institution.name, institution.merged_into_id)


def survivor_of(session: Session, institution_id: int) -> int | None:
    """The id of the institution that answers for this one, itself where it was never merged; None of an unknown one."""
    start = select(Institution.id, Institution.merged_into_id).where(Institution.id == institution_id)
    chain = start.cte("chain", recursive=True)
    chain = chain.union(
        select(Institution.id, Institution.merged_into_id).join(chain, Institution.id == chain.c.merged_into_id)
    )
    return session.scalars(select(chain.c.id).where(chain.c.merged_into_id.is_(None))).one_or_none()
