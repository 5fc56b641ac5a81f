"""Make, list, rename and revoke API keys."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.api_keys.errors import ApiKeyChanged, ApiKeyInvalid, ApiKeyMadeAlready, ApiKeyNameTaken, ApiKeyNotFound
from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.api_keys.models import ApiKey
from leasehold.kit.row_ids import read_row_id
from leasehold.kit.text import clean_text

SCOPES = ("license", "metrics")
LONGEST_NAME = 80
_HINT_LENGTH = 4


def create_api_key(
    session: Session,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    form_id: UUID | None = None,
    rotated_from: ApiKey | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which cannot be read again: only its digest stays.

    `form_id` names the form that asks: asked twice with the same one, the second is refused.
    Raises `ApiKeyInvalid`, `ApiKeyNameTaken`, `ApiKeyMadeAlready`, and `DomainError` `text_invalid` for the name.
    """
    now = read_clock(session)
    text = new_api_key(now.year)
    row = {
        "name": _checked_name(name),
        "digest": digest(text),
        "hint": text[-_HINT_LENGTH:],
        "scopes": _checked_scopes(scopes),
        "expires_at": _checked_expiry(expires_at, now),
        "form_id": form_id,
        "rotated_from": None if rotated_from is None else rotated_from.id,
    }
    made = session.scalars(insert(ApiKey).values(row).on_conflict_do_nothing().returning(ApiKey)).one_or_none()
    if made is None:
        raise _why_not(session, str(row["name"]), form_id)
    return made, text


def list_api_keys(session: Session) -> Sequence[ApiKey]:
    """Every key, also those revoked or expired, in the order of their ids."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id)).all()


def find_api_key(session: Session, name_or_id: str, *, lock: bool = False) -> ApiKey:
    """The key with this id, or the one that is in use under this name. Raises `ApiKeyNotFound`."""
    id_ = read_row_id(name_or_id)
    wanted = ApiKey.name == " ".join(name_or_id.split()) if id_ is None else ApiKey.id == id_
    query = select(ApiKey).where(wanted).order_by(ApiKey.revoked_at.desc().nulls_first(), ApiKey.id.desc()).limit(1)
    key = session.scalars(query.with_for_update() if lock else query).first()
    if key is None or (key.revoked_at is not None and id_ is None):
        raise ApiKeyNotFound(name_or_id)
    return key


def rename_api_key(session: Session, key_id: int, *, before: str, name: str) -> ApiKey:
    """Call the key, known as `before`, by another name; those it was rotated from keep theirs.

    Raises `ApiKeyNotFound`, `ApiKeyChanged` where it is called `before` no more, `ApiKeyInvalid`, `ApiKeyNameTaken`,
    and `DomainError` `text_invalid`.
    """
    cleaned = _checked_name(name)
    rename = update(ApiKey).where(ApiKey.id == key_id, ApiKey.name == before).values(name=cleaned)
    try:
        with session.begin_nested():
            renamed = session.scalars(rename.returning(ApiKey)).one_or_none()
    except IntegrityError:
        raise ApiKeyNameTaken(cleaned) from None
    if renamed is None:
        raise ApiKeyChanged(find_api_key(session, str(key_id)).name)
    return renamed


def revoke_api_key(session: Session, name_or_id: str) -> ApiKey:
    """From now on the key is refused everywhere; revoking it again by its id changes nothing.

    By its name, those that it was rotated from, which bear the same one, are refused too. Raises `ApiKeyNotFound`.
    """
    key = find_api_key(session, name_or_id, lock=True)
    if key.revoked_at is not None:
        return key
    wanted = ApiKey.name == key.name if read_row_id(name_or_id) is None else ApiKey.id == key.id
    revoke = update(ApiKey).where(wanted, ApiKey.revoked_at.is_(None)).values(revoked_at=func.clock_timestamp())
    session.execute(revoke)
    session.refresh(key)
    return key


def read_clock(session: Session) -> datetime:
    """Now, by the database's clock."""
    return session.scalar(select(func.clock_timestamp())) or datetime.now(UTC)


def _why_not(session: Session, name: str, form_id: UUID | None) -> ApiKeyMadeAlready | ApiKeyNameTaken:
    made = session.scalar(select(ApiKey.name).where(ApiKey.form_id == form_id)) if form_id else None
    return ApiKeyNameTaken(name) if made is None else ApiKeyMadeAlready(made)


def _checked_name(name: str) -> str:
    cleaned = clean_text(name, what="The API key's name", longest=LONGEST_NAME)
    if cleaned.isdigit():
        detail = f"An API key cannot be called {cleaned!r}: it would read as an id, so add a letter."
        raise ApiKeyInvalid(detail, {"problem": "name_is_number", "name": cleaned})
    return cleaned


def _checked_expiry(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is not None and expires_at <= now:
        detail = "The API key would have expired already: choose a day in the future."
        raise ApiKeyInvalid(detail, {"problem": "expired_already"})
    return expires_at


def _checked_scopes(scopes: Sequence[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        named = f"{unknown[0]!r} is none" if unknown else "none was given"
        detail = f"An API key needs one or more of the scopes {', '.join(SCOPES)}: {named}."
        raise ApiKeyInvalid(detail, {"problem": "no_such_scope", "possible": list(SCOPES)})
    return [scope for scope in SCOPES if scope in scopes]
