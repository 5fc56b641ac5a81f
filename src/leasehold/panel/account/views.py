"""The account's page, its password and its sessions."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.service import record_event
from leasehold.panel.account.forms import ChangePasswordForm, PasskeyNameForm
from leasehold.panel.account.pages import myself, pages
from leasehold.panel.context import Person, db
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.panel.sign_in.attempts import attempt_failed, attempt_was_right, begin_attempt, wait_sentence
from leasehold.panel.sign_in.policy import policy
from leasehold.panel.sign_in.site import passkey_site
from leasehold.staff.errors import PasswordRefused
from leasehold.staff.passkeys import list_passkeys
from leasehold.staff.passwords import hash_new_password, password_is_right, read_password_hash, set_password
from leasehold.staff.second_factor import read_factors
from leasehold.staff.sessions import end_session, end_sessions, list_sessions
from leasehold.staff.throttle import Refused


@pages.page("/account", needs=Right.SIGNED_IN)
def account() -> ResponseReturnValue:
    """What the person may change about their own account."""
    return _page(ChangePasswordForm(), HTTPStatus.OK)


@pages.page("/account/password", needs=Right.SIGNED_IN, methods=("POST",))
def change_password() -> ResponseReturnValue:
    """Change the password, if the present one is right; all other sessions end."""
    asking, form = myself(), ChangePasswordForm()
    if not form.validate_on_submit():
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    refusal = _refusal_of_present(asking, form)
    if refusal is not None:
        form.present_password.errors = [refusal]
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        password_hash = hash_new_password(form.password.data, name=asking.name, email=asking.email)
    except PasswordRefused as error:
        form.password.errors = [sentence_for(error)]
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    set_password(db(), asking.id, password_hash)
    ended = end_sessions(db(), asking.id, reason="password_changed", but=asking.session_id)
    flash(_("The password was changed, and %(count)s other sessions were ended.", count=ended), "success")
    return _back()


@pages.page("/account/sessions/<int:session_id>/end", needs=Right.SIGNED_IN, methods=("POST",))
def end_one_session(session_id: int) -> ResponseReturnValue:
    """End one of the person's sessions."""
    if end_session(db(), session_id, member_id=myself().id, reason="ended_by_owner"):
        flash(_("The session was ended."), "success")
    return _back()


@pages.page("/account/sessions/end-others", needs=Right.SIGNED_IN, methods=("POST",))
def end_other_sessions() -> ResponseReturnValue:
    """End all of the person's sessions but this one."""
    asking = myself()
    ended = end_sessions(db(), asking.id, reason="ended_by_owner", but=asking.session_id)
    flash(_("%(count)s other sessions were ended.", count=ended), "success")
    return _back()


def _refusal_of_present(asking: Person, form: ChangePasswordForm) -> str | None:
    password_hash = read_password_hash(db(), asking.id)
    admitted = begin_attempt(asking.email, asking.id)
    if isinstance(admitted, Refused):
        return wait_sentence(admitted)
    if not password_is_right(password_hash, form.present_password.data):
        attempt_failed(admitted, "password_change", asking.id)
        return str(_("That is not the present password."))
    attempt_was_right(admitted)
    record_event(db(), "password_changed", table="staff_members", row_id=str(asking.id), details={})
    return None


def _page(form: ChangePasswordForm, status: HTTPStatus) -> ResponseReturnValue:
    asking = myself()
    page = render_template(
        "account/account.html",
        form=form,
        name_form=PasskeyNameForm(),
        factors=read_factors(db(), asking.id),
        passkeys=list_passkeys(db(), asking.id),
        site=passkey_site(),
        sessions=list_sessions(db(), asking.id, policy().lifetimes),
    )
    return page, status


def _back() -> ResponseReturnValue:
    return redirect(url_for("account.account"))
