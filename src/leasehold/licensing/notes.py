"""What people have to say about a license; a note is never changed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.kit.actor import Actor
from leasehold.kit.text import clean_paragraphs
from leasehold.licensing.models import LicenseNote
from leasehold.licensing.service import find_license

LONGEST_NOTE = 4000


def add_note(session: Session, license_key: str, body: str, *, actor: Actor) -> LicenseNote:
    """A new note in `actor`'s name. Raises `LicenseNotFound` and `DomainError` `text_invalid`."""
    text = clean_paragraphs(body, what="The note", longest=LONGEST_NOTE)
    note = LicenseNote(license_id=find_license(session, license_key).id, body=text, made_by=actor.name)
    session.add(note)
    session.flush()
    return note


def list_notes(session: Session, license_id: int, *, limit: int = 50) -> Sequence[LicenseNote]:
    """The newest notes, newest first."""
    notes = select(LicenseNote).where(LicenseNote.license_id == license_id).order_by(LicenseNote.id.desc())
    return session.scalars(notes.limit(limit)).all()
