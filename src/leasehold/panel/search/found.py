"""What a term finds, in groups, each hit with the page that it leads to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from leasehold.customers import search as customers
from leasehold.licensing import search as licensing
from leasehold.panel.search.term import Term, TermKind
from leasehold.resources.search import search_resources
from leasehold.resources.vocabulary import ResourceKind

MOST_HITS = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """One line: what it is called, what more tells it apart, where it leads (None: nowhere yet)."""

    title: str
    detail: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one sort, at most ten."""

    title: str
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Found:
    """All groups that have hits; `jump` is the page of the one thing that was named exactly."""

    groups: list[Group]
    jump: str | None


_EXACT = {TermKind.LICENSE_KEY, TermKind.SESSION_TOKEN, TermKind.FINGERPRINT}


def search_everything(session: Session, term: Term) -> Found:
    """What `term` finds."""
    groups = [group for group in _groups(session, term) if group.hits]
    hits = [hit for group in groups for hit in group.hits]
    jump = hits[0].href if term.kind in _EXACT and len(hits) == 1 and term.text in hits[0].title else None
    return Found(groups, jump)


def _groups(session: Session, term: Term) -> list[Group]:
    text, limit = term.text, MOST_HITS
    match term.kind:
        case TermKind.NOTHING:
            groups = []
        case TermKind.LICENSE_KEY:
            groups = [_licenses(licensing.search_licenses(session, text, limit=limit))]
        case TermKind.SESSION_TOKEN:
            groups = [_sessions(licensing.search_sessions(session, UUID(text), limit=limit))]
        case TermKind.EMAIL:
            groups = [_contacts(customers.search_contacts_by_email(session, text, limit=limit))]
        case TermKind.ADDRESS:
            devices = licensing.search_devices_by_address(session, text, limit=limit)
            groups = [_resources(session, text, ResourceKind.IPV4), _devices(devices)]
        case TermKind.PHONE:
            contacts = customers.search_contacts_by_phone(session, text, limit=limit)
            groups = [_resources(session, text, ResourceKind.PHONE), _contacts(contacts)]
        case TermKind.DOMAIN:
            by_domain = customers.search_customers_by_domain(session, text, limit=limit)
            at_domain = customers.search_contacts_by_email_domain(session, text, limit=limit)
            leads = _leads(customers.search_leads_by_domain(session, text, limit=limit))
            by_name = [_customers(by_domain), leads, _contacts(at_domain)]
            groups = [_resources(session, text, ResourceKind.DOMAIN), *by_name]
        case TermKind.FINGERPRINT:
            groups = [_fingerprints(licensing.search_devices_by_fingerprint(session, text, limit=limit))]
        case TermKind.NAME:
            groups = _named(session, text)
    may_be_a_name = term.kind in {TermKind.DOMAIN, TermKind.FINGERPRINT, TermKind.PHONE}
    return _named(session, text) if may_be_a_name and not any(group.hits for group in groups) else groups


def _named(session: Session, part: str) -> list[Group]:
    found = customers.search_customers(session, part, limit=MOST_HITS)
    licenses = licensing.search_licenses(session, part, limit=MOST_HITS)
    if not licenses:
        licenses = licensing.search_licenses_of(session, [hit.customer_id for hit in found], limit=MOST_HITS)
    return [
        _customers(found),
        _leads(customers.search_leads(session, part, limit=MOST_HITS)),
        _contacts(customers.search_contacts(session, part, limit=MOST_HITS)),
        _licenses(licenses),
        _devices(licensing.search_devices(session, part, limit=MOST_HITS)),
        Group(
            _("Products"),
            [
                Hit(hit.name, hit.slug, _page("products.show_product", slug=hit.slug))
                for hit in licensing.search_products(session, part, limit=MOST_HITS)
            ],
        ),
    ]


def _customers(hits: Iterable[customers.CustomerHit]) -> Group:
    lines = [
        Hit(hit.name, hit.website_domain or "", _page("customers.show_customer", customer_id=hit.customer_id))
        for hit in hits
    ]
    return Group(_("Customers"), lines)


def _leads(hits: Iterable[customers.LeadHit]) -> Group:
    lines = [
        Hit(
            hit.name,
            hit.website_domain or "",
            _page("institutions.show_institution", institution_id=hit.institution_id),
        )
        for hit in hits
    ]
    return Group(_("Institutions"), lines)


def _contacts(hits: Iterable[customers.ContactHit]) -> Group:
    lines = [
        Hit(
            hit.person or hit.institution,
            " · ".join(part for part in (hit.detail, hit.institution if hit.person else None) if part),
            _page_of_contact(hit),
        )
        for hit in hits
    ]
    return Group(_("Contacts"), lines)


def _page_of_contact(hit: customers.ContactHit) -> str | None:
    if hit.contact_id:
        return _page("institutions.show_contact", institution_id=hit.institution_id, contact_id=hit.contact_id)
    if hit.customer_id:
        return _page("customers.show_customer", customer_id=hit.customer_id)
    return _page("institutions.show_institution", institution_id=hit.institution_id)


def _licenses(hits: Iterable[licensing.LicenseHit]) -> Group:
    lines = [
        Hit(
            hit.license_key,
            f"{hit.product} · {hit.customer}",
            _license_page(hit.license_key),
        )
        for hit in hits
    ]
    return Group(_("Licenses"), lines)


def _resources(session: Session, text: str, kind: ResourceKind) -> Group:
    lines = [
        Hit(
            hit.value,
            " · ".join(part for part in (hit.pool, hit.license_key) if part),
            _page("resources.show_resource", resource_id=hit.resource_id),
        )
        for hit in search_resources(session, text, kind, limit=MOST_HITS)
    ]
    return Group(_("Resources"), lines)


def _devices(hits: Iterable[licensing.DeviceHit]) -> Group:
    return Group(_("Devices"), [Hit(hit.device_name, hit.license_key, _device_page(hit)) for hit in hits])


def _fingerprints(hits: Iterable[licensing.DeviceHit]) -> Group:
    lines = [Hit(hit.hardware_fingerprint, f"{hit.device_name} · {hit.license_key}", _device_page(hit)) for hit in hits]
    return Group(_("Devices"), lines)


def _sessions(hits: Iterable[licensing.SessionHit]) -> Group:
    lines = [
        Hit(
            str(hit.session_token),
            f"{hit.device_name} · {hit.license_key}" + (f" · {_('ended')}" if hit.ended else ""),
            _page("sessions.show_session", session_token=hit.session_token) or _license_page(hit.license_key),
        )
        for hit in hits
    ]
    return Group(_("Sessions"), lines)


def _device_page(hit: licensing.DeviceHit) -> str | None:
    page = _page("devices.show_device", license_key=hit.license_key, fingerprint=hit.hardware_fingerprint)
    return page or _license_page(hit.license_key)


def _license_page(license_key: str) -> str | None:
    return _page("licenses.show_license", license_key=license_key)


def _page(endpoint: str, **values: Any) -> str | None:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
