"""The one table of imports: what somebody said about columns."""

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from leasehold.kit.models import Base, identity, plain


class ImportColumns(Base):
    """For files of a subject with this header (a JSON array): which field is under which title."""

    __tablename__ = "import_columns"
    __table_args__ = (UniqueConstraint("subject", "header", name="import_columns_header"),)

    id: Mapped[int] = identity()
    subject: Mapped[str] = plain()
    header: Mapped[str] = plain()
    columns: Mapped[dict[str, Any]] = plain(JSONB)
