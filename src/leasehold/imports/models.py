"""The tables of imports: what somebody said about columns, and files on their way in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from leasehold.kit.models import NOW, Base, identity, personal, plain


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
