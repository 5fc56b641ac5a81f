"""Passwords: argon2id, a bounded number at a time, and as slow for nobody as for somebody."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from leasehold.staff.errors import PasswordRefused, SignInBusy
from leasehold.staff.rules import LONGEST_PASSWORD, normalize_password, why_password_is_refused, words_of

_AT_ONCE = 2
_PATIENCE_SECONDS = 10.0
_hashing = BoundedSemaphore(_AT_ONCE)
_hasher = PasswordHasher()

_READ_HASH = text("SELECT hash FROM staff_passwords WHERE member_id = :member_id")
_FIND_BY_EMAIL = text("""
SELECT m.id, p.hash FROM staff_members AS m JOIN staff_passwords AS p ON p.member_id = m.id
 WHERE lower(m.email) = lower(:email) AND m.disabled_at IS NULL
""")
_STORE_HASH = text("""
INSERT INTO staff_passwords (member_id, hash) VALUES (:member_id, :hash)
ON CONFLICT (member_id) DO UPDATE SET hash = excluded.hash, changed_at = clock_timestamp()
""")
_STORE_STRONGER_HASH = text("UPDATE staff_passwords SET hash = :hash WHERE member_id = :member_id AND hash = :old_hash")


def hash_new_password(password: str, *, name: str, email: str) -> str:
    """The hash to store. Raises `PasswordRefused` where the password is no good, `SignInBusy` under load."""
    weakness = why_password_is_refused(password, words=words_of(name, email))
    if weakness is not None:
        raise PasswordRefused(weakness.detail, {"problem": weakness.problem, **weakness.figures})
    with _turn():
        return _hasher.hash(normalize_password(password))


def find_password(session: Session, email: str) -> tuple[int, str] | None:
    """The id and the hash of the member who may sign in with this address; None where nobody may."""
    row = session.execute(_FIND_BY_EMAIL, {"email": email.strip().replace("\0", "")}).first()
    return None if row is None else (row[0], row[1])


def set_password(session: Session, member_id: int, password_hash: str) -> None:
    """From now on this is the member's password."""
    session.execute(_STORE_HASH, {"member_id": member_id, "hash": password_hash})


def read_password_hash(session: Session, member_id: int) -> str | None:
    """What `password_is_right` compares with; None where the member has no password."""
    found: str | None = session.scalar(_READ_HASH, {"member_id": member_id})
    return found


def password_is_right(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one; None is nobody's hash, and takes as long. Raises `SignInBusy` under load.

    No transaction should be open while this works: it takes a good part of a second.
    """
    if len(password) > LONGEST_PASSWORD:
        password, password_hash = "", None
    with _turn():
        try:
            _hasher.verify(password_hash or _nobodys_hash(), normalize_password(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def strengthen(session: Session, member_id: int, password: str, old_hash: str) -> None:
    """Where the hash is of weaker parameters than today's, keep a stronger one."""
    if _hasher.check_needs_rehash(old_hash):
        with _turn():
            stronger = _hasher.hash(normalize_password(password))
        values = {"member_id": member_id, "hash": stronger, "old_hash": old_hash}
        session.execute(_STORE_STRONGER_HASH, values)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


@contextmanager
def _turn() -> Iterator[None]:
    if not _hashing.acquire(timeout=_PATIENCE_SECONDS):
        raise SignInBusy
    try:
        yield
    finally:
        _hashing.release()
