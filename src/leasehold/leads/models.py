"""The tables of stays in a stage, of activities, of notes, and of imports of institutions."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from leasehold.customers.models import Contact, Institution, PipelineStage
from leasehold.imports.models import FileImport
from leasehold.kit.models import Base, Created, Versioned, identity, personal, plain
from leasehold.staff.models import StaffMember


class StageMove(Base):
    """A stay in a stage; the database writes it, whoever moves the institution. `moved_by` is an actor's name."""

    __tablename__ = "stage_moves"
    __table_args__ = (
        Index("stage_moves_open", "institution_id", unique=True, postgresql_where=text("left_at IS NULL")),
    )

    id: Mapped[int] = identity()
    institution_id: Mapped[int] = plain(
        ForeignKey(Institution.id, name="stage_moves_institution_fkey", ondelete="CASCADE")
    )
    stage_id: Mapped[int] = plain(ForeignKey(PipelineStage.id, name="stage_moves_stage_fkey"))
    entered_at: Mapped[datetime] = plain()
    left_at: Mapped[datetime | None] = plain()
    moved_by: Mapped[str] = plain()
    lost_reason: Mapped[str | None] = plain()


class Activity(Versioned, Base):
    """Something to be done about an institution, until it is done. `made_by` and `done_by` are actors' names."""

    __tablename__ = "activities"

    id: Mapped[int] = identity()
    institution_id: Mapped[int] = plain(
        ForeignKey(Institution.id, name="activities_institution_fkey", ondelete="CASCADE")
    )
    contact_id: Mapped[int | None] = plain(ForeignKey(Contact.id, name="activities_contact_fkey", ondelete="SET NULL"))
    kind: Mapped[str] = plain()
    subject: Mapped[str] = personal()
    assignee_id: Mapped[int | None] = plain(ForeignKey(StaffMember.id, name="activities_assignee_fkey"))
    due_at: Mapped[datetime | None] = plain()
    done_at: Mapped[datetime | None] = plain()
    done_by: Mapped[str | None] = plain()
    outcome: Mapped[str | None] = personal()
    made_by: Mapped[str] = plain()


class InstitutionNote(Created, Base):
    """What is noted of an institution: its version `latest` is in force."""

    __tablename__ = "institution_notes"

    id: Mapped[int] = identity()
    institution_id: Mapped[int] = plain(
        ForeignKey(Institution.id, name="institution_notes_institution_fkey", ondelete="CASCADE")
    )
    latest: Mapped[int] = plain(Integer, server_default=text("1"))
    is_pinned: Mapped[bool] = plain(Boolean, server_default=text("false"))
    removed_at: Mapped[datetime | None] = plain()


class InstitutionNoteVersion(Created, Base):
    """What a note said at a time, in Markdown; `made_by` is an actor's name. It is never changed."""

    __tablename__ = "institution_note_versions"

    note_id: Mapped[int] = plain(
        BigInteger,
        ForeignKey(InstitutionNote.id, name="institution_note_versions_note_fkey", ondelete="CASCADE"),
        primary_key=True,
    )
    number: Mapped[int] = plain(Integer, primary_key=True)
    body: Mapped[str] = personal()
    restored_from: Mapped[int | None] = plain(Integer)
    made_by: Mapped[str] = plain()


class InstitutionImport(FileImport, Base):
    """A file of institutions, and the people in them, that was read."""

    __tablename__ = "institution_imports"


class InstitutionImportAddition(Base):
    """What an import has made: an institution, or a person (`contact_id`) in one that may have been there before."""

    __tablename__ = "institution_import_additions"
    __table_args__ = (
        UniqueConstraint(
            "institution_id",
            "contact_id",
            name="institution_import_additions_once",
            postgresql_nulls_not_distinct=True,
        ),
        Index("institution_import_additions_import", "import_id"),
    )

    id: Mapped[int] = identity()
    import_id: Mapped[int] = plain(
        ForeignKey("institution_imports.id", name="institution_import_additions_import_fkey")
    )
    institution_id: Mapped[int] = plain(
        ForeignKey(Institution.id, name="institution_import_additions_institution_fkey", ondelete="CASCADE")
    )
    contact_id: Mapped[int | None] = plain(
        ForeignKey(Contact.id, name="institution_import_additions_contact_fkey", ondelete="CASCADE")
    )
