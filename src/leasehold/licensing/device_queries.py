"""Reads of devices with whose they are and whether they run, for lists and pages."""

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from leasehold.customers.models import Customer, Institution
from leasehold.licensing.errors import device_not_registered
from leasehold.licensing.models import DeviceRegistration, LicenseRow, LiveSession, PastSession, Product
from leasehold.licensing.queries import has_status, is_live, read_service_time
from leasehold.licensing.state import ServiceTime
from leasehold.licensing.vocabulary import LicenseStatus

# A select whose columns are told by who reads its rows; more than the types can count.
Query: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Whose:
    """The license that a device or a session is of, with its customer and product."""

    license_key: str
    customer_id: int
    customer: str
    product: str
    product_slug: str


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device, whose it is, and the token of its live session (None: it does not run)."""

    device: DeviceRegistration
    whose: Whose
    live_token: UUID | None


def devices_with_sessions(time: ServiceTime) -> Query:
    """Devices of licenses that were not deleted, with whose they are and their live session; see `device_line`."""
    live_token = (
        select(LiveSession.session_token)
        .where(
            LiveSession.license_id == DeviceRegistration.license_id,
            LiveSession.device_id == DeviceRegistration.id,
            is_live(time),
            has_status(LicenseStatus.ACTIVE, time.now),
        )
        .correlate(DeviceRegistration, LicenseRow)
        .scalar_subquery()
    )
    query = select(DeviceRegistration, *WHOSE, live_token).select_from(DeviceRegistration)
    query = with_whose(query, DeviceRegistration)
    return query.where(LicenseRow.deleted_at.is_(None))


def device_line(row: Any) -> DeviceLine:
    """A row of `devices_with_sessions`."""
    device, *whose, live_token = row
    return DeviceLine(device, Whose(*whose), live_token)


def show_device(session: Session, license_key: str, hardware_fingerprint: str) -> DeviceLine:
    """The device, with what the lists have of it. Raises `DomainError` `device_not_registered`."""
    query = devices_with_sessions(read_service_time(session)).where(_is(license_key, hardware_fingerprint))
    row = session.execute(query).one_or_none()
    if row is None:
        raise device_not_registered()
    return device_line(row)


def find_device(session: Session, license_key: str, hardware_fingerprint: str) -> DeviceRegistration:
    """The device alone. Raises `DomainError` `device_not_registered`."""
    join = LicenseRow.id == DeviceRegistration.license_id
    query = select(DeviceRegistration).join(LicenseRow, join).where(_is(license_key, hardware_fingerprint))
    device = session.scalars(query.where(LicenseRow.deleted_at.is_(None))).one_or_none()
    if device is None:
        raise device_not_registered()
    return device


def last_sessions_of(session: Session, device: DeviceRegistration, *, most: int) -> list[PastSession]:
    """The last `most` sessions of a device that have ended, newest first."""
    query = (
        select(PastSession)
        .where(PastSession.license_id == device.license_id, PastSession.device_id == device.id)
        .order_by(PastSession.ended_at.desc(), PastSession.id.desc())
        .limit(most)
    )
    return list(session.scalars(query))


# Looked up one by one and not joined: PostgreSQL does so after sorting, for the rows of the page alone.
CUSTOMER_NAME = (
    select(Institution.name)
    .join(Customer, Customer.institution_id == Institution.id)
    .where(Customer.id == LicenseRow.customer_id)
    .correlate(LicenseRow)
    .scalar_subquery()
)
PRODUCT_NAME = select(Product.name).where(Product.id == LicenseRow.product_id).correlate(LicenseRow).scalar_subquery()
PRODUCT_SLUG = select(Product.slug).where(Product.id == LicenseRow.product_id).correlate(LicenseRow).scalar_subquery()
WHOSE = (LicenseRow.license_key, LicenseRow.customer_id, CUSTOMER_NAME, PRODUCT_NAME, PRODUCT_SLUG)


def with_whose(query: Query, of: type[DeviceRegistration] | type[LiveSession] | type[PastSession]) -> Query:
    """`query` joined with the license of `of`, which `WHOSE` is selected by."""
    return query.join(LicenseRow, LicenseRow.id == of.license_id)


def _is(license_key: str, hardware_fingerprint: str) -> Any:
    return and_(LicenseRow.license_key == license_key, DeviceRegistration.hardware_fingerprint == hardware_fingerprint)
