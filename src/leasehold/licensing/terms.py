"""Terms as rows: a renewal adds one, a wrong one is voided with a reason, none is ever changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.kit.actor import Actor
from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.orm import driver_connection, violated_constraint
from leasehold.kit.text import clean_text
from leasehold.licensing.commands import Sweep
from leasehold.licensing.errors import LicenseInvalid, TestLicenseOpen
from leasehold.licensing.models import LicenseRow, LicenseTerm
from leasehold.licensing.service import carry_out, check_period, lock_license
from leasehold.settings.service import get_setting

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term that could be granted: what it is called, from when until when."""

    kind: str
    starts: datetime
    ends: datetime


class TermNotFound(DomainError):
    """The license has no such term, or it was voided before."""

    def __init__(self) -> None:
        detail = "The license has no such term, or it was voided before: look at its terms again."
        super().__init__(Kind.NOT_FOUND, "term_not_found", detail)


def plan_extension(
    session: Session, row: LicenseRow, *, valid_until: datetime | None = None, days: int | None = None
) -> NewTerm:
    """The term that `extend_license` would grant now; nothing is changed.

    From the end of the last term, or from now where that has passed; until `valid_until`, or for `days` days in the
    installation's time zone. Raises `LicenseInvalid`: `license_perpetual`, `period_invalid`.
    """
    key = row.license_key
    if row.valid_until is None:
        detail = f"License {key} is perpetual: there is nothing to extend."
        raise LicenseInvalid("license_perpetual", detail, {"license_key": key})
    now = _now(session)
    lapsed = row.valid_until <= now
    starts = now if lapsed else row.valid_until
    ends = valid_until or _after_days(session, starts, days or 0)
    if ends <= starts:
        since = "now" if lapsed else row.valid_until.isoformat()
        detail = f"License {key} would not be extended: the new end must be later than {since}."
        raise LicenseInvalid("period_invalid", detail, {"problem": "not_later", "license_key": key})
    check_period(starts, ends)
    return NewTerm("renewal" if lapsed else "extension", starts, ends)


def extend_license(
    session: Session,
    license_key: str,
    *,
    actor: Actor,
    valid_until: datetime | None = None,
    days: int | None = None,
    version: int | None = None,
) -> None:
    """Grant a further term, as `plan_extension` says, of a license that was read at `version`.

    Raises `LicenseNotFound`, `Stale`, `TestLicenseOpen`, and `LicenseInvalid`: `license_perpetual`, `period_invalid`.
    """
    row = lock_license(session, license_key, version)
    term = plan_extension(session, row, valid_until=valid_until, days=days)
    if term.kind == "renewal":
        # Sessions ended with the old term: they must be in the history before the new one could revive them.
        carry_out(session, Sweep(license_key), actor=actor)
    _grant(session, row.id, Range(term.starts, term.ends, bounds="[)"), term.kind)
    session.expire(row)


def void_term(
    session: Session,
    license_key: str,
    term_id: int,
    *,
    reason: str,
    actor: Actor,
    instead_until: datetime | None = None,
    version: int | None = None,
) -> None:
    """Take a wrong term back; with `instead_until` one from the same beginning to that end takes its place.

    Sessions that only the wrong term let live end. Raises `LicenseNotFound`, `TermNotFound`, `Stale`,
    `TestLicenseOpen`, `DomainError` `text_invalid`, and `LicenseInvalid`: `period_invalid`, `term_needed` where no term
    would be left.
    """
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    row = lock_license(session, license_key, version)
    carry_out(session, Sweep(license_key), actor=actor)
    this = (LicenseTerm.id == term_id, LicenseTerm.license_id == row.id, LicenseTerm.voided_at.is_(None))
    void = update(LicenseTerm).where(*this).values(voided_at=func.clock_timestamp(), void_reason=why)
    with _one_test_license():
        voided = session.execute(void.returning(LicenseTerm.period, LicenseTerm.kind)).one_or_none()
    if voided is None:
        raise TermNotFound
    if instead_until is not None:
        check_period(voided.period.lower, instead_until)
        _grant(session, row.id, Range(voided.period.lower, instead_until, bounds="[)"), voided.kind)
    elif not _has_terms(session, row.id):
        detail = "A license needs a term: say until when it is valid instead, or delete the license."
        raise LicenseInvalid("term_needed", detail)
    session.expire(row)
    carry_out(session, Sweep(license_key), actor=actor)


def _grant(session: Session, license_id: int, period: Range[datetime], kind: str) -> None:
    with _one_test_license():
        session.add(LicenseTerm(license_id=license_id, period=period, kind=kind))
        session.flush()


@contextmanager
def _one_test_license() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        match violated_constraint(error):
            case "licenses_one_open_test":
                raise TestLicenseOpen from error
            case "license_terms_no_overlap":
                detail = "The license has another term in that time: choose an earlier end."
                raise LicenseInvalid("period_invalid", detail, {"problem": "overlaps"}) from error
            case _:
                raise


def _has_terms(session: Session, license_id: int) -> bool:
    left = select(LicenseTerm.id).where(LicenseTerm.license_id == license_id, LicenseTerm.voided_at.is_(None)).limit(1)
    return session.execute(left).first() is not None


def _now(session: Session) -> datetime:
    now: datetime = session.scalars(select(func.clock_timestamp())).one()
    return now


def _after_days(session: Session, starts: datetime, days: int) -> datetime:
    zone = ZoneInfo(str(get_setting(driver_connection(session), "timezone")))
    try:
        return starts.astimezone(zone) + timedelta(days=days)
    except OverflowError:
        detail = f"{days} days lead beyond the calendar: choose fewer."
        raise LicenseInvalid("period_invalid", detail, {"problem": "too_many_days", "days": days}) from None
