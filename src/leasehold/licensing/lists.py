"""What the list of licenses can be asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import Session

from leasehold.customers.named import customers_named
from leasehold.kit.listing import Listing, ListInvalid, Lookup, choice, number
from leasehold.kit.matching import MOST_FOLLOWED
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.models import LicenseRow, Product
from leasehold.licensing.queries import (
    LICENSE_ENDS_AT,
    NEVER,
    LicenseLine,
    has_status,
    license_line,
    licenses_with_counts,
    read_service_time,
)
from leasehold.licensing.state import ServiceTime
from leasehold.licensing.vocabulary import LicenseStatus, LicenseType
from leasehold.settings.days import begin_of, end_of, time_zone

DayCondition = Callable[[Sequence[str], "ListTime"], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class ListTime:
    """The moment that a list shows, and the zone that its days are meant in."""

    service: ServiceTime
    zone: ZoneInfo


def read_list_time(session: Session) -> ListTime:
    """Now."""
    return ListTime(read_service_time(session), time_zone(session))


def since(column: SQLColumnExpression[Any]) -> DayCondition:
    """From the beginning of the day on."""
    return lambda texts, time: column >= begin_of(single_text(texts), time.zone)


def until(column: SQLColumnExpression[Any]) -> DayCondition:
    """Up to the end of the day."""
    return lambda texts, time: column < end_of(single_text(texts), time.zone)


def single_text(texts: Sequence[str]) -> str:
    """The one day that was given. Raises `ListInvalid`."""
    if len(texts) != 1:
        detail = "A day can be given once only: remove the others from the address."
        raise ListInvalid(detail, {"problem": "several_days"})
    return texts[0]


def _with_status(texts: Sequence[str], time: ListTime) -> ColumnElement[bool]:
    choice(LicenseRow.id, list(LicenseStatus))(texts, time)
    if texts == (LicenseStatus.NOT_YET_VALID,):
        return LicenseRow.id.in_(_not_begun(time))
    return or_(*(has_status(LicenseStatus(text), time.service.now) for text in texts))


def _not_begun(time: ListTime) -> Select[int]:
    """Few, and all of them end late, so they are looked up first: else the planner would rather walk the whole list."""
    waits = has_status(LicenseStatus.NOT_YET_VALID, time.service.now)
    found = select(LicenseRow.id).where(waits, LicenseRow.deleted_at.is_(None)).cte("not_begun")
    return select(found.prefix_with("MATERIALIZED").c.id)


def _ends_from(texts: Sequence[str], time: ListTime) -> ColumnElement[bool]:
    """Those that end, from the beginning of the day on."""
    return and_(since(LICENSE_ENDS_AT)(texts, time), LICENSE_ENDS_AT < NEVER)


def _found_by(texts: Sequence[str], _time: ListTime) -> ColumnElement[bool]:
    """A license key as it is typed, or a part of the customer's name."""
    text = " ".join(texts)
    key = parse_license_key(text)
    if key is not None:
        return LicenseRow.license_key == key
    return LicenseRow.customer_id.in_(customers_named(text, MOST_FOLLOWED))


def _customers(text: str, most: int) -> Select[int] | None:
    return None if parse_license_key(text) else customers_named(text, most)


PRODUCTS: Listing[None, Product] = Listing(
    name="products",
    query=lambda _: select(Product),
    read=lambda row, _: row[0],
    key=(Product.id,),
    orders={"name": func.lower(Product.name), "newest": None},
    default_order="name",
)

LICENSES: Listing[ListTime, LicenseLine] = Listing(
    name="licenses",
    query=lambda time: licenses_with_counts(time.service),
    read=lambda row, time: license_line(row, time.service),
    key=(LicenseRow.id,),
    orders={"created": None, "valid_until": LICENSE_ENDS_AT},
    default_order="-created",
    conditions={
        "q": _found_by,
        "status": _with_status,
        "type": choice(LicenseRow.type, list(LicenseType)),
        "product": number(LicenseRow.product_id),
        "customer": number(LicenseRow.customer_id),
        "ends_from": _ends_from,
        "ends_until": until(LICENSE_ENDS_AT),
    },
    lookups={"q": Lookup(_customers, MOST_FOLLOWED)},
)
