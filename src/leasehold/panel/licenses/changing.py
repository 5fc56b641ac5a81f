"""Change one license: what it is, how it stands, until when it is valid, whose it is, what is said about it."""

from collections.abc import Callable

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from leasehold.kit.errors import DomainError
from leasehold.licensing import editing, notes, terms, transfers
from leasehold.licensing.commands import DeleteLicense, ResumeLicense, SuspendLicense
from leasehold.licensing.queries import show_license as read_license
from leasehold.licensing.service import carry_out, find_license
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import actor, db
from leasehold.panel.licenses.forms import (
    EditLicenseForm,
    ExtendForm,
    NoteForm,
    TransferForm,
    VoidTermForm,
    stored_license,
)
from leasehold.panel.licenses.views import pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on, is_valid, save_form
from leasehold.panel.stale import save_additional, save_versioned
from leasehold.settings.days import day_ends

_FORM = ("GET", "POST")


@pages.page("/licenses/<license_key>/edit", needs=Right.CHANGE_LICENSES, methods=_FORM)
def edit_license(license_key: str) -> ResponseReturnValue:
    """Change limits, features and use offline."""
    stored = stored_license(read_license(db(), license_key))
    form = EditLicenseForm.read(**stored.values, version=stored.version)

    def save() -> str:
        editing.edit_license(db(), license_key, form.changed(), actor=actor(), version=form.version.data)
        flash(_("The license is saved."), "success")
        return _page_of(license_key)

    again = lambda: stored_license(read_license(db(), license_key))  # noqa: E731  # read once it has been refused
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    return _form_page(form, _("Edit license"), _("Save"), license_key)


@pages.page("/licenses/<license_key>/extend", needs=Right.CHANGE_LICENSES, methods=_FORM)
def extend_license(license_key: str) -> ResponseReturnValue:
    """Grant a further term, after a look at it."""
    form = ExtendForm.read(version=find_license(db(), license_key).version)
    if "agreed" not in request.form:
        planned = _plan(form, license_key)
        label = _("Grant this term") if planned else _("Show the new term")
        return _form_page(form, _("Extend license"), label, license_key, "licenses/extend.html", planned=planned)

    def save() -> str:
        how = form.how(db())
        terms.extend_license(db(), license_key, actor=actor(), version=form.version.data, **how)
        flash(_("The license is extended."), "success")
        return _page_of(license_key)

    if (onward := save_additional(form, save, lambda: _version(license_key))) is not None:
        return onward
    return _form_page(form, _("Extend license"), _("Show the new term"), license_key, "licenses/extend.html")


def _plan(form: ExtendForm, license_key: str) -> terms.NewTerm | None:
    """The term that the form asks for; None where it was not sent, or asks for what is not possible."""
    if not is_valid(form):
        return None
    try:
        return terms.plan_extension(db(), find_license(db(), license_key), **form.how(db()))
    except DomainError as error:
        form.refuse(error)
        return None


@pages.page("/licenses/<license_key>/terms/<int:term_id>/void", needs=Right.CHANGE_LICENSES, methods=_FORM)
def void_term(license_key: str, term_id: int) -> ResponseReturnValue:
    """Take a wrong term back, with a reason."""
    form = VoidTermForm.read(version=find_license(db(), license_key).version)

    def save() -> str:
        until = form.instead_until.data
        terms.void_term(
            db(),
            license_key,
            term_id,
            reason=form.reason.data or "",
            actor=actor(),
            instead_until=day_ends(db(), until.isoformat() if until else None),
            version=form.version.data,
        )
        flash(_("The term is void."), "success")
        return _page_of(license_key)

    if (onward := save_additional(form, save, lambda: _version(license_key))) is not None:
        return onward
    return _form_page(form, _("Void a term"), _("Void this term"), license_key)


