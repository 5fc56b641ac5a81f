"""Make, list and revoke API keys."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from leasehold.api_keys.errors import ApiKeyInvalid, ApiKeyNameTaken, ApiKeyNotFound
from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.api_keys.models import ApiKey
from leasehold.kit.text import clean_text

SCOPES = ("license", "metrics")
LONGEST_NAME = 80
_HINT_LENGTH = 4


def create_api_key(
    session: Session, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key and its text, which cannot be read again: only its digest stays.

    Raises `ApiKeyInvalid`, `ApiKeyNameTaken`, and `DomainError` `text_invalid` for the name.
    """
    wanted = _checked_scopes(scopes)
    cleaned = clean_text(name, what="The API key's name", longest=LONGEST_NAME)
    if cleaned.isdigit():
        raise ApiKeyInvalid(f"An API key cannot be called {cleaned!r}: it would read as an id, so add a letter.")
    now = session.scalar(select(func.clock_timestamp())) or datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise ApiKeyInvalid("The API key would have expired already: choose a day in the future.")
    text = new_api_key(now.year)
    row = {
        "name": cleaned,
        "digest": digest(text),
        "hint": text[-_HINT_LENGTH:],
        "scopes": wanted,
        "expires_at": expires_at,
    }
    made = session.scalars(insert(ApiKey).values(row).on_conflict_do_nothing().returning(ApiKey)).one_or_none()
    if made is None:
        raise ApiKeyNameTaken(cleaned)
    return made, text


def list_api_keys(session: Session) -> Sequence[ApiKey]:
    """Every key, also those revoked or expired, in the order of their ids."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id)).all()


def revoke_api_key(session: Session, name_or_id: str) -> ApiKey:
    """From now on the key is refused everywhere; revoking it again by its id changes nothing.

    Raises `ApiKeyNotFound`.
    """
    wanted = ApiKey.id == int(name_or_id) if _is_id(name_or_id) else ApiKey.name == " ".join(name_or_id.split())
    query = select(ApiKey).where(wanted).order_by(ApiKey.revoked_at.desc().nulls_first()).limit(1)
    key = session.scalars(query.with_for_update()).first()
    if key is None or (key.revoked_at is not None and not _is_id(name_or_id)):
        raise ApiKeyNotFound(name_or_id)
    if key.revoked_at is None:
        key.revoked_at = session.scalar(select(func.clock_timestamp()))
        session.flush()
    return key


def _checked_scopes(scopes: Sequence[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        named = f"{unknown[0]!r} is none" if unknown else "none was given"
        raise ApiKeyInvalid(f"An API key needs one or more of the scopes {', '.join(SCOPES)}: {named}.")
    return [scope for scope in SCOPES if scope in scopes]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
