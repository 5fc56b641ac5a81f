"""How an API key stands at a moment."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_

from leasehold.api_keys.models import ApiKey

EXPIRES_SOON = timedelta(days=14)


class ApiKeyState(StrEnum):
    """The first that applies, from above."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    ROTATING = "rotating"
    EXPIRES_SOON = "expires_soon"
    IN_USE = "in_use"


def state_of(key: ApiKey, now: datetime) -> ApiKeyState:
    """How the key stands at `now`."""
    if key.revoked_at is not None:
        return ApiKeyState.REVOKED
    if key.expires_at is not None and key.expires_at <= now:
        return ApiKeyState.EXPIRED
    if key.rotated_at is not None:
        return ApiKeyState.ROTATING
    if key.expires_at is not None and key.expires_at <= now + EXPIRES_SOON:
        return ApiKeyState.EXPIRES_SOON
    return ApiKeyState.IN_USE


def is_usable(key: ApiKey, now: datetime) -> bool:
    """Whether the license server lets the key in at `now`."""
    return state_of(key, now) not in {ApiKeyState.REVOKED, ApiKeyState.EXPIRED}


def has_state(state: ApiKeyState, now: datetime) -> ColumnElement[bool]:
    """`state_of(key, now) is state` as a condition on `api_keys` (a test holds the two together)."""
    kept = ApiKey.revoked_at.is_(None)
    over = and_(ApiKey.expires_at.is_not(None), ApiKey.expires_at <= now)
    lasting = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    current = ApiKey.rotated_at.is_(None)
    match state:
        case ApiKeyState.REVOKED:
            return ApiKey.revoked_at.is_not(None)
        case ApiKeyState.EXPIRED:
            return and_(kept, over)
        case ApiKeyState.ROTATING:
            return and_(kept, lasting, ~current)
        case ApiKeyState.EXPIRES_SOON:
            return and_(kept, current, ApiKey.expires_at > now, ApiKey.expires_at <= now + EXPIRES_SOON)
        case ApiKeyState.IN_USE:
            return and_(kept, current, or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now + EXPIRES_SOON))
