"""The pages about customers."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.objects import changes_of
from leasehold.customers import contacts, editing
from leasehold.customers.contacts import list_contacts
from leasehold.customers.editing import read_customer
from leasehold.customers.lists import customers_like
from leasehold.customers.models import Customer
from leasehold.licensing.queries import LicenseFilter, newest_licenses
from leasehold.licensing.transfers import transfers_of_customer
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.customers.choosing import numbered_name
from leasehold.panel.customers.forms import (
    ContactFields,
    CustomerFields,
    EditContactForm,
    EditCustomerForm,
    stored_contact,
    stored_customer,
)
from leasehold.panel.customers.table import CUSTOMER_TABLE
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on, save_form
from leasehold.panel.stale import save_versioned
from leasehold.staff.names import names_of_actors

pages = Pages("customers")
_FORM = ("GET", "POST")


@pages.page("/customers", needs=Right.READ)
def list_customers() -> ResponseReturnValue:
    """All customers."""
    return answer_list(CUSTOMER_TABLE)


@pages.page("/customers/suggestions", needs=Right.READ)
def suggest() -> ResponseReturnValue:
    """Customers whose name contains what is being typed, for the field that asks."""
    part = request.args.get("customer", "").strip()[:200].replace("\0", "")
    found = customers_like(db(), part) if part else []
    return render_template("customers/suggestions.html", names=map(numbered_name, found))


@pages.page("/customers/new", needs=Right.CHANGE_CUSTOMERS, methods=_FORM)
def add_customer() -> ResponseReturnValue:
    """Make a customer."""
    form = CustomerFields.read()

    def save() -> str:
        customer = editing.add_customer(db(), form.card())
        flash(_("The customer is made."), "success")
        return url_for("customers.show_customer", customer_id=customer.id)

    if (onward := save_form(form, save)) is not None:
        return onward
    cancel = url_for("customers.list_customers")
    page = render_template("form.html", form=form, title=_("New customer"), label=_("Make customer"), cancel=cancel)
    return page, form.status


@pages.page("/customers/<int:customer_id>", needs=Right.READ)
def show_customer(customer_id: int) -> ResponseReturnValue:
    """One customer: the institution, its contacts, licenses, transfers, and what was changed about it."""
    session = db()
    customer = read_customer(session, customer_id)
    people = list_contacts(session, customer.institution_id)
    changes = changes_of(session, _objects_of(customer, people))
    return render_template(
        "customers/customer.html",
        customer=customer,
        contacts=people,
        licenses=newest_licenses(session, LicenseFilter(customer_id=customer_id)),
        transfers=transfers_of_customer(session, customer_id),
        changes=changes,
        names=names_of_actors(session, {change.actor for change in changes}),
    )


@pages.page("/customers/<int:customer_id>/edit", needs=Right.CHANGE_CUSTOMERS, methods=_FORM)
def edit_customer(customer_id: int) -> ResponseReturnValue:
    """Change what is said of a customer."""
    here = url_for("customers.show_customer", customer_id=customer_id)
    stored = stored_customer(read_customer(db(), customer_id))
    form = EditCustomerForm.read(**stored.values, version=stored.version)

    def save() -> str:
        editing.edit_customer(db(), customer_id, form.card(), version=form.version.data)
        flash(_("The customer is saved."), "success")
        return here

    again = lambda: stored_customer(read_customer(db(), customer_id))  # noqa: E731  # read once it has been refused
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    title = _("Edit %(name)s", name=stored.values["name"])
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=here), form.status


@pages.page("/customers/<int:customer_id>/delete", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def delete_customer(customer_id: int) -> ResponseReturnValue:
    """Delete a customer that never had a license."""
    customer = read_customer(db(), customer_id)
    question = _("Delete %(name)s with all its contacts?", name=customer.institution.name)
    if (page := ask_first(question, _("Delete customer"))) is not None:
        return page
    editing.delete_customer(db(), customer_id)
    flash(_("The customer is deleted."), "success")
    return go_on("customers.list_customers")


@pages.page("/customers/<int:customer_id>/contacts/new", needs=Right.CHANGE_CUSTOMERS, methods=_FORM)
def add_contact(customer_id: int) -> ResponseReturnValue:
    """Write down a person."""
    here = url_for("customers.show_customer", customer_id=customer_id)
    customer = read_customer(db(), customer_id)
    form = ContactFields.read(language=customer.institution.language)

    def save() -> str:
        contacts.add_contact(db(), customer.institution_id, form.card(), erased=form.erased())
        flash(_("The contact is saved."), "success")
        return here

    if (onward := save_form(form, save)) is not None:
        return onward
    return render_template("form.html", form=form, title=_("New contact"), label=_("Save"), cancel=here), form.status


@pages.page("/customers/<int:customer_id>/contacts/<int:contact_id>", needs=Right.CHANGE_CUSTOMERS, methods=_FORM)
def edit_contact(customer_id: int, contact_id: int) -> ResponseReturnValue:
    """Change what is said of a person."""
    here = url_for("customers.show_customer", customer_id=customer_id)
    institution_id = read_customer(db(), customer_id).institution_id
    line = contacts.find_contact(db(), institution_id, contact_id)
    stored, name = stored_contact(line), line.name
    form = EditContactForm.read(**stored.values, version=stored.version)

    def save() -> str:
        version, erased = form.version.data, form.erased()
        contacts.edit_contact(db(), institution_id, contact_id, form.card(), version=version, erased=erased)
        flash(_("The contact is saved."), "success")
        return here

    again = lambda: stored_contact(contacts.find_contact(db(), institution_id, contact_id))  # noqa: E731
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    title = _("Edit %(name)s", name=name)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=here), form.status


@pages.page(
    "/customers/<int:customer_id>/contacts/<int:contact_id>/remove", needs=Right.CHANGE_CUSTOMERS, methods=("POST",)
)
def remove_contact(customer_id: int, contact_id: int) -> ResponseReturnValue:
    """Take a person away."""
    institution_id = read_customer(db(), customer_id).institution_id
    line = contacts.find_contact(db(), institution_id, contact_id)
    question = _("Remove %(name)s from this customer's contacts?", name=line.name)
    if (page := ask_first(question, _("Remove contact"))) is not None:
        return page
    contacts.remove_contact(db(), institution_id, contact_id)
    flash(_("The contact is removed."), "success")
    return go_on("customers.show_customer", customer_id=customer_id)


def _objects_of(customer: Customer, people: list[contacts.ContactLine]) -> list[tuple[str, str]]:
    """The rows that the audit log has about a customer."""
    mine = [("customers", str(customer.id)), ("institutions", str(customer.institution_id))]
    for line in people:
        mine += [("contacts", str(line.contact.id)), ("affiliations", str(line.contact.id))]
        mine += [("contact_details", str(detail.id)) for detail in line.details]
    return mine
