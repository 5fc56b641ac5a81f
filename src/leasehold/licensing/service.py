"""What an operator does to licenses. What the rules decide goes through the engine; terms and features are rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.customers.models import Customer
from leasehold.kit.actor import Actor
from leasehold.kit.orm import driver_connection
from leasehold.licensing.commands import Command, EndSession, Sweep
from leasehold.licensing.deciding import MOST_DEVICES
from leasehold.licensing.errors import MOST_LICENSES_AT_ONCE, LicenseInvalid, LicenseNotFound, limits_invalid, refusal
from leasehold.licensing.features import changed_features
from leasehold.licensing.license_key import new_license_key
from leasehold.licensing.models import LicenseRow, LicenseTerm, Product
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.run_one import run_one
from leasehold.licensing.state import EndedSession, FeatureValue
from leasehold.licensing.vocabulary import EndReason, LicenseType
from leasehold.settings.service import get_setting

_FURTHEST_YEAR = 9000


@dataclass(frozen=True, slots=True)
class LicenseTerms:
    """What is sold: the places, and from when (None: now) until when (None: for ever) they may be taken."""

    device_limit: int
    concurrent_sessions_limit: int
    type: LicenseType = LicenseType.FULL
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    features: Mapping[str, FeatureValue] = field(default_factory=dict)


def create_licenses(
    session: Session, terms: LicenseTerms, *, customer: Customer, product: Product, count: int = 1
) -> list[str]:
    """The keys of `count` new licenses, each with its first term.

    Raises `LicenseInvalid`: `count_out_of_range`, `limits_invalid`, `period_invalid`, `feature_invalid`.
    """
    if not 1 <= count <= MOST_LICENSES_AT_ONCE:
        detail = f"Between 1 and {MOST_LICENSES_AT_ONCE} licenses are made at once, not {count}."
        raise LicenseInvalid("count_out_of_range", detail)
    if not 1 <= terms.concurrent_sessions_limit <= terms.device_limit <= MOST_DEVICES:
        raise limits_invalid()
    starts = terms.valid_from or _now(session)
    _check_period(starts, terms.valid_until)
    shared = {
        "customer_id": customer.id,
        "product_id": product.id,
        "type": terms.type.value,
        "device_limit": terms.device_limit,
        "concurrent_sessions_limit": terms.concurrent_sessions_limit,
        "features": changed_features({}, terms.features),
        "valid_from": starts,
        "valid_until": terms.valid_until,
    }
    keys = [new_license_key() for _ in range(count)]
    made = session.execute(
        insert(LicenseRow).returning(LicenseRow.id), [{**shared, "license_key": key} for key in keys]
    ).scalars()
    period: Range[datetime] = Range(starts, terms.valid_until, bounds="[)")
    kind = "test" if terms.type is LicenseType.TEST else "initial"
    session.execute(insert(LicenseTerm), [{"license_id": id_, "period": period, "kind": kind} for id_ in made])
    return keys


def extend_license(
    session: Session,
    license_key: str,
    *,
    actor: Actor,
    valid_until: datetime | None = None,
    days: int | None = None,
) -> None:
    """Grant a further term, from the end of the last one, or from now where that has passed.

    It ends at `valid_until`, or after `days` days in the installation's time zone. Raises `LicenseNotFound`, and
    `LicenseInvalid`: `license_perpetual`, `period_invalid`.
    """
    row = find_license(session, license_key, lock=True)
    if row.valid_until is None:
        raise LicenseInvalid("license_perpetual", f"License {license_key} is perpetual: there is nothing to extend.")
    now = _now(session)
    lapsed = row.valid_until <= now
    starts = now if lapsed else row.valid_until
    ends = valid_until or _after_days(session, starts, days or 0)
    if ends <= starts:
        since = "now" if lapsed else row.valid_until.isoformat()
        detail = f"License {license_key} would not be extended: the new end must be later than {since}."
        raise LicenseInvalid("period_invalid", detail)
    _check_period(starts, ends)
    if lapsed:
        # Sessions ended with the old term: they must be in the history before the new one could revive them.
        carry_out(session, Sweep(license_key), actor=actor)
    period = Range(starts, ends, bounds="[)")
    kind = "renewal" if lapsed else "extension"
    session.add(LicenseTerm(license_id=row.id, period=period, kind=kind))
    session.flush()
    session.expire(row)


def change_features(session: Session, license_key: str, changes: Mapping[str, FeatureValue | None]) -> None:
    """Set features, None taking one away. Raises `LicenseNotFound` and `LicenseInvalid` `feature_invalid`."""
    row = find_license(session, license_key, lock=True)
    row.features = changed_features(row.features, changes)
    session.flush()


def find_license(session: Session, license_key: str, *, lock: bool = False) -> LicenseRow:
    """The license with this key, as it is issued, that was not deleted. Raises `LicenseNotFound`."""
    query = select(LicenseRow).where(LicenseRow.license_key == license_key, LicenseRow.deleted_at.is_(None))
    row = session.scalars(query.with_for_update(key_share=True) if lock else query).one_or_none()
    if row is None:
        raise LicenseNotFound(license_key)
    return row


def carry_out(session: Session, command: Command, *, actor: Actor) -> Outcome:
    """Let the engine run an operator's command, last in the transaction. Raises `DomainError` where it is refused."""
    outcome = run_one(session, command, actor)
    if not outcome.granted:
        raise refusal(outcome)
    return outcome


def end_session(session: Session, session_token: UUID, *, actor: Actor, reason: str | None = None) -> EndedSession:
    """End a session as an operator, with an audit row that keeps the reason; one that has ended before is returned as
    it ended.

    Raises `DomainError` `session_not_found`.
    """
    outcome = carry_out(session, EndSession(session_token, EndReason.OPERATOR), actor=actor)
    ended = outcome.ended
    if ended is None:
        raise refusal(outcome)
    if ended.end_reason is EndReason.OPERATOR and ended.ended_at == outcome.time.now:
        details = {"session_token": str(session_token), "end_reason": ended.end_reason.value}
        if reason is not None:
            details["reason"] = reason
        record_event(session, "end", table="license_sessions", row_id=str(ended.id), details=details)
    return ended


def _now(session: Session) -> datetime:
    now: datetime = session.scalars(select(func.clock_timestamp())).one()
    return now


def _after_days(session: Session, starts: datetime, days: int) -> datetime:
    zone = ZoneInfo(str(get_setting(driver_connection(session), "timezone")))
    try:
        return starts.astimezone(zone) + timedelta(days=days)
    except OverflowError:
        raise LicenseInvalid("period_invalid", f"{days} days lead beyond the calendar: choose fewer.") from None


def _check_period(starts: datetime, ends: datetime | None) -> None:
    if ends is not None and ends <= starts:
        detail = f"The license would end ({ends.isoformat()}) before it begins ({starts.isoformat()}): change one."
        raise LicenseInvalid("period_invalid", detail)
    if (ends or starts).year > _FURTHEST_YEAR or starts.year > _FURTHEST_YEAR:
        raise LicenseInvalid("period_invalid", "The license would end beyond the calendar: choose an earlier day.")
