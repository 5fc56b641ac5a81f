"""Who looks after an institution, and the tags that it is found by: changed alone, whatever else is being edited."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from leasehold.customers.institutions import check_owner, locked_institution
from leasehold.customers.normal import folded_tags, normal_tags


def look_after(session: Session, institution_id: int, owner_id: int | None) -> None:
    """Let a member of the staff look after an institution; None: nobody.

    Raises `InstitutionNotFound`, `InstitutionMerged` and `InstitutionInvalid` (`owner_unknown`).
    """
    institution = locked_institution(session, institution_id)
    check_owner(session, owner_id)
    institution.owner_id = owner_id
    session.flush()


def add_tags(session: Session, institution_id: int, tags: Sequence[str]) -> None:
    """Give an institution further tags; what it has it keeps.

    Raises `InstitutionNotFound`, `InstitutionMerged`, `InstitutionInvalid` (`too_many_tags`) and `DomainError`
    `text_invalid`.
    """
    institution = locked_institution(session, institution_id)
    institution.tags = normal_tags((*institution.tags, *tags))
    session.flush()


def remove_tags(session: Session, institution_id: int, tags: Sequence[str]) -> None:
    """Take tags off an institution; those that it does not have are none.

    Raises `InstitutionNotFound`, `InstitutionMerged` and `DomainError` `text_invalid`.
    """
    institution = locked_institution(session, institution_id)
    gone = folded_tags(tags)
    institution.tags = [tag for tag in institution.tags if tag not in gone]
    session.flush()
