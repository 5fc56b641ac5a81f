"""The one-time link: it makes a member, or gives one a new password, and then leads on to the second factor."""

from http import HTTPStatus
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from leasehold.audit.service import record_event
from leasehold.kit.errors import DomainError
from leasehold.panel.context import db, finish
from leasehold.panel.pages import Pages
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.panel.sign_in.attempts import begin_session
from leasehold.panel.sign_in.forms import NewPasswordForm, SetupForm
from leasehold.panel.sign_in.views import next_step
from leasehold.staff.errors import SetupLinkInvalid
from leasehold.staff.joining import Invitation, join, read_invitation
from leasehold.staff.passwords import hash_new_password

pages = Pages("setup")


@pages.page("/setup/<token>", needs=Right.PUBLIC, methods=("GET", "POST"))
def setup(token: str) -> ResponseReturnValue:
    """Ask for name, e-mail address and password; the link is used up once all of them are good."""
    invitation = read_invitation(db(), token)
    finish(keep=False)
    form = SetupForm(email=invitation.email) if invitation.name is None else NewPasswordForm()
    if not form.validate_on_submit():
        status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(form, invitation, status)
    try:
        member_id = _join(token, form, invitation)
    except SetupLinkInvalid:
        raise
    except DomainError as error:
        finish(keep=False)
        return _page(form, invitation, HTTPStatus.UNPROCESSABLE_ENTITY, [sentence_for(error)])
    return next_step(begin_session(member_id))


def _join(token: str, form: Any, invitation: Invitation) -> int:
    name = invitation.name or form.name.data
    email = invitation.email or form.email.data
    password_hash = hash_new_password(form.password.data, name=name, email=email)
    member_id = join(db(), token, name=name, email=email, password_hash=password_hash)
    action = "joined" if invitation.name is None else "password_renewed"
    record_event(db(), action, table="staff_members", row_id=str(member_id), details={"by": "setup_link"})
    return member_id


def _page(
    form: Any, invitation: Invitation, status: HTTPStatus, sentences: list[str] | None = None
) -> ResponseReturnValue:
    page = render_template("sign_in/setup.html", form=form, invitation=invitation, sentences=sentences or [])
    return page, status
