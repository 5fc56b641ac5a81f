"""What duplicates and merges are spoken of in: reasons, fields, and what moves."""

from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from leasehold.customers.models import Institution
from leasehold.customers.vocabulary import InstitutionKind, Language
from leasehold.panel.words import badge_for
from leasehold.staff.models import StaffMember

REASONS: Final[dict[str, LazyString]] = {
    "vat_id": _("same VAT id"),
    "domain": _("same domain"),
    "phone": _("same phone number"),
    "name": _("similar name"),
}
FIELDS: Final[dict[str, LazyString]] = {
    "name": _("Name"),
    "legal_form": _("Legal form"),
    "kind": _("Kind"),
    "website_domain": _("Website domain"),
    "vat_id": _("VAT id"),
    "parent_id": _("Part of"),
    "language": _("Language"),
    "owner_id": _("Looked after by"),
    "source": _("Source"),
    "tags": _("Tags"),
}
MOVING: Final[dict[str, LazyString]] = {
    "institutions": _("Parts of it"),
    "affiliations": _("Contacts"),
    "contact_details": _("Ways to reach the institution"),
    "addresses": _("Addresses"),
    "activities": _("Activities"),
    "institution_notes": _("Notes"),
    "customers": _("The customer"),
    "licenses": _("Licenses"),
}


def value_words(session: Session, name: str, value: Any) -> str:
    """A field's value as people read it."""
    if value in (None, "", []):
        return "–"  # noqa: RUF001  # a dash that people read as nothing
    match name:
        case "owner_id":
            return str(session.get_one(StaffMember, value).name)
        case "parent_id":
            return str(session.get_one(Institution, value).name)
        case "kind":
            return str(badge_for(InstitutionKind(value)).text)
        case "language":
            return str(badge_for(Language(value)).text)
        case "tags":
            return ", ".join(map(str, value))
        case _:
            return str(value)


def both() -> str:
    """The choice to put two lists of tags together."""
    return str(gettext("both"))
