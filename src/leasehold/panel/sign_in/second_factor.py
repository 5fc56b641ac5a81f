"""The second step: a code of the app, a recovery code or a passkey; or giving an app its secret for the first time."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.service import record_event
from leasehold.panel.context import db, finish
from leasehold.panel.pages import Pages
from leasehold.panel.redirects import home
from leasehold.panel.rights import Right
from leasehold.panel.sign_in.attempts import (
    attempt_failed,
    attempt_was_right,
    begin_attempt,
    complete_session,
    wait_headers,
    wait_sentence,
)
from leasehold.panel.sign_in.enrolment import offer, open_sealed, seal
from leasehold.panel.sign_in.forms import CodeForm, EnrolForm
from leasehold.panel.sign_in.recognition import half_way
from leasehold.panel.sign_in.site import passkey_site
from leasehold.panel.sign_in.views import asked_next, go_on
from leasehold.staff.rules import TOTP_DIGITS
from leasehold.staff.second_factor import (
    Factors,
    accept_totp,
    enrol_totp,
    new_recovery_codes,
    read_factors,
    use_recovery_code,
)
from leasehold.staff.sessions import FoundSession
from leasehold.staff.throttle import Refused

pages = Pages("second_factor")


@pages.page("/sign-in/second-factor", needs=Right.PUBLIC, methods=("GET", "POST"))
def second_factor() -> ResponseReturnValue:
    """Ask for the second factor."""
    found = half_way()
    if found is None:
        return redirect(url_for("sign_in.sign_in", next=asked_next()))
    factors = read_factors(db(), found.member_id)
    if not factors.any:
        return redirect(url_for("second_factor.enrol", next=asked_next()))
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(form, factors, HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY)
    return _try(found, factors, form)


@pages.page("/sign-in/enrol", needs=Right.PUBLIC, methods=("GET", "POST"))
def enrol() -> ResponseReturnValue:
    """Lead somebody without a second factor to have one."""
    found = half_way()
    if found is None:
        return redirect(url_for("sign_in.sign_in", next=asked_next()))
    if read_factors(db(), found.member_id).any:
        return redirect(url_for("second_factor.second_factor", next=asked_next()))
    form = EnrolForm()
    if request.method == "POST":
        secret = open_sealed(form.sealed_secret.data or "", found.member_id)
        if secret is not None and enrol_totp(db(), seal(), found.member_id, secret=secret, code=form.code.data or ""):
            return _enrolled(found)
        flash(_("That code does not fit. Look at the app again: it shows a new one every 30 seconds."), "danger")
    offered = offer(found.member_id, found.email, form.sealed_secret.data)
    status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template("sign_in/enrol.html", form=form, offer=offered, next=asked_next()), status


def _enrolled(found: FoundSession) -> ResponseReturnValue:
    codes = new_recovery_codes(db(), found.member_id)
    if complete_session(found, second_factor=True, by="totp_enrolment") is None:
        return redirect(url_for("sign_in.sign_in"))
    record_event(
        db(), "recovery_codes_made", table="staff_members", row_id=str(found.member_id), details={"count": len(codes)}
    )
    return render_template("sign_in/recovery_codes.html", codes=codes, next=asked_next() or home())


def _try(found: FoundSession, factors: Factors, form: CodeForm) -> ResponseReturnValue:
    admitted = begin_attempt(found.email, found.member_id)
    if isinstance(admitted, Refused):
        return _page(form, factors, HTTPStatus.TOO_MANY_REQUESTS, wait_sentence(admitted), wait_headers(admitted))
    code = "".join(form.code.data.split())
    by = "totp" if len(code) == TOTP_DIGITS and code.isdigit() else "recovery_code"
    if by == "totp":
        right = accept_totp(db(), seal(), found.member_id, code)
    else:
        right = use_recovery_code(db(), found.member_id, code)
    if not right:
        attempt_failed(admitted, by, found.member_id)
        sentence = _("That code does not fit, or was used already. The app shows a new one every 30 seconds.")
        return _page(form, factors, HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    attempt_was_right(admitted)
    if complete_session(found, second_factor=True, by=by) is None:
        finish(keep=False)
        return redirect(url_for("sign_in.sign_in", next=asked_next()))
    if by == "recovery_code":
        _warn_of_few_codes(found, factors)
    return go_on()


def _warn_of_few_codes(found: FoundSession, factors: Factors) -> None:
    left = factors.recovery_codes - 1
    record_event(db(), "recovery_code_used", table="staff_members", row_id=str(found.member_id), details={"left": left})
    flash(_("A recovery code was used; %(left)s are left. Make new ones on this page.", left=left), "warning")


def _page(
    form: CodeForm,
    factors: Factors,
    status: HTTPStatus,
    sentence: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    if sentence is not None:
        flash(sentence, "danger")
    passkeys = factors.passkeys > 0 and passkey_site() is not None
    page = render_template(
        "sign_in/second_factor.html", form=form, factors=factors, next=asked_next(), passkeys=passkeys
    )
    return page, status, dict(headers or {})
