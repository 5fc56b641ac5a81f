"""How somebody becomes a member: by a one-time link, with a name, an e-mail address and a password."""

from dataclasses import dataclass

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.kit.text import clean_text
from leasehold.staff.errors import EmailInvalid, EmailTaken, SetupLinkInvalid
from leasehold.staff.models import StaffMember, StaffSetupLink
from leasehold.staff.passwords import set_password
from leasehold.staff.roles import Role
from leasehold.staff.service import digest_of
from leasehold.staff.sessions import end_sessions

_LONGEST_NAME = 100
_LONGEST_EMAIL = 254
_EMAIL_INDEX = "staff_members_email"
# Names that belong to local networks; the library knows `.test` alone.
_LOCAL_ENDING = ".local"
_STAND_IN = ".test"

_CONSUME = text("""
UPDATE staff_setup_links SET used_at = clock_timestamp()
 WHERE digest = :digest AND used_at IS NULL AND expires_at > clock_timestamp()
RETURNING role, email, member_id
""")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link says of who may use it; `name` where it gives a member a new password."""

    role: Role
    email: str | None
    name: str | None


def read_invitation(session: Session, token: str) -> Invitation:
    """What the link is for; asking does not use it up. Raises `SetupLinkInvalid`."""
    query = (
        select(StaffSetupLink.role, StaffSetupLink.email, StaffMember.email, StaffMember.name, StaffMember.role)
        .outerjoin(StaffMember, StaffMember.id == StaffSetupLink.member_id)
        .where(StaffSetupLink.digest == digest_of(token))
        .where(StaffSetupLink.used_at.is_(None), StaffSetupLink.expires_at > func.clock_timestamp())
    )
    row = session.execute(query).first()
    if row is None:
        raise SetupLinkInvalid
    return Invitation(Role(row[4] or row[0]), row[2] or row[1], row[3])


def join(session: Session, token: str, *, name: str, email: str, password_hash: str) -> int:
    """Use the link up, and return the id of the member that it made, or gave a new password.

    Of many at once one gets it. What the link says of the e-mail address wins over `email`. Raises
    `SetupLinkInvalid`, `EmailInvalid`, `EmailTaken`, and `DomainError` where the name is no good.
    """
    link = session.execute(_CONSUME, {"digest": digest_of(token)}).first()
    if link is None:
        raise SetupLinkInvalid
    member_id: int
    if link.member_id is not None:
        member_id = link.member_id
        end_sessions(session, member_id, reason="password_changed")
    else:
        member_id = _add_member(session, name=name, email=link.email or email, role=Role(link.role))
    set_password(session, member_id, password_hash)
    return member_id


def check_email(address: str) -> str:
    """The address in its usual form. Addresses of local networks are fine. Raises `EmailInvalid`."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  # takes long to load, seldom used

    typed = address.strip()
    is_local = typed.lower().endswith(_LOCAL_ENDING)
    wanted = typed[: -len(_LOCAL_ENDING)] + _STAND_IN if is_local else typed
    try:
        if len(typed) > _LONGEST_EMAIL:
            raise EmailInvalid
        found = validate_email(wanted, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise EmailInvalid from error
    return found[: -len(_STAND_IN)] + _LOCAL_ENDING if is_local else found


def _add_member(session: Session, *, name: str, email: str, role: Role) -> int:
    values = {
        "email": check_email(email),
        "name": clean_text(name, what="The name", longest=_LONGEST_NAME),
        "role": role.value,
    }
    try:
        return session.execute(insert(StaffMember).values(values).returning(StaffMember.id)).scalar_one()
    except IntegrityError as error:
        if _EMAIL_INDEX in str(error.orig):
            raise EmailTaken from error
        raise
