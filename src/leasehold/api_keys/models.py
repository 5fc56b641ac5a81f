"""System API keys, kept as digests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from leasehold.kit.models import Base, Created, identity, plain


class ApiKey(Created, Base):
    """A key that a system calls the License API with; `hint` is its end, to tell keys apart.

    A rotated one (`rotated_at`) goes on until it expires, beside the key that took its place (`rotated_from`).
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("digest", name="api_keys_digest"),
        UniqueConstraint("rotated_from", name="api_keys_rotated_from"),
        UniqueConstraint("form_id", name="api_keys_form"),
        Index(
            "api_keys_live_name",
            "name",
            unique=True,
            postgresql_where=text("revoked_at IS NULL AND rotated_at IS NULL"),
        ),
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = plain()
    digest: Mapped[bytes] = plain(LargeBinary)
    hint: Mapped[str] = plain()
    scopes: Mapped[list[str]] = plain(ARRAY(Text))
    expires_at: Mapped[datetime | None] = plain()
    revoked_at: Mapped[datetime | None] = plain()
    last_used_at: Mapped[datetime | None] = plain()
    rotated_at: Mapped[datetime | None] = plain()
    rotated_from: Mapped[int | None] = plain(ForeignKey("api_keys.id", name="api_keys_rotated_from_fkey"))
    form_id: Mapped[UUID | None] = plain(Uuid)
