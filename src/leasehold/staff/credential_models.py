"""What people prove themselves with: passwords, second factors, the sessions that come of them; and failed attempts."""

from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped

from leasehold.kit.models import NOW, Base, Created, identity, personal, plain


def _member(table: str) -> ForeignKey:
    return ForeignKey("staff_members.id", name=f"{table}_member_fkey")


class StaffPassword(Base):
    """A member's password, as argon2id keeps it."""

    __tablename__ = "staff_passwords"

    member_id: Mapped[int] = plain(BigInteger, _member("staff_passwords"), primary_key=True, autoincrement=False)
    hash: Mapped[str] = plain()
    changed_at: Mapped[datetime] = plain(server_default=NOW)


class StaffTotp(Base):
    """A member's authenticator app; the secret is sealed with a key outside the database."""

    __tablename__ = "staff_totps"

    member_id: Mapped[int] = plain(BigInteger, _member("staff_totps"), primary_key=True, autoincrement=False)
    sealed_secret: Mapped[bytes] = plain(LargeBinary)
    last_step: Mapped[int] = plain(server_default=text("0"))
    enrolled_at: Mapped[datetime] = plain(server_default=NOW)


class StaffRecoveryCode(Created, Base):
    """One of ten codes that stand in for a lost second factor, once."""

    __tablename__ = "staff_recovery_codes"
    __table_args__ = (Index("staff_recovery_codes_member", "member_id"),)

    digest: Mapped[bytes] = plain(LargeBinary, primary_key=True)
    member_id: Mapped[int] = plain(BigInteger, _member("staff_recovery_codes"))
    used_at: Mapped[datetime | None] = plain()


class StaffPasskey(Created, Base):
    """A WebAuthn credential of a member."""

    __tablename__ = "staff_passkeys"
    __table_args__ = (
        UniqueConstraint("credential_id", name="staff_passkeys_credential"),
        Index("staff_passkeys_member", "member_id"),
    )

    id: Mapped[int] = identity()
    member_id: Mapped[int] = plain(BigInteger, _member("staff_passkeys"))
    credential_id: Mapped[bytes] = plain(LargeBinary)
    public_key: Mapped[bytes] = plain(LargeBinary)
    sign_count: Mapped[int] = plain()
    name: Mapped[str] = personal()
    last_used_at: Mapped[datetime | None] = plain()


class StaffChallenge(Base):
    """What a passkey is asked to sign, once; `member_id` is null where anybody may answer."""

    __tablename__ = "staff_challenges"
    __table_args__ = (Index("staff_challenges_expires_at", "expires_at"),)

    id: Mapped[UUID] = plain(Uuid, primary_key=True, server_default=text("gen_random_uuid()"))
    challenge: Mapped[bytes] = plain(LargeBinary)
    member_id: Mapped[int | None] = plain(BigInteger, _member("staff_challenges"))
    expires_at: Mapped[datetime] = plain()


class StaffSession(Created, Base):
    """A browser that has got in; `signed_in_at` is null while it still owes the second factor."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        UniqueConstraint("digest", name="staff_sessions_digest"),
        Index("staff_sessions_member", "member_id", "id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = identity()
    digest: Mapped[bytes] = plain(LargeBinary)
    member_id: Mapped[int] = plain(BigInteger, _member("staff_sessions"))
    last_seen_at: Mapped[datetime] = plain(server_default=NOW)
    signed_in_at: Mapped[datetime | None] = plain()
    second_factor_at: Mapped[datetime | None] = plain()
    confirmed_at: Mapped[datetime | None] = plain()
    ended_at: Mapped[datetime | None] = plain()
    address: Mapped[IPv4Address | IPv6Address | None] = personal(INET)
    user_agent: Mapped[str | None] = personal()


class SignInThrottle(Base):
    """How often an account, a browser or an address has failed of late; the key is a digest."""

    __tablename__ = "sign_in_throttles"
    __table_args__ = (Index("sign_in_throttles_failed_at", "failed_at"),)

    key: Mapped[bytes] = plain(LargeBinary, primary_key=True)
    failures: Mapped[int] = plain(Integer)
    failed_at: Mapped[datetime] = plain()
    blocked_until: Mapped[datetime] = plain()
