"""Passkeys (WebAuthn): asked with a challenge that is answered once, and checked with the key that they gave us.

The library is loaded when it is first needed: most starts of the panel meet no passkey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leasehold.kit.text import clean_text
from leasehold.staff.credential_models import StaffPasskey
from leasehold.staff.errors import PasskeyRefused

_LONGEST_NAME = 60
_LONGEST_ANSWER = 100_000
_TITLE = "Leasehold"

_FORGET_OLD = text("DELETE FROM staff_challenges WHERE expires_at < clock_timestamp()")
_ASK = text("""
INSERT INTO staff_challenges (challenge, member_id, expires_at)
VALUES (:challenge, :member_id, clock_timestamp() + interval '5 minutes')
RETURNING id
""")
_USE = text("""
DELETE FROM staff_challenges
 WHERE id = :id AND member_id IS NOT DISTINCT FROM CAST(:member_id AS bigint) AND expires_at > clock_timestamp()
RETURNING challenge
""")
# A counter that does not grow is a copy of the passkey; zero is from one that does not count.
_ACCEPT = text("""
UPDATE staff_passkeys SET sign_count = :sign_count, last_used_at = clock_timestamp()
 WHERE id = :id AND (sign_count < :sign_count OR (sign_count = 0 AND :sign_count = 0))
""")
_REMOVE = text("DELETE FROM staff_passkeys WHERE id = :id AND member_id = :member_id")
_RENAME = text("UPDATE staff_passkeys SET name = :name WHERE id = :id AND member_id = :member_id")


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is bound to: the host's name, and the origin that pages are served from."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser is to ask its passkeys, as JSON, and the id under which the answer is taken."""

    id: str
    options: str


def ask_for_new_passkey(session: Session, site: Site, *, member_id: int, email: str, name: str) -> Question:
    """Ask the browser to make a passkey for the member, one that is found without a name and knows its user."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=_TITLE,
        user_id=f"staff:{member_id}".encode(),
        user_name=email,
        user_display_name=name,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(session, member_id),
    )
    return _ask(session, member_id, options)


def add_passkey(session: Session, site: Site, *, member_id: int, question: str, answer: str, name: str) -> StaffPasskey:
    """Keep the passkey that the browser has made. Raises `PasskeyRefused`, and `DomainError` for a bad name."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    title = clean_text(name, what="The passkey's name", longest=_LONGEST_NAME)
    challenge = _use(session, question, member_id)
    try:
        made = webauthn.verify_registration_response(
            credential=_checked(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    passkey = StaffPasskey(
        member_id=member_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=title,
    )
    session.add(passkey)
    session.flush()
    return passkey


def ask_for_passkey(session: Session, site: Site, *, member_id: int | None) -> Question:
    """Ask the browser for a passkey: of the member, or of whoever is there."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=None if member_id is None else _descriptors(session, member_id),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _ask(session, member_id, options)


def accept_passkey(session: Session, site: Site, *, member_id: int | None, question: str, answer: str) -> int:
    """The id of the member whose passkey has answered; the question is used up. Raises `PasskeyRefused`."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    challenge = _use(session, question, member_id)
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(_checked(answer))
        passkey = _find(session, credential.raw_id, member_id)
        shown = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    result: Any = session.execute(_ACCEPT, {"id": passkey.id, "sign_count": shown.new_sign_count})
    if result.rowcount == 0:
        raise PasskeyRefused
    return passkey.member_id


def list_passkeys(session: Session, member_id: int) -> Sequence[StaffPasskey]:
    """The member's passkeys, in the order in which they came."""
    mine = select(StaffPasskey).where(StaffPasskey.member_id == member_id)
    return session.scalars(mine.order_by(StaffPasskey.id)).all()


def rename_passkey(session: Session, passkey_id: int, *, member_id: int, name: str) -> None:
    """Call one of the member's passkeys something else. Raises `DomainError` for a bad name."""
    title = clean_text(name, what="The passkey's name", longest=_LONGEST_NAME)
    session.execute(_RENAME, {"id": passkey_id, "member_id": member_id, "name": title})


def remove_passkey(session: Session, passkey_id: int, *, member_id: int) -> bool:
    """Remove one of the member's passkeys; whether it was there."""
    result: Any = session.execute(_REMOVE, {"id": passkey_id, "member_id": member_id})
    return bool(result.rowcount)


def _ask(session: Session, member_id: int | None, options: Any) -> Question:
    import webauthn  # noqa: PLC0415

    session.execute(_FORGET_OLD)
    values = {"challenge": options.challenge, "member_id": member_id}
    question_id = session.execute(_ASK, values).scalar_one()
    return Question(str(question_id), webauthn.options_to_json(options))


def _use(session: Session, question: str, member_id: int | None) -> bytes:
    try:
        values = {"id": UUID(question), "member_id": member_id}
    except ValueError as error:
        raise PasskeyRefused from error
    challenge = session.scalar(_USE, values)
    if challenge is None:
        raise PasskeyRefused
    return bytes(challenge)


def _checked(answer: str) -> str:
    if len(answer) > _LONGEST_ANSWER:
        raise PasskeyRefused
    return answer


def _find(session: Session, credential_id: bytes, member_id: int | None) -> StaffPasskey:
    passkey = session.scalars(select(StaffPasskey).where(StaffPasskey.credential_id == credential_id)).first()
    if passkey is None or member_id not in (None, passkey.member_id):
        raise PasskeyRefused
    return passkey


def _descriptors(session: Session, member_id: int) -> list[Any]:
    from webauthn.helpers import structs  # noqa: PLC0415

    return [
        structs.PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in list_passkeys(session, member_id)
    ]
