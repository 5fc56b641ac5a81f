"""Lists as people like to see them: saved under a name, shared or not, one of each list's the default."""

from collections.abc import Sequence

from sqlalchemy import Boolean, ForeignKey, Index, UniqueConstraint, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session

from leasehold.kit.models import Base, Created, identity, plain
from leasehold.kit.text import clean_text

LONGEST_NAME = 80


class SavedView(Created, Base):
    """Filters, order and columns of a list, as the address has them."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("staff_member_id", "list_name", "name", name="saved_views_name"),
        Index("saved_views_default", "staff_member_id", "list_name", unique=True, postgresql_where=text("is_default")),
        Index("saved_views_shared", "list_name", postgresql_where=text("is_shared")),
    )

    id: Mapped[int] = identity()
    staff_member_id: Mapped[int] = plain(ForeignKey("staff_members.id", name="saved_views_staff_member_fkey"))
    list_name: Mapped[str] = plain()
    name: Mapped[str] = plain()
    query: Mapped[str] = plain()
    is_shared: Mapped[bool] = plain(Boolean, server_default=text("false"))
    is_default: Mapped[bool] = plain(Boolean, server_default=text("false"))


def list_views(session: Session, staff_member_id: int, list_name: str) -> Sequence[SavedView]:
    """The views that somebody sees: their own and those that are shared, by name."""
    seen = or_(SavedView.staff_member_id == staff_member_id, SavedView.is_shared)
    return session.scalars(
        select(SavedView).where(SavedView.list_name == list_name, seen).order_by(SavedView.name, SavedView.id)
    ).all()


def save_view(
    session: Session,
    staff_member_id: int,
    *,
    list_name: str,
    name: str,
    query: str,
    is_shared: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Save a view; one of the same person, list and name is replaced, and a new default takes the old one's place.

    Raises `DomainError` `text_invalid` for the name.
    """
    if is_default:
        held = (SavedView.staff_member_id == staff_member_id, SavedView.list_name == list_name, SavedView.is_default)
        session.execute(update(SavedView).where(*held).values(is_default=False))
    row = {
        "staff_member_id": staff_member_id,
        "list_name": list_name,
        "name": clean_text(name, what="The view's name", longest=LONGEST_NAME),
        "query": query,
        "is_shared": is_shared,
        "is_default": is_default,
    }
    changed = {name: row[name] for name in ("query", "is_shared", "is_default")}
    statement = insert(SavedView).values(row).on_conflict_do_update(constraint="saved_views_name", set_=changed)
    return session.scalars(statement.returning(SavedView), execution_options={"populate_existing": True}).one()


def delete_view(session: Session, staff_member_id: int, view_id: int) -> bool:
    """Delete one of somebody's own views; False where they have none with this id."""
    own = delete(SavedView).where(SavedView.id == view_id, SavedView.staff_member_id == staff_member_id)
    return session.execute(own.returning(SavedView.id)).first() is not None
