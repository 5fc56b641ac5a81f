"""The forms about customers and the people in them."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FormField, SelectField
from wtforms import Form as PlainForm

from leasehold.customers import contacts, details, institutions
from leasehold.customers.contacts import ContactCard, ContactLine
from leasehold.customers.details import Detail
from leasehold.customers.editing import CustomerCard
from leasehold.customers.models import ContactDetail, Customer
from leasehold.customers.vocabulary import DetailKind, Language, Salutation
from leasehold.panel.fields import RowList, day, text
from leasehold.panel.privacy.erasure import ErasedForm, agreed_anew
from leasehold.panel.saving import PanelForm
from leasehold.panel.stale import Stored, VersionedForm
from leasehold.panel.words import choices_of


class CustomerFields(PanelForm):
    """What is said of a customer."""

    name = text(_("Name"), institutions.LONGEST_NAME, required=True)
    legal_form = text(_("Legal form"), institutions.LONGEST_LEGAL_FORM, help_text=_("GmbH, e. V., Inc. …"))
    website_domain = text(_("Website domain"), 253, help_text=_("Such as example.com."))
    language = SelectField(_("Language"), choices=lambda: choices_of(Language))

    def card(self) -> CustomerCard:
        """What the form says."""
        return CustomerCard(
            self.name.data or "", self.legal_form.data, self.website_domain.data, Language(self.language.data)
        )


class EditCustomerForm(CustomerFields, VersionedForm):
    """The same, of a customer that exists."""


def stored_customer(customer: Customer) -> Stored:
    """What the fields of `EditCustomerForm` would say of the customer."""
    institution = customer.institution
    names = ("name", "legal_form", "website_domain", "language")
    return Stored({name: getattr(institution, name) for name in names}, institution.version)


class DetailRow(PlainForm):  # type: ignore[misc]  # wtforms has no types
    """One way to reach somebody."""

    kind = SelectField(_("Kind"), choices=lambda: choices_of(DetailKind))
    value = text(_("Address or number"), details.LONGEST_DETAIL)
    label = text(_("Label, such as reception"), details.LONGEST_LABEL)


def read_details(rows: Any) -> tuple[Detail, ...]:
    """The rows that say something."""
    filled = [row for row in rows.data if row["value"] and row["value"].strip()]
    return tuple(Detail(DetailKind(row["kind"]), row["value"], (row["label"] or "").strip() or None) for row in filled)


def detail_rows(known: Iterable[Detail | ContactDetail]) -> list[dict[str, str | None]]:
    """Ways to reach somebody as rows of a form."""
    return [{"kind": str(one.kind), "value": one.value, "label": one.label} for one in known]


class ContactFields(ErasedForm):
    """What is said of a person."""

    first_name = text(_("First name"), contacts.LONGEST_NAME)
    last_name = text(_("Last name"), contacts.LONGEST_NAME, required=True)
    salutation = SelectField(_("Salutation"), choices=lambda: [("", _("unknown")), *choices_of(Salutation)], default="")
    title = text(_("Title"), contacts.LONGEST_NAME, help_text=_("Dr., Prof. …"))
    role = text(_("Role"), contacts.LONGEST_NAME, help_text=_("What the person does there."))
    department = text(_("Department"), contacts.LONGEST_NAME)
    valid_from = day(_("There since"))
    valid_to = day(_("There until"), _("The last day; empty while they are there."))
    language = SelectField(_("Language"), choices=lambda: choices_of(Language))
    is_primary = BooleanField(_("Primary contact"))
    details = RowList(
        FormField(DetailRow), _("Ways to reach the person"), max_entries=details.MOST_DETAILS + 3, default=()
    )
    agreed = agreed_anew()

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.details.add_empty()

    def card(self) -> ContactCard:
        """What the form says."""
        return ContactCard(
            last_name=self.last_name.data or "",
            first_name=self.first_name.data,
            language=Language(self.language.data),
            role=self.role.data,
            is_primary=self.is_primary.data,
            details=read_details(self.details),
            salutation=Salutation(self.salutation.data) if self.salutation.data else None,
            title=self.title.data,
            department=self.department.data,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
        )


class EditContactForm(ContactFields, VersionedForm):
    """The same, of a person who is known."""


def stored_contact(line: ContactLine) -> Stored:
    """What the fields of `EditContactForm` would say of the person."""
    person, place = line.contact, line.affiliation
    values = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "role": place.role,
        "language": person.language,
        "is_primary": place.is_primary,
        "salutation": person.salutation or "",
        "title": person.title,
        "department": place.department,
        "valid_from": place.valid_from,
        "valid_to": place.valid_to,
        "details": detail_rows(line.details),
    }
    return Stored(values, person.version)
