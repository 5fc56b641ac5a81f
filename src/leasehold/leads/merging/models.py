"""The table of merges; the rows of the work list of duplicates have no models."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from leasehold.customers.models import Institution
from leasehold.kit.models import Base, Created, identity, plain


class InstitutionMerge(Created, Base):
    """The loser was taken for the winner. `made_by` and `undone_by` are actors' names.

    `before` has the values of both (`loser`, `winner`), `after` those of the winner that the merge has changed, `moved`
    the keys of rows by the name of the foreign key.
    """

    __tablename__ = "institution_merges"
    __table_args__ = (
        Index("institution_merges_in_force", "loser_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    )

    id: Mapped[int] = identity()
    loser_id: Mapped[int] = plain(ForeignKey(Institution.id, name="institution_merges_loser_fkey"))
    winner_id: Mapped[int] = plain(ForeignKey(Institution.id, name="institution_merges_winner_fkey"))
    before: Mapped[dict[str, Any]] = plain(JSONB)
    after: Mapped[dict[str, Any]] = plain(JSONB)
    moved: Mapped[dict[str, list[int]]] = plain(JSONB)
    made_by: Mapped[str] = plain()
    undone_at: Mapped[datetime | None] = plain()
    undone_by: Mapped[str | None] = plain()
