"""A row about a person as people read it: what each column is called, and what stands in it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.customers.vocabulary import AddressKind, DetailKind, DetailStatus, Language, Salutation
from leasehold.leads.vocabulary import ActivityKind
from leasehold.panel.locale import format_moment
from leasehold.panel.words import words_for
from leasehold.privacy.vocabulary import RequestKind, RequestOutcome
from leasehold.reminders.vocabulary import MailState, ReminderKind

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
    "recipient": _("Recipient"),
    "state": _("State"),
    "sent_at": _("Sent"),
    "failure": _("What the mail server said"),
    "kept_until": _("Kept until"),
    "reason": _("Reason"),
    "restricted_at": _("Restricted since"),
    "restriction_reason": _("Why the data are restricted"),
    "erased_at": _("Erased"),
    "created_at": _("Written down"),
    "updated_at": _("Changed"),
}
"""In the order in which they are read; what is not here says nothing to people (keys, versions, other forms)."""

_OF_TABLES: Final[dict[tuple[str, str], LazyString]] = {
    ("privacy_requests", "subject"): _("Who has asked"),
    ("audit_personal_values", "value"): _("Value"),
}
"""What is called otherwise in one table."""

_ELSEWHERE: Final[dict[str, LazyString]] = {
    "value_norm": _("the same, as it is compared"),
    "email": _("E-mail address"),
    "name": _("Name"),
    "address": _("Network address"),
    "change_address": _("Network address"),
    "user_agent": _("Browser"),
    "device_name": _("Name of the device"),
    "owner": _("Owner"),
    "reserved_for": _("Reserved for"),
    "body": _("Text"),
    "content": _("Content"),
}
"""What a person's own page does not show."""

_VOCABULARIES: Final[dict[tuple[str, str], type[StrEnum]]] = {
    ("contacts", "language"): Language,
    ("contacts", "salutation"): Salutation,
    ("contact_details", "kind"): DetailKind,
    ("contact_details", "status"): DetailStatus,
    ("addresses", "kind"): AddressKind,
    ("activities", "kind"): ActivityKind,
    ("privacy_requests", "kind"): RequestKind,
    ("privacy_requests", "outcome"): RequestOutcome,
    ("reminder_mails", "kind"): ReminderKind,
    ("reminder_mails", "language"): Language,
    ("reminder_mails", "state"): MailState,
}
_DIGEST: Final = "sha256:"


def column_words(table: str, name: str) -> LazyString:
    """What a column is called that holds something personal."""
    return _OF_TABLES.get((table, name)) or _COLUMNS.get(name) or _ELSEWHERE[name]


def row_in_words(table: str, row: Mapping[str, Any] | None) -> list[tuple[LazyString, str]]:
    """The columns of a row that say something, by their names in the reader's language."""
    said = {name: value for name, value in (row or {}).items() if value not in (None, "", [])}
    return [(column_words(table, name), _in_words(table, name, said[name])) for name in _COLUMNS if name in said]


def _in_words(table: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if str(value).startswith(_DIGEST):
        return str(gettext("personal"))
    if name.endswith("_at"):
        return format_moment(datetime.fromisoformat(value))
    if name.endswith("_on") or name in {"valid_from", "valid_to", "kept_until"}:
        return str(format_date(date.fromisoformat(value)))
    vocabulary = _VOCABULARIES.get((table, name))
    return str(value if vocabulary is None else words_for(vocabulary(value)))
