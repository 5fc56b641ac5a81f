"""The pages that let people in and out."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from leasehold.audit.service import record_event
from leasehold.panel.context import db, person
from leasehold.panel.pages import Pages
from leasehold.panel.redirects import home, own_path
from leasehold.panel.rights import Right
from leasehold.panel.sign_in.attempts import (
    attempt_failed,
    attempt_was_right,
    begin_attempt,
    begin_session,
    complete_session,
    wait_headers,
    wait_sentence,
)
from leasehold.panel.sign_in.cookies import keep_token
from leasehold.panel.sign_in.forms import SignInForm
from leasehold.panel.sign_in.policy import policy
from leasehold.panel.sign_in.recognition import half_way
from leasehold.panel.sign_in.site import passkey_site
from leasehold.staff.passwords import find_password, password_is_right, strengthen
from leasehold.staff.second_factor import read_factors
from leasehold.staff.sessions import FoundSession, end_session
from leasehold.staff.throttle import Refused

pages = Pages("sign_in")


@pages.page("/sign-in", needs=Right.PUBLIC, methods=("GET", "POST"))
def sign_in() -> ResponseReturnValue:
    """Ask who it is: e-mail and password, or a passkey."""
    if request.method == "GET" and person() is not None:
        return go_on()
    if request.method == "GET" and half_way() is not None:
        return redirect(url_for("second_factor.second_factor", next=asked_next()))
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form, HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY)
    return _try(form)


@pages.page("/sign-out", needs=Right.PUBLIC, methods=("POST",))
def sign_out() -> ResponseReturnValue:
    """End this session, also one that owes its second factor."""
    asking, waiting = person(), half_way()
    if asking is not None:
        end_session(db(), asking.session_id, member_id=asking.id, reason="signed_out")
        record_event(db(), "signed_out", table="staff_members", row_id=str(asking.id), details={})
    elif waiting is not None:
        end_session(db(), waiting.id, member_id=waiting.member_id, reason="signed_out")
    keep_token(None)
    return redirect(url_for("front.front_page"))


def asked_next() -> str | None:
    """Where the person wanted to go; only a path of ours."""
    return own_path(request.values.get("next"))


def go_on() -> Response:
    """To where the person wanted to go."""
    return redirect(asked_next() or home())


def next_step(found: FoundSession) -> Response:
    """After the password: the second factor, enrolment where there is none, or in where none is required."""
    factors = read_factors(db(), found.member_id)
    if factors.any:
        return redirect(url_for("second_factor.second_factor", next=asked_next()))
    if policy().second_factor_required:
        return redirect(url_for("second_factor.enrol", next=asked_next()))
    complete_session(found, second_factor=False, by="password")
    return go_on()


def _try(form: SignInForm) -> ResponseReturnValue:
    email, password = form.email.data, form.password.data
    known = find_password(db(), email)
    member_id, password_hash = known or (None, None)
    admitted = begin_attempt(email, member_id)
    if isinstance(admitted, Refused):
        return _page(form, HTTPStatus.TOO_MANY_REQUESTS, wait_sentence(admitted), wait_headers(admitted))
    if not password_is_right(password_hash, password) or member_id is None or password_hash is None:
        attempt_failed(admitted, "password", member_id)
        sentence = _("That did not work. Check the e-mail address and the password.")
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    attempt_was_right(admitted)
    strengthen(db(), member_id, password, password_hash)
    return next_step(begin_session(member_id))


def _page(
    form: SignInForm, status: HTTPStatus, sentence: str | None = None, headers: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    if sentence is not None:
        flash(sentence, "danger")
    page = render_template("sign_in/sign_in.html", form=form, next=asked_next(), passkeys=passkey_site() is not None)
    return page, status, dict(headers or {})
