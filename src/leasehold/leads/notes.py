"""What people note of institutions, in Markdown. A note is its versions: none is ever changed, a save adds one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.orm import Session

from leasehold.customers.institutions import read_institution
from leasehold.kit.actor import Actor
from leasehold.kit.text import clean_paragraphs
from leasehold.leads.errors import InstitutionNoteNotFound, NoteChanged
from leasehold.leads.models import InstitutionNote, InstitutionNoteVersion

LONGEST_NOTE = 20_000


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note, and the version of it that is in force."""

    note: InstitutionNote
    version: InstitutionNoteVersion


def add_note(session: Session, institution_id: int, body: str, *, actor: Actor) -> NoteLine:
    """A new note in `actor`'s name. Raises `InstitutionNotFound` and `DomainError` `text_invalid`."""
    read_institution(session, institution_id)
    text = _clean(body)
    note = InstitutionNote(institution_id=institution_id)
    session.add(note)
    session.flush()
    first = InstitutionNoteVersion(note_id=note.id, number=1, body=text, made_by=actor.name)
    return NoteLine(note, _add(session, first))


def list_notes(session: Session, institution_id: int, *, limit: int = 100) -> list[NoteLine]:
    """The notes of an institution as they are now: pinned ones first, then those that were changed last."""
    latest = _latest().where(InstitutionNote.institution_id == institution_id)
    latest = latest.order_by(InstitutionNote.is_pinned.desc(), InstitutionNoteVersion.created_at.desc())
    return [NoteLine(row[0], row[1]) for row in session.execute(latest.limit(limit))]


def read_note(session: Session, note_id: int) -> NoteLine:
    """One note as it is now. Raises `InstitutionNoteNotFound`."""
    row = session.execute(_latest().where(InstitutionNote.id == note_id)).one_or_none()
    if row is None:
        raise InstitutionNoteNotFound
    return NoteLine(row[0], row[1])


def list_versions(session: Session, note_id: int) -> Sequence[InstitutionNoteVersion]:
    """Every version of a note, the latest first."""
    versions = select(InstitutionNoteVersion).where(InstitutionNoteVersion.note_id == note_id)
    return session.scalars(versions.order_by(InstitutionNoteVersion.number.desc())).all()


def read_version(session: Session, note_id: int, number: int) -> InstitutionNoteVersion:
    """One version of a note. Raises `InstitutionNoteNotFound`."""
    if not 1 <= number <= read_note(session, note_id).note.latest:
        raise InstitutionNoteNotFound
    return session.get_one(InstitutionNoteVersion, (note_id, number))


def save_note(session: Session, note_id: int, body: str, *, base: int, actor: Actor) -> NoteLine:
    """A new version, written on top of version `base`; none where the text is the same.

    Two saves on top of the same version make one: the other is refused, and told what the note says now. Raises
    `InstitutionNoteNotFound`, `NoteChanged` and `DomainError` `text_invalid`.
    """
    return _save(session, note_id, _clean(body), base=base, actor=actor)


def restore_version(session: Session, note_id: int, number: int, *, base: int, actor: Actor) -> NoteLine:
    """The text of version `number` once more, as a new version. Raises `InstitutionNoteNotFound` and `NoteChanged`."""
    body = read_version(session, note_id, number).body
    return _save(session, note_id, body, base=base, actor=actor, restored_from=number)


def pin_note(session: Session, note_id: int, *, pinned: bool) -> None:
    """Let a note stand above the others, or no more. Raises `InstitutionNoteNotFound`."""
    read_note(session, note_id).note.is_pinned = pinned
    session.flush()


def remove_note(session: Session, note_id: int) -> None:
    """Take a note out of sight; its versions stay. Raises `InstitutionNoteNotFound`."""
    read_note(session, note_id).note.removed_at = func.clock_timestamp()
    session.flush()


def _save(
    session: Session, note_id: int, text: str, *, base: int, actor: Actor, restored_from: int | None = None
) -> NoteLine:
    now = read_note(session, note_id)
    is_latest = now.note.latest == base
    if is_latest and now.version.body == text:
        return now
    mine = (InstitutionNote.id == note_id, InstitutionNote.latest == base, InstitutionNote.removed_at.is_(None))
    moved = update(InstitutionNote).where(*mine).values(latest=base + 1).returning(InstitutionNote.id)
    if not is_latest or session.execute(moved).first() is None:
        session.expire_all()
        theirs = read_note(session, note_id).version
        raise NoteChanged(theirs.number, theirs.body)
    version = InstitutionNoteVersion(
        note_id=note_id, number=base + 1, body=text, made_by=actor.name, restored_from=restored_from
    )
    session.refresh(now.note)
    return NoteLine(now.note, _add(session, version))


def _add(session: Session, version: InstitutionNoteVersion) -> InstitutionNoteVersion:
    session.add(version)
    session.flush()
    session.refresh(version)
    return version


def _latest() -> Select[InstitutionNote, InstitutionNoteVersion]:
    of_note = and_(
        InstitutionNoteVersion.note_id == InstitutionNote.id, InstitutionNoteVersion.number == InstitutionNote.latest
    )
    live = select(InstitutionNote, InstitutionNoteVersion).join(InstitutionNoteVersion, of_note)
    return live.where(InstitutionNote.removed_at.is_(None))


def _clean(body: str) -> str:
    return clean_paragraphs(body, what="The note", longest=LONGEST_NOTE)
