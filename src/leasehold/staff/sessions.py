"""Sessions of people: an opaque token in the browser, its digest here, and an end at any time."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.staff.roles import Role

CONFIRMATION_LIFETIME = timedelta(minutes=10)
HALF_WAY_LIFETIME = timedelta(minutes=15)
_SEEN_EVERY = timedelta(seconds=60)
_TOKEN_BYTES = 32
_LONGEST_USER_AGENT = 300

_START = text("""
INSERT INTO staff_sessions (digest, member_id, address, user_agent)
VALUES (:digest, :member_id, CAST(:address AS inet), :user_agent)
RETURNING id
""")
_LIVE = """
       s.ended_at IS NULL AND m.disabled_at IS NULL
   AND s.created_at > clock_timestamp() - CAST(:longest AS interval)
   AND s.last_seen_at > clock_timestamp() - CAST(:idle AS interval)
   AND (s.signed_in_at IS NOT NULL OR s.created_at > clock_timestamp() - CAST(:half_way AS interval))
"""
_FIND = text(f"""
SELECT s.id, s.member_id, m.name, m.email, m.role, s.signed_in_at IS NOT NULL AS signed_in,
       s.second_factor_at IS NOT NULL AS second_factor,
       coalesce(s.confirmed_at > clock_timestamp() - CAST(:confirmation AS interval), false) AS confirmed,
       s.last_seen_at < clock_timestamp() - CAST(:seen_every AS interval) AS unseen
  FROM staff_sessions AS s JOIN staff_members AS m ON m.id = s.member_id
 WHERE s.digest = :digest AND {_LIVE}
""")  # noqa: S608  # parts of our own
_SEE = text("""
UPDATE staff_sessions SET last_seen_at = clock_timestamp()
 WHERE id = :id AND last_seen_at < clock_timestamp() - CAST(:seen_every AS interval)
""")
# A new token with every step up: whoever knew the old one knows nothing.
_STEP_UP = text("""
UPDATE staff_sessions
   SET digest = :digest, confirmed_at = clock_timestamp(), last_seen_at = clock_timestamp(),
       signed_in_at = coalesce(signed_in_at, clock_timestamp()),
       second_factor_at = CASE WHEN :second_factor THEN clock_timestamp() ELSE second_factor_at END
 WHERE id = :id AND ended_at IS NULL
RETURNING id
""")
_CONFIRM = text("UPDATE staff_sessions SET confirmed_at = clock_timestamp() WHERE id = :id AND ended_at IS NULL")
_END = text("""
UPDATE staff_sessions SET ended_at = clock_timestamp()
 WHERE id = :id AND member_id = :member_id AND ended_at IS NULL
RETURNING id
""")
_END_ALL = text("""
UPDATE staff_sessions SET ended_at = clock_timestamp()
 WHERE member_id = :member_id AND id <> :but AND ended_at IS NULL
RETURNING id
""")
_LIST = text(f"""
SELECT s.id, s.created_at, s.last_seen_at, s.address, s.user_agent
  FROM staff_sessions AS s JOIN staff_members AS m ON m.id = s.member_id
 WHERE s.member_id = :member_id AND s.signed_in_at IS NOT NULL AND {_LIVE}
 ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 100
""")  # noqa: S608  # parts of our own


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts in all, and without a sign of life."""

    longest: timedelta
    idle: timedelta


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A live session and whose it is. `signed_in` is false while the second factor is owed."""

    id: int
    member_id: int
    name: str
    email: str
    role: Role
    signed_in: bool
    second_factor: bool
    confirmed: bool


def start_session(session: Session, member_id: int, *, address: str | None, user_agent: str) -> tuple[int, str]:
    """The id and the token of a new session that still owes the second factor; only the digest is kept."""
    token = _new_token()
    values = {
        "digest": _digest(token),
        "member_id": member_id,
        "address": address,
        "user_agent": user_agent[:_LONGEST_USER_AGENT],
    }
    return session.execute(_START, values).scalar_one(), token


def find_session(session: Session, token: str, lifetimes: Lifetimes) -> FoundSession | None:
    """The live session with this token, if there is one; that it was seen is noted once a minute."""
    values = _live(lifetimes) | {
        "digest": _digest(token),
        "confirmation": CONFIRMATION_LIFETIME,
        "seen_every": _SEEN_EVERY,
    }
    row = session.execute(_FIND, values).mappings().first()
    if row is None:
        return None
    if row["unseen"]:
        session.execute(_SEE, {"id": row["id"], "seen_every": _SEEN_EVERY})
    return _found(row)


def step_up(session: Session, session_id: int, *, second_factor: bool) -> str | None:
    """Signed in for good, with a new token; the old one is dead. None where the session has ended meanwhile."""
    token = _new_token()
    values = {"id": session_id, "digest": _digest(token), "second_factor": second_factor}
    return None if session.scalar(_STEP_UP, values) is None else token


def confirm_session(session: Session, session_id: int) -> None:
    """The person has just proved again who they are."""
    session.execute(_CONFIRM, {"id": session_id})


def end_session(session: Session, session_id: int, *, member_id: int, reason: str) -> bool:
    """End one session of the member; whether it was alive."""
    return bool(_end(session, _END, reason, id=session_id, member_id=member_id))


def end_sessions(session: Session, member_id: int, *, reason: str, but: int = 0) -> int:
    """End all sessions of the member, except the one with the id `but`; how many there were."""
    return _end(session, _END_ALL, reason, member_id=member_id, but=but)


def list_sessions(session: Session, member_id: int, lifetimes: Lifetimes) -> Sequence[RowMapping]:
    """The member's live sessions, the one seen last first: id, created_at, last_seen_at, address, user_agent."""
    return session.execute(_LIST, _live(lifetimes) | {"member_id": member_id}).mappings().all()


def last_seen_of(session: Session) -> dict[int, datetime]:
    """When each member was seen last."""
    rows = session.execute(text("SELECT member_id, max(last_seen_at) FROM staff_sessions GROUP BY member_id"))
    return {row[0]: row[1] for row in rows}


def _end(session: Session, statement: TextClause, reason: str, **values: Any) -> int:
    ended = session.scalars(statement, values).all()
    for session_id in ended:
        details = {"member_id": values["member_id"], "reason": reason}
        record_event(session, "session_ended", table="staff_sessions", row_id=str(session_id), details=details)
    return len(ended)


def _live(lifetimes: Lifetimes) -> dict[str, Any]:
    return {"longest": lifetimes.longest, "idle": lifetimes.idle, "half_way": HALF_WAY_LIFETIME}


def _found(row: RowMapping) -> FoundSession:
    return FoundSession(
        row["id"],
        row["member_id"],
        row["name"],
        row["email"],
        Role(row["role"]),
        row["signed_in"],
        row["second_factor"],
        row["confirmed"],
    )


def _new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
