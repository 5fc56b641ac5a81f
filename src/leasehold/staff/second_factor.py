"""Authenticator apps (TOTP, RFC 6238) and recovery codes: each code is accepted once."""

import base64
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.orm import Session

from leasehold.staff.rules import totp_steps_of

RECOVERY_CODES = 10
_SECRET_BYTES = 20
_NONCE_BYTES = 12
_CODE_BYTES = 15  # 120 bits
_GROUP = 4

_READ = text("""
SELECT sealed_secret, extract(epoch FROM clock_timestamp())::float FROM staff_totps WHERE member_id = :member_id
""")
_NOW = text("SELECT extract(epoch FROM clock_timestamp())::float")
_ACCEPT = text("UPDATE staff_totps SET last_step = :step WHERE member_id = :member_id AND last_step < :step")
_ENROL = text("""
INSERT INTO staff_totps (member_id, sealed_secret, last_step) VALUES (:member_id, :sealed, :step)
ON CONFLICT (member_id) DO UPDATE
   SET sealed_secret = excluded.sealed_secret, last_step = excluded.last_step, enrolled_at = clock_timestamp()
""")
_USE_CODE = text("""
UPDATE staff_recovery_codes SET used_at = clock_timestamp()
 WHERE digest = :digest AND member_id = :member_id AND used_at IS NULL
""")
_DROP_CODES = text("DELETE FROM staff_recovery_codes WHERE member_id = :member_id")
_STORE_CODE = text("INSERT INTO staff_recovery_codes (digest, member_id) VALUES (:digest, :member_id)")
_DROP_ALL = (
    text("DELETE FROM staff_totps WHERE member_id = :member_id"),
    text("DELETE FROM staff_passkeys WHERE member_id = :member_id"),
    _DROP_CODES,
)
_FACTORS = text("""
SELECT (SELECT enrolled_at FROM staff_totps WHERE member_id = :member_id),
       (SELECT count(*) FROM staff_passkeys WHERE member_id = :member_id),
       (SELECT count(*) FROM staff_recovery_codes WHERE member_id = :member_id AND used_at IS NULL)
""")


@dataclass(frozen=True, slots=True)
class Factors:
    """What a member has besides the password."""

    totp_enrolled_at: datetime | None
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all; recovery codes stand in for one and are none."""
        return self.totp_enrolled_at is not None or self.passkeys > 0


class Seal:
    """Seals secrets with the installation's key, each for one member."""

    def __init__(self, key: str) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"second factor:" + key.encode()).digest())

    def close(self, secret: bytes, member_id: int) -> bytes:
        """`secret`, so that only `open` for the same member finds it again."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, str(member_id).encode())

    def open(self, sealed: bytes, member_id: int) -> bytes | None:
        """The secret; None where it was sealed with another key, or for somebody else."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], str(member_id).encode())
        except (InvalidTag, ValueError):
            return None


def new_totp_secret() -> bytes:
    """160 random bits, as RFC 4226 recommends."""
    return secrets.token_bytes(_SECRET_BYTES)


def secret_as_text(secret: bytes) -> str:
    """What a person types into an app that has no camera."""
    return base64.b32encode(secret).decode().rstrip("=")


def totp_uri(secret: bytes, *, email: str, issuer: str) -> str:
    """What the QR code says (otpauth://)."""
    label = quote(f"{issuer}:{email}")
    return f"otpauth://totp/{label}?secret={secret_as_text(secret)}&issuer={quote(issuer)}"


def enrol_totp(session: Session, seal: Seal, member_id: int, *, secret: bytes, code: str) -> bool:
    """Make `secret` the member's app if `code` shows that the app has it; the code is used up by that."""
    steps = totp_steps_of(secret, code, float(session.scalar(_NOW) or 0.0))
    if not steps:
        return False
    session.execute(_ENROL, {"member_id": member_id, "sealed": seal.close(secret, member_id), "step": steps[-1]})
    return True


def accept_totp(session: Session, seal: Seal, member_id: int, code: str) -> bool:
    """Whether `code` is right now and was not used before; it is used up."""
    row = session.execute(_READ, {"member_id": member_id}).first()
    secret = None if row is None else seal.open(bytes(row[0]), member_id)
    if row is None or secret is None:
        return False
    return any(
        _changed(session, _ACCEPT, member_id=member_id, step=step) for step in totp_steps_of(secret, code, row[1])
    )


def new_recovery_codes(session: Session, member_id: int) -> list[str]:
    """Ten new codes instead of all before; this is the only place where they stand."""
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.execute(_DROP_CODES, {"member_id": member_id})
    session.execute(_STORE_CODE, [{"member_id": member_id, "digest": _digest(code)} for code in codes])
    return codes


def use_recovery_code(session: Session, member_id: int, code: str) -> bool:
    """Whether `code` is one of the member's and was not used before; it is used up."""
    return _changed(session, _USE_CODE, member_id=member_id, digest=_digest(code))


def read_factors(session: Session, member_id: int) -> Factors:
    """What the member has besides the password."""
    row = session.execute(_FACTORS, {"member_id": member_id}).one()
    return Factors(row[0], row[1], row[2])


def remove_factors(session: Session, member_id: int) -> None:
    """Take away everything besides the password: the member is led to enrol anew."""
    for statement in _DROP_ALL:
        session.execute(statement, {"member_id": member_id})


def remove_totp(session: Session, member_id: int) -> None:
    """Take away the member's app."""
    session.execute(_DROP_ALL[0], {"member_id": member_id})


def grouped(code: str) -> Sequence[str]:
    """The code in groups that can be read aloud."""
    return [code[start : start + _GROUP] for start in range(0, len(code), _GROUP)]


def _new_code() -> str:
    return "-".join(grouped(base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()))


def _digest(code: str) -> bytes:
    plain = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(plain.encode()).digest()


def _changed(session: Session, statement: object, **values: object) -> bool:
    result = session.execute(statement, values)  # type: ignore[call-overload]  # a text(), whose result has a row count
    return bool(result.rowcount)
