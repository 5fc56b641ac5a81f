"""The people who work in the panel, and the links that make them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped

from leasehold.kit.models import Base, Created, Versioned, identity, personal, plain


class StaffMember(Versioned, Base):
    """Somebody who may sign in to the panel, until disabled."""

    __tablename__ = "staff_members"

    id: Mapped[int] = identity()
    email: Mapped[str] = personal()
    name: Mapped[str] = personal()
    role: Mapped[str] = plain()
    disabled_at: Mapped[datetime | None] = plain()


Index("staff_members_email", func.lower(StaffMember.email), unique=True)


class StaffSetupLink(Created, Base):
    """A one-time link that makes a member, or gives one a new password; only its digest is kept."""

    __tablename__ = "staff_setup_links"

    digest: Mapped[bytes] = plain(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime] = plain()
    used_at: Mapped[datetime | None] = plain()
    role: Mapped[str] = plain(server_default=text("'administrator'"))
    email: Mapped[str | None] = personal()
    member_id: Mapped[int | None] = plain(
        BigInteger, ForeignKey("staff_members.id", name="staff_setup_links_member_fkey")
    )
