"""A row about a person as people read it: what each column is called, and what stands in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.panel.locale import format_moment

_COLUMNS: Final[dict[str, LazyString]] = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "salutation": _("Salutation"),
    "title": _("Title"),
    "language": _("Language"),
    "role": _("Role"),
    "department": _("Department"),
    "valid_from": _("From"),
    "valid_to": _("To"),
    "is_primary": _("Primary"),
    "kind": _("Kind"),
    "label": _("Label"),
    "value": _("Address or number"),
    "status": _("Status"),
    "opt_out": _("Wants no messages"),
    "consent_at": _("Agreed at"),
    "consent_source": _("Agreed by"),
    "consent_proof": _("Proof of consent"),
    "street": _("Street"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "country": _("Country"),
    "subject": _("Subject"),
    "outcome": _("Outcome"),
    "due_at": _("Due on"),
    "due_on": _("Due on"),
    "done_at": _("Done on"),
    "done_on": _("Done on"),
    "received_on": _("Came on"),
    "extension_reason": _("Why the time was extended"),
    "restricted_at": _("Restricted since"),
    "restriction_reason": _("Why the data are restricted"),
    "erased_at": _("Erased"),
    "created_at": _("Written down"),
    "updated_at": _("Changed"),
}
"""In the order in which they are read; what is not here says nothing to people (keys, versions, other forms)."""


def row_in_words(row: Mapping[str, Any]) -> list[tuple[LazyString, str]]:
    """The columns of a row that say something, by their names in the reader's language."""
    return [
        (words, _in_words(name, row[name])) for name, words in _COLUMNS.items() if row.get(name) not in (None, "", [])
    ]


def _in_words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    return format_moment(datetime.fromisoformat(value)) if name.endswith("_at") else str(value)
