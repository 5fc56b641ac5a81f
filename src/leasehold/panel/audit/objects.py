"""Where the things that the log speaks of have their pages."""

from collections.abc import Callable
from typing import Final

from sqlalchemy.orm import Session

from leasehold.kit.row_ids import read_row_id
from leasehold.licensing.finding import device_with_id, license_key_with_id, product_slug_with_id
from leasehold.panel.links import link_to


def page_of_object(session: Session, table: str, row_id: str) -> str | None:
    """The address of its page; None where it has none or is no more."""
    if table == "settings":
        return link_to("administration.settings")
    if table == "backups":
        return link_to("backups.list_backups")
    number = read_row_id(row_id)
    if table not in _PAGES or number is None:
        return None
    return _PAGES[table](session, number)


def _license(session: Session, id_: int) -> str | None:
    key = license_key_with_id(session, id_)
    return None if key is None else link_to("licenses.show_license", license_key=key)


def _device(session: Session, id_: int) -> str | None:
    found = device_with_id(session, id_)
    if found is None:
        return None
    return link_to("devices.show_device", license_key=found[0], fingerprint=found[1])


def _product(session: Session, id_: int) -> str | None:
    slug = product_slug_with_id(session, id_)
    return None if slug is None else link_to("products.show_product", slug=slug)


_PAGES: Final[dict[str, Callable[[Session, int], str | None]]] = {
    "licenses": _license,
    "device_registrations": _device,
    "products": _product,
    "customers": lambda _session, id_: link_to("customers.show_customer", customer_id=id_),
    "institutions": lambda _session, id_: link_to("institutions.show_institution", institution_id=id_),
    "resource_pools": lambda _session, id_: link_to("resources.show_pool", pool_id=id_),
    "resources": lambda _session, id_: link_to("resources.show_resource", resource_id=id_),
    "reminder_rules": lambda _session, _id: link_to("reminders.show_reminders"),
    "api_keys": lambda _session, id_: link_to("administration.show_api_key", key_id=id_),
    "staff_members": lambda _session, _id: link_to("staff.list_staff"),
}
