"""The people who work in the panel, and the links that make the first of them."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, func
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
    """A one-time link that makes an administrator; only its digest is kept."""

    __tablename__ = "staff_setup_links"

    digest: Mapped[bytes] = plain(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime] = plain()
    used_at: Mapped[datetime | None] = plain()
