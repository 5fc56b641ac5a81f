"""The account's second factors: app, recovery codes, passkeys."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.service import record_event
from leasehold.kit.errors import DomainError
from leasehold.panel.account import views  # noqa: F401  # its pages belong to the same subject
from leasehold.panel.account.forms import PasskeyNameForm
from leasehold.panel.account.pages import myself, pages
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.panel.sign_in.confirmation import QUESTION
from leasehold.panel.sign_in.enrolment import offer, open_sealed, seal
from leasehold.panel.sign_in.forms import EnrolForm
from leasehold.panel.sign_in.policy import policy
from leasehold.panel.sign_in.site import passkey_site
from leasehold.staff.errors import LastSecondFactor
from leasehold.staff.passkeys import add_passkey, remove_passkey, rename_passkey
from leasehold.staff.second_factor import enrol_totp, new_recovery_codes, read_factors, remove_totp


@pages.page("/account/authenticator", needs=Right.SIGNED_IN, methods=("GET", "POST"), sensitive=True)
def authenticator() -> ResponseReturnValue:
    """Give an app its secret; one that was there before stops working."""
    asking, form = myself(), EnrolForm()
    if request.method == "POST" and "code" in request.form:
        secret = open_sealed(form.sealed_secret.data or "", asking.id)
        if secret is not None and enrol_totp(db(), seal(), asking.id, secret=secret, code=form.code.data or ""):
            flash(_("The authenticator app was set up."), "success")
            return _codes_if_there_are_none()
        flash(_("That code does not fit. Look at the app again: it shows a new one every 30 seconds."), "danger")
    offered = offer(asking.id, asking.email, form.sealed_secret.data)
    return render_template("account/authenticator.html", form=form, offer=offered), HTTPStatus.OK


@pages.page("/account/authenticator/remove", needs=Right.SIGNED_IN, methods=("POST",), sensitive=True)
def remove_authenticator() -> ResponseReturnValue:
    """Take the app away, unless a second factor is required and it is the only one."""
    asked = ask_first(_("The authenticator app will no longer let you in."), _("Remove the app"))
    if asked is not None:
        return asked
    remove_totp(db(), myself().id)
    _keep_one()
    flash(_("The authenticator app was removed."), "success")
    return _back()


@pages.page("/account/recovery-codes", needs=Right.SIGNED_IN, methods=("POST",), sensitive=True)
def make_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes; the ones before stop working."""
    return _new_codes()


@pages.page("/account/passkeys/add", needs=Right.SIGNED_IN, methods=("GET", "POST"), sensitive=True)
def add() -> ResponseReturnValue:
    """Add the passkey that the browser has made."""
    form, site, sentences = PasskeyNameForm(), passkey_site(), []
    if request.method == "POST" and site is not None and "passkey_answer" in request.form:
        question, answer = session.pop(QUESTION, ""), request.form["passkey_answer"]
        try:
            name = form.name.data or ""
            add_passkey(db(), site, member_id=myself().id, question=question, answer=answer, name=name)
        except DomainError as error:
            sentences = [sentence_for(error)]
        else:
            flash(_("The passkey was added."), "success")
            return _codes_if_there_are_none()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if sentences else HTTPStatus.OK
    return render_template("account/add_passkey.html", form=form, site=site, sentences=sentences), status


@pages.page("/account/passkeys/<int:passkey_id>/rename", needs=Right.SIGNED_IN, methods=("POST",))
def rename(passkey_id: int) -> ResponseReturnValue:
    """Call a passkey something else."""
    rename_passkey(db(), passkey_id, member_id=myself().id, name=request.form.get("name", ""))
    flash(_("The passkey was renamed."), "success")
    return _back()


@pages.page("/account/passkeys/<int:passkey_id>/remove", needs=Right.SIGNED_IN, methods=("POST",), sensitive=True)
def remove(passkey_id: int) -> ResponseReturnValue:
    """Remove a passkey, unless a second factor is required and it is the only one."""
    asked = ask_first(_("This passkey will no longer let you in."), _("Remove the passkey"))
    if asked is not None:
        return asked
    if remove_passkey(db(), passkey_id, member_id=myself().id):
        _keep_one()
        flash(_("The passkey was removed."), "success")
    return _back()


def _keep_one() -> None:
    if policy().second_factor_required and not read_factors(db(), myself().id).any:
        raise LastSecondFactor


def _codes_if_there_are_none() -> ResponseReturnValue:
    return _back() if read_factors(db(), myself().id).recovery_codes else _new_codes()


def _new_codes() -> ResponseReturnValue:
    asking = myself()
    codes = new_recovery_codes(db(), asking.id)
    record_event(
        db(), "recovery_codes_made", table="staff_members", row_id=str(asking.id), details={"count": len(codes)}
    )
    return render_template("sign_in/recovery_codes.html", codes=codes, next=url_for("account.account"))


def _back() -> ResponseReturnValue:
    return redirect(url_for("account.account"))
