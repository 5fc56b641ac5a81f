"""The tables of imports: what somebody said about columns, files on their way in, and what each import came to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from leasehold.kit.models import NOW, Base, Created, identity, personal, plain


class ImportColumns(Base):
    """For files of a subject with this header (a JSON array): which field is under which title."""

    __tablename__ = "import_columns"
    __table_args__ = (UniqueConstraint("subject", "header", name="import_columns_header"),)

    id: Mapped[int] = identity()
    subject: Mapped[str] = plain()
    header: Mapped[str] = plain()
    columns: Mapped[dict[str, Any]] = plain(JSONB)


class ImportUpload(Base):
    """A file that was sent and is not imported yet."""

    __tablename__ = "import_uploads"

    id: Mapped[UUID] = plain(primary_key=True, server_default=text("gen_random_uuid()"))
    subject: Mapped[str] = plain()
    file_name: Mapped[str] = plain()
    created_at: Mapped[datetime] = plain(server_default=NOW)


class ImportUploadPart(Base):
    """Some of its bytes."""

    __tablename__ = "import_upload_parts"

    upload_id: Mapped[UUID] = plain(
        ForeignKey("import_uploads.id", name="import_upload_parts_upload_fkey", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = plain(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = personal()


class FileImport(Created):
    """A file that was imported, in the subject's own table: what it came to, and why it was reverted where it was."""

    id: Mapped[int] = identity()
    file_name: Mapped[str] = plain()
    sha256: Mapped[str] = plain()
    good_rows_only: Mapped[bool] = plain(Boolean)
    rows_new: Mapped[int] = plain(Integer)
    rows_same: Mapped[int] = plain(Integer)
    rows_duplicate: Mapped[int] = plain(Integer)
    rows_wrong: Mapped[int] = plain(Integer)
    made_by: Mapped[str] = plain()
    reverted_at: Mapped[datetime | None] = plain()
    revert_reason: Mapped[str | None] = plain()
