"""People who are kept although a rule proposes to erase them, until a day and for a reason."""

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from leasehold.kit.text import clean_text
from leasehold.privacy.errors import KeepInvalid, PersonErased
from leasehold.privacy.models import KeptPerson
from leasehold.privacy.people import locked_person
from leasehold.privacy.vocabulary import PersonState

LONGEST_REASON: Final = 400
MOST_YEARS: Final = 50


def keep(session: Session, contact_id: int, until: date, reason: str, *, today: date) -> KeptPerson:
    """Let no rule propose a person up to and with that day; done again it changes day and reason.

    Raises `PersonNotFound`, `PersonErased`, `KeepInvalid` and `DomainError` `text_invalid`.
    """
    if locked_person(session, contact_id).state is PersonState.ERASED:
        raise PersonErased(contact_id)
    if until < today:
        raise KeepInvalid("over", "The day is over: choose today or a later one.")
    if until.year > today.year + MOST_YEARS:
        detail = f"Nobody is kept for more than {MOST_YEARS} years at once: choose an earlier day."
        raise KeepInvalid("too_far", detail, most=MOST_YEARS)
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    kept = session.merge(KeptPerson(contact_id=contact_id, kept_until=until, reason=why))
    session.flush()
    return kept
