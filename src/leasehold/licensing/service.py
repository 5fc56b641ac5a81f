"""What an operator does to licenses. What the rules decide goes through the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.customers.models import Customer
from leasehold.kit.actor import Actor
from leasehold.kit.orm import check_version, violated_constraint
from leasehold.kit.text import clean_text
from leasehold.licensing.commands import Command, EndSession
from leasehold.licensing.deciding import MOST_DEVICES
from leasehold.licensing.errors import (
    MOST_LICENSES_AT_ONCE,
    LicenseInvalid,
    LicenseNotFound,
    TestLicenseOpen,
    limits_invalid,
    refusal,
)
from leasehold.licensing.features import changed_features
from leasehold.licensing.license_key import new_license_key
from leasehold.licensing.models import LicenseRow, LicenseTerm, Product
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.run_one import run_one
from leasehold.licensing.state import EndedSession, FeatureValue
from leasehold.licensing.vocabulary import EndReason, LicenseType

LONGEST_REASON = 500
_FURTHEST_YEAR = 9000
_SHORTEST_CHECKOUT = 3600
_LONGEST_OFFLINE = 10 * 365 * 86400


@dataclass(frozen=True, slots=True)
class LicenseTerms:
    """What is sold: the places, and from when (None: now) until when (None: for ever) they may be taken.

    `offline_grace` and `offline_max_ttl` are seconds. A customer has one open test license of a product; for a further
    one there is a reason.
    """

    device_limit: int
    concurrent_sessions_limit: int
    type: LicenseType = LicenseType.FULL
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    features: Mapping[str, FeatureValue] = field(default_factory=dict)
    offline_grace: int = 86400
    offline_max_ttl: int = 30 * 86400
    checkout_enabled: bool = True
    further_test_reason: str | None = None


def create_licenses(
    session: Session,
    terms: LicenseTerms,
    *,
    customer: Customer,
    product: Product,
    count: int = 1,
    batch_id: int | None = None,
) -> list[str]:
    """The keys of `count` new licenses, each with its first term.

    Raises `TestLicenseOpen`, `DomainError` `text_invalid` for the reason of a further test license, and
    `LicenseInvalid`: `count_out_of_range`, `limits_invalid`, `period_invalid`, `feature_invalid`, `offline_invalid`.
    """
    if not 1 <= count <= MOST_LICENSES_AT_ONCE:
        detail = f"Between 1 and {MOST_LICENSES_AT_ONCE} licenses are made at once, not {count}."
        raise LicenseInvalid("count_out_of_range", detail, {"most": MOST_LICENSES_AT_ONCE})
    starts = terms.valid_from or _now(session)
    whose = {"customer_id": customer.id, "product_id": product.id, "batch_id": batch_id}
    row = whose | _sold(terms, starts)
    keys = [new_license_key() for _ in range(count)]
    try:
        made = session.execute(
            insert(LicenseRow).returning(LicenseRow.id), [{**row, "license_key": key} for key in keys]
        ).scalars()
    except IntegrityError as error:
        if violated_constraint(error) == "licenses_one_open_test":
            raise TestLicenseOpen from error
        raise
    period: Range[datetime] = Range(starts, terms.valid_until, bounds="[)")
    kind = "test" if terms.type is LicenseType.TEST else "initial"
    session.execute(insert(LicenseTerm), [{"license_id": id_, "period": period, "kind": kind} for id_ in made])
    return keys


def _sold(terms: LicenseTerms, starts: datetime) -> dict[str, object]:
    """The columns of a license that is sold so. Raises as `create_licenses`."""
    if not 1 <= terms.concurrent_sessions_limit <= terms.device_limit <= MOST_DEVICES:
        raise limits_invalid()
    check_period(starts, terms.valid_until)
    check_offline(terms.offline_grace, terms.offline_max_ttl)
    reason = terms.further_test_reason if terms.type is LicenseType.TEST else None
    return {
        "type": terms.type.value,
        "device_limit": terms.device_limit,
        "concurrent_sessions_limit": terms.concurrent_sessions_limit,
        "features": changed_features({}, terms.features),
        "offline_grace": terms.offline_grace,
        "offline_max_ttl": terms.offline_max_ttl,
        "checkout_enabled": terms.checkout_enabled,
        "valid_from": starts,
        "valid_until": terms.valid_until,
        "further_test_reason": reason and clean_text(reason, what="The reason", longest=LONGEST_REASON),
    }


def change_features(session: Session, license_key: str, changes: Mapping[str, FeatureValue | None]) -> None:
    """Set features, None taking one away. Raises `LicenseNotFound` and `LicenseInvalid` `feature_invalid`."""
    row = find_license(session, license_key, lock=True)
    row.features = changed_features(row.features, changes)
    session.flush()


def find_license(session: Session, license_key: str, *, lock: bool = False) -> LicenseRow:
    """The license with this key, as it is issued, that was not deleted. Raises `LicenseNotFound`."""
    query = select(LicenseRow).where(LicenseRow.license_key == license_key, LicenseRow.deleted_at.is_(None))
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise LicenseNotFound(license_key)
    return row


def lock_license(session: Session, license_key: str, version: int | None) -> LicenseRow:
    """The license, locked to be changed by who has read it at `version`. Raises `LicenseNotFound` and `Stale`."""
    row = find_license(session, license_key, lock=True)
    check_version(row, version)
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


def check_offline(grace: int, max_ttl: int) -> None:
    """Refuse offline times (seconds) that cannot be. Raises `LicenseInvalid` `offline_invalid`."""
    if not 0 <= grace <= _LONGEST_OFFLINE:
        detail = "The offline grace is between nothing and 10 years: choose another."
        raise LicenseInvalid("offline_invalid", detail, {"problem": "grace_out_of_range"})
    if not _SHORTEST_CHECKOUT <= max_ttl <= _LONGEST_OFFLINE:
        detail = "A checkout lasts at least 1 hour and at most 10 years: choose another."
        raise LicenseInvalid("offline_invalid", detail, {"problem": "checkout_out_of_range"})


def check_period(starts: datetime, ends: datetime | None) -> None:
    """Refuse a period that cannot be. Raises `LicenseInvalid` `period_invalid`."""
    if ends is not None and ends <= starts:
        detail = f"The license would end ({ends.isoformat()}) before it begins ({starts.isoformat()}): change one."
        raise LicenseInvalid("period_invalid", detail, {"problem": "ends_before_it_begins"})
    if (ends or starts).year > _FURTHEST_YEAR or starts.year > _FURTHEST_YEAR:
        detail = "The license would end beyond the calendar: choose an earlier day."
        raise LicenseInvalid("period_invalid", detail, {"problem": "beyond_the_calendar"})
