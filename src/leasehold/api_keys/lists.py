"""What the list of API keys can be asked. There are dozens of them: no filter needs an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session

from leasehold.api_keys.models import ApiKey
from leasehold.api_keys.service import SCOPES
from leasehold.api_keys.states import ApiKeyState, has_state, state_of
from leasehold.kit.listing import Listing, choice, no_such_choice


@dataclass(frozen=True, slots=True)
class ApiKeyLine:
    """A key, and how it stands at the moment that the list shows."""

    key: ApiKey
    state: ApiKeyState


def read_now(session: Session) -> datetime:
    """The moment that the list shows, by the database's clock."""
    return session.scalar(select(func.clock_timestamp())) or datetime.now(UTC)


def _found_by(texts: Sequence[str], _now: datetime) -> ColumnElement[bool]:
    """A part of the name, or the end of the key."""
    text = " ".join(texts).lower()
    return or_(func.lower(ApiKey.name).contains(text, autoescape=True), func.lower(ApiKey.hint) == text[-4:])


def _in_state(texts: Sequence[str], now: datetime) -> ColumnElement[bool]:
    choice(ApiKey.name, list(ApiKeyState))(texts, now)
    return or_(*(has_state(ApiKeyState(text), now) for text in texts))


def _with_scope(texts: Sequence[str], _now: datetime) -> ColumnElement[bool]:
    unknown = [text for text in texts if text not in SCOPES]
    if unknown:
        raise no_such_choice(unknown[0], SCOPES)
    return or_(*(literal(text) == func.any(ApiKey.scopes) for text in texts))


API_KEYS: Listing[datetime, ApiKeyLine] = Listing(
    name="api_keys",
    query=lambda _now: select(ApiKey),
    read=lambda row, now: ApiKeyLine(row[0], state_of(row[0], now)),
    key=(ApiKey.id,),
    orders={"created": None, "name": func.lower(ApiKey.name)},
    default_order="-created",
    conditions={"q": _found_by, "state": _in_state, "scope": _with_scope},
)
