"""Reads for lists and pages: licenses, devices and sessions, by keyset, with the rules' own view of each license."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, and_, func, literal, literal_column, select, tuple_
from sqlalchemy.orm import Session

from leasehold.customers.models import Customer, Institution
from leasehold.licensing import statements
from leasehold.licensing.errors import LicenseNotFound
from leasehold.licensing.loading import read_time
from leasehold.licensing.models import DeviceRegistration, LicenseRow, LicenseTerm, LiveSession, PastSession, Product
from leasehold.licensing.outcomes import LicenseView
from leasehold.licensing.state import License, ServiceTime
from leasehold.licensing.vocabulary import DeviceStatus, LicenseStatus, LicenseType

PAGE = 500

# As the indexes have it, which find nothing that is said otherwise; a perpetual license ends after all others.
NEVER = literal_column("'infinity'::timestamptz", DateTime(timezone=True))
LICENSE_ENDS_AT = func.coalesce(LicenseRow.valid_until, NEVER)


@dataclass(frozen=True, slots=True)
class LicenseFilter:
    """Which licenses; None lets all through. Deleted ones are never listed."""

    customer_id: int | None = None
    product_id: int | None = None
    status: LicenseStatus | None = None


@dataclass(frozen=True, slots=True)
class LicenseLine:
    """A license with whose it is."""

    view: LicenseView
    customer_id: int
    customer: str
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class LiveSessionLine:
    """A live session, the license and device that it is of, and when it dies if it falls silent now."""

    session: LiveSession
    license_key: str
    hardware_fingerprint: str
    device_name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PastSessionLine:
    """An ended session, and the license and device that it was of."""

    session: PastSession
    license_key: str
    hardware_fingerprint: str
    device_name: str


def read_service_time(session: Session) -> ServiceTime:
    """Now, and the times that silence is measured with."""
    driver = session.connection().connection.driver_connection
    return read_time(driver.execute(statements.SERVICE_TIME).fetchone())  # type: ignore[union-attr]  # psycopg's own


def list_licenses(
    session: Session, wanted: LicenseFilter, *, after_id: int = 0, limit: int = PAGE
) -> list[LicenseLine]:
    """One page in the order of ids, from the one after `after_id`."""
    time = read_service_time(session)
    query = licenses_with_counts(time).where(LicenseRow.id > after_id, *_conditions(wanted, time))
    query = query.order_by(LicenseRow.id).limit(limit)
    return [license_line(row, time) for row in session.execute(query)]


def show_license(session: Session, license_key: str, *, time: ServiceTime | None = None) -> LicenseLine:
    """The license with this key as it stands at `time`, or now. Raises `LicenseNotFound`."""
    time = time or read_service_time(session)
    row = session.execute(licenses_with_counts(time).where(LicenseRow.license_key == license_key)).one_or_none()
    if row is None:
        raise LicenseNotFound(license_key)
    return license_line(row, time)


def newest_licenses(session: Session, wanted: LicenseFilter, *, limit: int = 20) -> list[LicenseLine]:
    """The licenses made last, newest first."""
    time = read_service_time(session)
    query = licenses_with_counts(time).where(*_conditions(wanted, time)).order_by(LicenseRow.id.desc()).limit(limit)
    return [license_line(row, time) for row in session.execute(query)]


def list_terms(session: Session, license_id: int) -> Sequence[LicenseTerm]:
    """Every term of a license, voided ones too, in the order they were granted."""
    return session.scalars(
        select(LicenseTerm).where(LicenseTerm.license_id == license_id).order_by(LicenseTerm.id)
    ).all()


def list_devices(
    session: Session, *, license_id: int | None = None, after: tuple[int, int] = (0, 0), limit: int = PAGE
) -> list[tuple[DeviceRegistration, str]]:
    """One page of devices with their license keys, in the order of (license id, id), from the one after `after`."""
    key = (DeviceRegistration.license_id, DeviceRegistration.id)
    query = (
        select(DeviceRegistration, LicenseRow.license_key)
        .join(LicenseRow, LicenseRow.id == DeviceRegistration.license_id)
        .where(LicenseRow.deleted_at.is_(None), tuple_(*key) > after)
        .order_by(*key)
        .limit(limit)
    )
    if license_id is not None:
        query = query.where(DeviceRegistration.license_id == license_id)
    return [(device, license_key) for device, license_key in session.execute(query)]


def list_live_sessions(
    session: Session,
    *,
    license_id: int | None = None,
    after: tuple[int, int] = (0, 0),
    limit: int = PAGE,
    time: ServiceTime | None = None,
) -> list[LiveSessionLine]:
    """One page of the sessions that live at `time`, or now, in the order of (license id, id)."""
    time = time or read_service_time(session)
    position = (LiveSession.license_id, LiveSession.id)
    query = (
        _with_device(LiveSession)
        .where(is_live(time), has_status(LicenseStatus.ACTIVE, time.now), tuple_(*position) > after)
        .order_by(*position)
        .limit(limit)
    )
    if license_id is not None:
        query = query.where(LiveSession.license_id == license_id)
    return [
        LiveSessionLine(live, key, fingerprint, name, time.silent_from(live.last_heartbeat_at))
        for live, key, fingerprint, name in session.execute(query)
    ]


def list_past_sessions(
    session: Session, *, license_id: int | None = None, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> list[PastSessionLine]:
    """One page of ended sessions, in the order of (ended at, id), from the one after `after`."""
    key = (PastSession.ended_at, PastSession.id)
    query = _with_device(PastSession).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    if license_id is not None:
        query = query.where(PastSession.license_id == license_id)
    return [PastSessionLine(*row) for row in session.execute(query)]


def latest_past_sessions(session: Session, license_id: int, *, limit: int = 20) -> list[PastSessionLine]:
    """The ended sessions of a license that began last, the latest first."""
    query = _with_device(PastSession).where(PastSession.license_id == license_id)
    return [PastSessionLine(*row) for row in session.execute(query.order_by(PastSession.id.desc()).limit(limit))]


def _conditions(wanted: LicenseFilter, time: ServiceTime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.customer_id is not None:
        conditions.append(LicenseRow.customer_id == wanted.customer_id)
    if wanted.product_id is not None:
        conditions.append(LicenseRow.product_id == wanted.product_id)
    if wanted.status is not None:
        conditions.append(has_status(wanted.status, time.now))
    return conditions


def has_status(status: LicenseStatus, now: datetime) -> ColumnElement[bool]:
    """`License.status_at(now) is status` as a condition on `licenses`, for filters (a test holds the two together)."""
    awake = LicenseRow.suspended_at.is_(None)
    begun = LicenseRow.valid_from <= now
    running = now < LICENSE_ENDS_AT
    match status:
        case LicenseStatus.SUSPENDED:
            return LicenseRow.suspended_at.is_not(None)
        case LicenseStatus.NOT_YET_VALID:
            return and_(awake, ~begun)
        case LicenseStatus.EXPIRED:
            return and_(awake, begun, ~running)
        case LicenseStatus.ACTIVE:
            return and_(awake, begun, running)


def is_live(time: ServiceTime) -> ColumnElement[bool]:
    """`time.silent_from(last heartbeat) > time.now` as a condition on `license_sessions`."""
    if time.silent_from(time.available_since) > time.now:
        return literal(value=True)
    # On the sum, of which there are no statistics: those of the column are always older than a timeout, so that the
    # planner would take every live session for a rare one.
    return LiveSession.last_heartbeat_at + time.session_timeout > time.now


def licenses_with_counts(time: ServiceTime) -> Select[Any, Any, Any, Any, Any]:
    """Licenses that were not deleted, with product, customer, active devices, and live sessions; see `license_line`."""
    of_license = LicenseRow.id
    devices_active = (
        select(func.count())
        .where(DeviceRegistration.license_id == of_license, DeviceRegistration.status == DeviceStatus.ACTIVE.value)
        .scalar_subquery()
    )
    # Looked up and not joined: PostgreSQL does so after sorting, for the rows of the page alone.
    sessions_live = select(func.count()).where(LiveSession.license_id == of_license, is_live(time)).scalar_subquery()
    slug = select(Product.slug).where(Product.id == LicenseRow.product_id).scalar_subquery()
    customer = (
        select(Institution.name)
        .join(Customer, Customer.institution_id == Institution.id)
        .where(Customer.id == LicenseRow.customer_id)
        .scalar_subquery()
    )
    return select(LicenseRow, slug, customer, devices_active, sessions_live).where(LicenseRow.deleted_at.is_(None))


def _with_device(model: type[LiveSession] | type[PastSession]) -> Select[Any, Any, Any, Any]:
    device = and_(DeviceRegistration.license_id == model.license_id, DeviceRegistration.id == model.device_id)
    return (
        select(model, LicenseRow.license_key, DeviceRegistration.hardware_fingerprint, DeviceRegistration.device_name)
        .join(LicenseRow, LicenseRow.id == model.license_id)
        .join(DeviceRegistration, device)
    )


def license_line(row: Any, time: ServiceTime) -> LicenseLine:
    """A row of `licenses_with_counts` as it stands at `time`."""
    license_row, slug, customer, devices_active, sessions_live = row
    license_ = as_license(license_row, slug)
    status = license_.status_at(time.now)
    live = sessions_live if status is LicenseStatus.ACTIVE else 0
    view = LicenseView(license_, status, devices_active, live)
    return LicenseLine(view, license_row.customer_id, customer, license_row.created_at, license_row.version)


def as_license(row: LicenseRow, product: str) -> License:
    """The row as the rules see it."""
    return License(
        id=row.id,
        license_key=row.license_key,
        product=product,
        type=LicenseType(row.type),
        device_limit=row.device_limit,
        concurrent_sessions_limit=row.concurrent_sessions_limit,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        suspended=row.suspended_at is not None,
        deleted=row.deleted_at is not None,
        features=row.features,
        offline_grace=row.offline_grace,
        offline_max_ttl=row.offline_max_ttl,
        checkout_enabled=row.checkout_enabled,
    )
