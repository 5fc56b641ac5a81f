"""Set-up links for the first administrator; who there is; and who may not come in any more."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from leasehold.staff.errors import LastAdministrator, StaffMemberNotFound
from leasehold.staff.models import StaffMember, StaffSetupLink
from leasehold.staff.roles import Role

SETUP_LINK_LIFETIME = timedelta(minutes=15)
_TOKEN_BYTES = 32


def create_setup_link(session: Session, *, lifetime: timedelta = SETUP_LINK_LIFETIME) -> str:
    """The token of a new one-time link that makes an administrator; it cannot be read again, only its digest stays."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(StaffSetupLink(digest=_digest(token), expires_at=func.clock_timestamp() + lifetime))
    session.flush()
    return token


def setup_link_is_valid(session: Session, token: str) -> bool:
    """Whether the link could be used now; asking does not use it up."""
    link = (
        select(StaffSetupLink.digest)
        .where(StaffSetupLink.digest == _digest(token))
        .where(StaffSetupLink.used_at.is_(None), StaffSetupLink.expires_at > func.clock_timestamp())
    )
    return session.scalar(select(exists(link))) is True


def list_staff(session: Session) -> Sequence[StaffMember]:
    """Everybody, also who is disabled, in the order of their ids."""
    return session.scalars(select(StaffMember).order_by(StaffMember.id)).all()


def disable_staff_member(session: Session, email_or_id: str) -> StaffMember:
    """From now on this person may not sign in; doing it again changes nothing.

    Raises `StaffMemberNotFound`, and `LastAdministrator` where nobody would be left.
    """
    # All administrators are locked in one order, so that two of them cannot disable each other at once.
    active = select(StaffMember).where(StaffMember.role == Role.ADMINISTRATOR.value, StaffMember.disabled_at.is_(None))
    administrators = session.scalars(active.order_by(StaffMember.id).with_for_update()).all()
    member = _find(session, email_or_id)
    if member.disabled_at is not None:
        return member
    if [administrator.id for administrator in administrators] == [member.id]:
        raise LastAdministrator(member.email)
    member.disabled_at = session.scalar(select(func.clock_timestamp()))
    session.flush()
    return member


def _find(session: Session, email_or_id: str) -> StaffMember:
    by_email = func.lower(StaffMember.email) == func.lower(email_or_id.strip())
    by_id = StaffMember.id == int(email_or_id) if _is_id(email_or_id) else None
    wanted = by_email if by_id is None else or_(by_id, by_email)
    member = session.scalars(select(StaffMember).where(wanted).limit(1)).first()
    if member is None:
        raise StaffMemberNotFound(email_or_id)
    return member


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
