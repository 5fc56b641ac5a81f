"""Put a new API key in the place of an old one, which goes on for a while, so that nothing stands still meanwhile."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leasehold.api_keys.errors import ApiKeyInvalid, ApiKeyMadeAlready, ApiKeyNotRotatable
from leasehold.api_keys.models import ApiKey
from leasehold.api_keys.service import create_api_key, find_api_key, read_clock
from leasehold.api_keys.states import is_usable

DEFAULT_OVERLAP_HOURS = 24
LONGEST_OVERLAP_HOURS = 30 * 24


def rotate_api_key(
    session: Session,
    name_or_id: str,
    *,
    overlap_hours: int = DEFAULT_OVERLAP_HOURS,
    expires_at: datetime | None = None,
    form_id: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key with the name and the scopes of the old one, and its text; the old one goes on for `overlap_hours`.

    Without `expires_at` the new one expires when the old one would have. Raises `ApiKeyNotFound`, `ApiKeyInvalid`,
    `ApiKeyNotRotatable` for a key that is not in use or has been rotated, and `ApiKeyMadeAlready` for a form sent
    twice.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        detail = f"The overlap must be 0 to {LONGEST_OVERLAP_HOURS} hours, not {overlap_hours}."
        raise ApiKeyInvalid(detail, {"problem": "overlap_out_of_range", "longest": LONGEST_OVERLAP_HOURS})
    old = find_api_key(session, name_or_id, lock=True)
    now = read_clock(session)
    _check_rotatable(session, old, now, form_id)
    wanted_expiry = expires_at or old.expires_at
    ends = now + timedelta(hours=overlap_hours)
    retire = update(ApiKey).where(ApiKey.id == old.id)
    session.execute(retire.values(rotated_at=now, expires_at=func.least(ApiKey.expires_at, ends)))
    made, text = create_api_key(
        session, name=old.name, scopes=old.scopes, expires_at=wanted_expiry, form_id=form_id, rotated_from=old
    )
    session.refresh(old)
    return made, text


def successor_of(session: Session, key: ApiKey) -> ApiKey | None:
    """The key that took this one's place."""
    return session.scalar(select(ApiKey).where(ApiKey.rotated_from == key.id))


def _check_rotatable(session: Session, old: ApiKey, now: datetime, form_id: UUID | None) -> None:
    if form_id is not None and session.scalar(select(ApiKey.id).where(ApiKey.form_id == form_id)) is not None:
        raise ApiKeyMadeAlready(old.name)
    if old.rotated_at is not None:
        detail = f"The API key {old.name!r} has been rotated already: rotate the one in its place."
        raise ApiKeyNotRotatable(detail, {"problem": "rotated_already", "name": old.name})
    if not is_usable(old, now):
        detail = f"The API key {old.name!r} is not in use any more: generate a new one."
        raise ApiKeyNotRotatable(detail, {"problem": "not_in_use", "name": old.name})
