"""Passkeys: the questions that the page's script puts to the browser, and signing in with the answer alone."""

from http import HTTPStatus

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from leasehold.panel.context import db, person
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.panel.sign_in.attempts import (
    attempt_failed,
    attempt_was_right,
    begin_attempt,
    begin_session,
    complete_session,
    wait_sentence,
)
from leasehold.panel.sign_in.confirmation import QUESTION, passkey_holds
from leasehold.panel.sign_in.recognition import half_way
from leasehold.panel.sign_in.site import passkey_site
from leasehold.panel.sign_in.views import asked_next, go_on
from leasehold.staff.passkeys import ask_for_new_passkey, ask_for_passkey
from leasehold.staff.service import find_active_member
from leasehold.staff.throttle import Refused

pages = Pages("passkeys")
_JSON = {"Content-Type": "application/json"}


@pages.page("/passkeys/ask", needs=Right.PUBLIC, methods=("POST",))
def ask() -> ResponseReturnValue:
    """What to ask the browser's passkeys: for the member who is here, else for whoever has one."""
    site = passkey_site()
    if site is None:
        raise NotFound
    asking, waiting = person(), half_way()
    member_id = asking.id if asking else waiting.member_id if waiting else None
    question = ask_for_passkey(db(), site, member_id=member_id)
    session[QUESTION] = question.id
    return question.options, HTTPStatus.OK, _JSON


@pages.page("/passkeys/ask-new", needs=Right.SIGNED_IN, methods=("POST",), sensitive=True)
def ask_new() -> ResponseReturnValue:
    """What to ask the browser that shall make a new passkey."""
    site, asking = passkey_site(), person()
    if site is None or asking is None:
        raise NotFound
    question = ask_for_new_passkey(db(), site, member_id=asking.id, email=asking.email, name=asking.name)
    session[QUESTION] = question.id
    return question.options, HTTPStatus.OK, _JSON


@pages.page("/sign-in/passkey", needs=Right.PUBLIC, methods=("POST",))
def sign_in_with_passkey() -> ResponseReturnValue:
    """A passkey alone lets its member in, or is the second factor of who has given a password."""
    waiting = half_way()
    admitted = begin_attempt(*((waiting.email, waiting.member_id) if waiting else (None, None)))
    if isinstance(admitted, Refused):
        return _back(wait_sentence(admitted))
    member_id = passkey_holds(waiting.member_id if waiting else None, request.form.get("passkey_answer", ""))
    if member_id is None or find_active_member(db(), member_id) is None:
        attempt_failed(admitted, "passkey", member_id or (waiting.member_id if waiting else None))
        return _back(_("The passkey was not accepted. Try again, or sign in with your password."))
    attempt_was_right(admitted)
    if complete_session(waiting or begin_session(member_id), second_factor=True, by="passkey") is None:
        return _back(_("The session has ended meanwhile. Sign in again."))
    return go_on()


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "danger")
    return redirect(url_for("sign_in.sign_in", next=asked_next()))