@pages.page("/licenses/<license_key>/transfer", needs=Right.CHANGE_LICENSES, methods=_FORM)
def transfer_license(license_key: str) -> ResponseReturnValue:
    """Give a license to another customer."""
    form = TransferForm.read(version=find_license(db(), license_key).version)

    def save() -> str:
        transfers.transfer_license(
            db(),
            license_key,
            to=form.chosen(db()),
            reason=form.reason.data or "",
            actor=actor(),
            version=form.version.data,
        )
        flash(_("The license is the other customer's now."), "success")
        return _page_of(license_key)

    if (onward := save_additional(form, save, lambda: _version(license_key))) is not None:
        return onward
    return _form_page(form, _("Transfer license"), _("Transfer"), license_key)


@pages.page("/licenses/<license_key>/convert", needs=Right.CHANGE_LICENSES, methods=("POST",))
def convert_license(license_key: str) -> ResponseReturnValue:
    """Make a trial or test license a full one."""
    question = _("Make %(key)s a full license? Devices, sessions and terms stay.", key=license_key)
    return _done(
        license_key,
        (question, _("Make full license")),
        lambda: editing.convert_to_full(db(), license_key),
        _("The license is a full one now."),
    )


@pages.page("/licenses/<license_key>/suspend", needs=Right.CHANGE_LICENSES, methods=("POST",))
def suspend_license(license_key: str) -> ResponseReturnValue:
    """Stop a license for now."""
    question = _("Suspend %(key)s?", key=license_key) + " " + _ends(license_key)
    suspend = lambda: carry_out(db(), SuspendLicense(license_key), actor=actor())  # noqa: E731
    return _done(license_key, (question, _("Suspend license")), suspend, _("The license is suspended."))


@pages.page("/licenses/<license_key>/resume", needs=Right.CHANGE_LICENSES, methods=("POST",))
def resume_license(license_key: str) -> ResponseReturnValue:
    """Let a suspended license run again."""
    carry_out(db(), ResumeLicense(license_key), actor=actor())
    flash(_("The license runs again."), "success")
    return go_on("licenses.show_license", license_key=license_key)


@pages.page("/licenses/<license_key>/delete", needs=Right.CHANGE_LICENSES, methods=("POST",))
def delete_license(license_key: str) -> ResponseReturnValue:
    """Take a license away for good."""
    question = _("Delete license %(key)s for good?", key=license_key) + " " + _ends(license_key)
    if (page := ask_first(question, _("Delete license"))) is not None:
        return page
    carry_out(db(), DeleteLicense(license_key), actor=actor())
    flash(_("The license is deleted; its history stays."), "success")
    return go_on("licenses.list_licenses")


@pages.page("/licenses/<license_key>/notes", needs=Right.CHANGE_LICENSES, methods=_FORM)
def add_note(license_key: str) -> ResponseReturnValue:
    """Say something about a license."""
    find_license(db(), license_key)
    form = NoteForm.read()

    def save() -> str:
        notes.add_note(db(), license_key, form.body.data or "", actor=actor())
        flash(_("The note is kept."), "success")
        return _page_of(license_key)

    if (onward := save_form(form, save)) is not None:
        return onward
    return _form_page(form, _("New note"), _("Keep note"), license_key)


def _done(license_key: str, asked: tuple[str, str], change: Callable[[], object], sentence: str) -> ResponseReturnValue:
    if (page := ask_first(*asked)) is not None:
        return page
    change()
    flash(sentence, "success")
    return go_on("licenses.show_license", license_key=license_key)


def _ends(license_key: str) -> str:
    """What becomes of the live sessions."""
    live = read_license(db(), license_key).view.sessions_live
    if not live:
        return str(_("No session is live."))
    return str(ngettext("%(num)s live session ends at once.", "%(num)s live sessions end at once.", live))


def _version(license_key: str) -> int:
    return find_license(db(), license_key).version


def _page_of(license_key: str) -> str:
    return url_for("licenses.show_license", license_key=license_key)


def _form_page(
    form: EditLicenseForm | ExtendForm | VoidTermForm | TransferForm | NoteForm,
    title: str,
    label: str,
    license_key: str,
    template: str = "form.html",
    **extras: object,
) -> ResponseReturnValue:
    cancel = _page_of(license_key)
    page = render_template(
        template, form=form, title=title, label=label, cancel=cancel, license_key=license_key, **extras
    )
    return page, form.status
