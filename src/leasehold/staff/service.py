"""Set-up links; who there is; in which role; and who may not come in any more."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.kit.row_ids import read_row_id
from leasehold.staff.errors import LastAdministrator, StaffMemberNotFound
from leasehold.staff.models import StaffMember, StaffSetupLink
from leasehold.staff.roles import Role
from leasehold.staff.second_factor import remove_factors
from leasehold.staff.sessions import end_sessions

SETUP_LINK_LIFETIME = timedelta(minutes=15)
_TOKEN_BYTES = 32


def create_setup_link(
    session: Session,
    *,
    lifetime: timedelta = SETUP_LINK_LIFETIME,
    role: Role = Role.ADMINISTRATOR,
    email: str | None = None,
    member_id: int | None = None,
) -> str:
    """The token of a new one-time link; it cannot be read again, only its digest stays.

    It makes a member with the role (and the address, where one is given), or gives the member `member_id` a new
    password.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires_at = func.clock_timestamp() + lifetime
    link = StaffSetupLink(
        digest=digest_of(token), expires_at=expires_at, role=role.value, email=email, member_id=member_id
    )
    session.add(link)
    session.flush()
    return token


def setup_link_is_valid(session: Session, token: str) -> bool:
    """Whether the link could be used now; asking does not use it up."""
    link = (
        select(StaffSetupLink.digest)
        .where(StaffSetupLink.digest == digest_of(token))
        .where(StaffSetupLink.used_at.is_(None), StaffSetupLink.expires_at > func.clock_timestamp())
    )
    return session.scalar(select(exists(link))) is True


def list_staff(session: Session) -> Sequence[StaffMember]:
    """Everybody, also who is disabled, in the order of their ids."""
    return session.scalars(select(StaffMember).order_by(StaffMember.id)).all()


def email_is_taken(session: Session, email: str) -> bool:
    """Whether a member has this address."""
    taken = select(StaffMember.id).where(func.lower(StaffMember.email) == func.lower(email))
    return session.scalar(select(exists(taken))) is True


def find_active_member(session: Session, member_id: int) -> StaffMember | None:
    """The member, if they may sign in."""
    member = session.get(StaffMember, member_id)
    return None if member is None or member.disabled_at is not None else member


def get_staff_member(session: Session, email_or_id: str) -> StaffMember:
    """The member. Raises `StaffMemberNotFound`."""
    return _find(session, email_or_id)


def disable_staff_member(session: Session, email_or_id: str) -> StaffMember:
    """From now on this person may not sign in, and is signed out; doing it again changes nothing.

    Raises `StaffMemberNotFound`, and `LastAdministrator` where nobody would be left.
    """
    administrators = _lock_administrators(session)
    member = _find(session, email_or_id)
    if member.disabled_at is not None:
        return member
    if administrators == [member.id]:
        raise LastAdministrator(member.email)
    member.disabled_at = session.scalar(select(func.clock_timestamp()))
    session.flush()
    end_sessions(session, member.id, reason="disabled")
    return member


def enable_staff_member(session: Session, email_or_id: str) -> StaffMember:
    """This person may sign in again. Raises `StaffMemberNotFound`."""
    member = _find(session, email_or_id)
    member.disabled_at = None
    session.flush()
    return member


def change_role(session: Session, email_or_id: str, role: Role) -> StaffMember:
    """From now on this is the member's role; where it is another than before, all their sessions end.

    Raises `StaffMemberNotFound`, and `LastAdministrator` where nobody would be left.
    """
    administrators = _lock_administrators(session)
    member = _find(session, email_or_id)
    if member.role == role.value:
        return member
    if administrators == [member.id]:
        raise LastAdministrator(member.email)
    member.role = role.value
    session.flush()
    end_sessions(session, member.id, reason="role_changed")
    return member


def reset_second_factor(session: Session, email_or_id: str) -> StaffMember:
    """Take away the member's app, passkeys and recovery codes, and end their sessions.

    At the next sign-in the password leads to enrolment. Raises `StaffMemberNotFound`.
    """
    member = _find(session, email_or_id)
    remove_factors(session, member.id)
    record_event(session, "second_factor_reset", table="staff_members", row_id=str(member.id), details={})
    end_sessions(session, member.id, reason="second_factor_reset")
    return member


def _lock_administrators(session: Session) -> list[int]:
    """All who may administer, locked in one order, so that two of them cannot shut each other out at once."""
    active = select(StaffMember).where(StaffMember.role == Role.ADMINISTRATOR.value, StaffMember.disabled_at.is_(None))
    return [member.id for member in session.scalars(active.order_by(StaffMember.id).with_for_update())]


def _find(session: Session, email_or_id: str) -> StaffMember:
    by_email = func.lower(StaffMember.email) == func.lower(email_or_id.strip())
    number = read_row_id(email_or_id)
    wanted = by_email if number is None else or_(StaffMember.id == number, by_email)
    member = session.scalars(select(StaffMember).where(wanted).limit(1)).first()
    if member is None:
        raise StaffMemberNotFound(email_or_id)
    return member


def digest_of(token: str) -> bytes:
    """What is kept of a set-up link's token."""
    return hashlib.sha256(token.encode()).digest()
