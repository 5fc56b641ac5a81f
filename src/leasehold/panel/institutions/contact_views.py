"""The people in an institution, and what is known of the ways to reach them."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.customers import contacts
from leasehold.customers.details import Owner, judge_detail, read_detail, read_owner_version
from leasehold.customers.institutions import read_institution
from leasehold.customers.vocabulary import DetailStatus
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.customers.forms import ContactFields, EditContactForm, stored_contact
from leasehold.panel.institutions.forms import JudgeForm, KnownPersonForm, judged
from leasehold.panel.institutions.views import FORM, page_of, pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on, save_form
from leasehold.panel.stale import Stored, save_versioned

_CONTACTS = "/institutions/<int:institution_id>/contacts"
_CONTACT = f"{_CONTACTS}/<int:contact_id>"


@pages.page(f"{_CONTACTS}/new", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def add_contact(institution_id: int) -> ResponseReturnValue:
    """Write down a person."""
    form = ContactFields.read(language=read_institution(db(), institution_id).language)

    def save() -> str:
        contacts.add_contact(db(), institution_id, form.card(), erased=form.erased())
        flash(_("The contact is saved."), "success")
        return page_of(institution_id)

    if (onward := save_form(form, save)) is not None:
        return onward
    cancel = page_of(institution_id)
    return render_template("form.html", form=form, title=_("New contact"), label=_("Save"), cancel=cancel), form.status


@pages.page(f"{_CONTACTS}/known", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def add_known_contact(institution_id: int) -> ResponseReturnValue:
    """Put somebody who is written down elsewhere into this institution too."""
    name = read_institution(db(), institution_id).name
    form = KnownPersonForm.read()

    def save() -> str:
        person = contacts.find_person(db(), form.person.data or "")
        contacts.affiliate(db(), institution_id, person.id, role=form.role.data)
        flash(_("The contact is saved."), "success")
        return page_of(institution_id)

    if (onward := save_form(form, save)) is not None:
        return onward
    title, cancel = _("Somebody known at %(name)s", name=name), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=cancel), form.status


@pages.page(_CONTACT, needs=Right.READ)
def show_contact(institution_id: int, contact_id: int) -> ResponseReturnValue:
    """One person: the ways to reach them with what is known of each, and all the places where they are."""
    line = contacts.find_contact(db(), institution_id, contact_id)
    return render_template(
        "institutions/contact.html",
        institution=read_institution(db(), institution_id),
        line=line,
        places=contacts.list_places(db(), contact_id),
    )


@pages.page(f"{_CONTACT}/edit", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def edit_contact(institution_id: int, contact_id: int) -> ResponseReturnValue:
    """Change what is said of a person."""
    line = contacts.find_contact(db(), institution_id, contact_id)
    stored, name = stored_contact(line), line.name
    form = EditContactForm.read(**stored.values, version=stored.version)

    def save() -> str:
        version, erased = form.version.data, form.erased()
        contacts.edit_contact(db(), institution_id, contact_id, form.card(), version=version, erased=erased)
        flash(_("The contact is saved."), "success")
        return page_of(institution_id)

    again = lambda: stored_contact(contacts.find_contact(db(), institution_id, contact_id))  # noqa: E731
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    title, cancel = _("Edit %(name)s", name=name), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=cancel), form.status


@pages.page(f"{_CONTACT}/remove", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def remove_contact(institution_id: int, contact_id: int) -> ResponseReturnValue:
    """Take a person away."""
    line = contacts.find_contact(db(), institution_id, contact_id)
    question = _("Remove %(name)s from this institution's contacts?", name=line.name)
    if (page := ask_first(question, _("Remove contact"))) is not None:
        return page
    contacts.remove_contact(db(), institution_id, contact_id)
    flash(_("The contact is removed."), "success")
    return go_on("institutions.show_institution", institution_id=institution_id)


@pages.page(f"{_CONTACT}/details/<int:detail_id>", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def judge_contact_detail(institution_id: int, contact_id: int, detail_id: int) -> ResponseReturnValue:
    """Write down whether a way to reach a person works, and whether it may be used."""
    contacts.find_contact(db(), institution_id, contact_id)
    return _judge(Owner(contact_id=contact_id), detail_id, institution_id)


@pages.page(
    "/institutions/<int:institution_id>/details/<int:own_detail_id>", needs=Right.CHANGE_CUSTOMERS, methods=FORM
)
def judge_own_detail(institution_id: int, own_detail_id: int) -> ResponseReturnValue:
    """The same of a way to reach the institution itself."""
    return _judge(Owner(institution_id=institution_id), own_detail_id, institution_id)


def _judge(owner: Owner, detail_id: int, institution_id: int) -> ResponseReturnValue:
    def stored() -> Stored:
        return judged(read_detail(db(), owner, detail_id), read_owner_version(db(), owner))

    value, now = read_detail(db(), owner, detail_id).value, stored()
    form = JudgeForm.read(**now.values, version=now.version)

    def save() -> str:
        judge_detail(
            db(),
            owner,
            detail_id,
            status=DetailStatus(form.state.data),
            opt_out=form.opt_out.data,
            consent=form.consent(),
            version=form.version.data,
        )
        flash(_("What is known of %(value)s is saved.", value=value), "success")
        return page_of(institution_id)

    if (onward := save_versioned(form, save, stored)) is not None:
        return onward
    title, cancel = _("What is known of %(value)s", value=value), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=cancel), form.status
