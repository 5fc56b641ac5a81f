"""The staff's list, and everything that an administrator does to its members."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from leasehold.kit.errors import DomainError
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.own_address import own_address
from leasehold.panel.pages import Pages
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.staff.errors import EmailTaken
from leasehold.staff.joining import check_email
from leasehold.staff.roles import Role
from leasehold.staff.service import (
    change_role,
    create_setup_link,
    disable_staff_member,
    email_is_taken,
    enable_staff_member,
    get_staff_member,
    list_staff,
    reset_second_factor,
)
from leasehold.staff.sessions import end_sessions, last_seen_of

INVITATION_LIFETIME = timedelta(hours=24)
ROLE_NAMES = {
    Role.ADMINISTRATOR: lazy_gettext("Administrator"),
    Role.OPERATOR: lazy_gettext("Operator"),
    Role.SALES: lazy_gettext("Sales"),
    Role.AUDITOR: lazy_gettext("Auditor"),
}

pages = Pages("staff")


class InvitationForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """Who shall join, and as what."""

    email = StringField(lazy_gettext("E-mail address"), [InputRequired(), Length(max=300)], render_kw={"type": "email"})
    role = SelectField(
        lazy_gettext("Role"), choices=[SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()]
    )


@pages.page("/staff", needs=Right.READ_ADMINISTRATION, endpoint="list_staff")
def list_staff_page() -> ResponseReturnValue:
    """Everybody who works in the panel, and the form that invites another."""
    return _page(InvitationForm(role=Role.OPERATOR.value), HTTPStatus.OK)


@pages.page("/staff/invite", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def invite() -> ResponseReturnValue:
    """Make the link that lets somebody join; it is shown this once."""
    form = InvitationForm()
    if not form.validate_on_submit():
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        email = check_email(form.email.data)
        if email_is_taken(db(), email):
            raise EmailTaken
    except DomainError as error:
        form.email.errors = [sentence_for(error)]
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    token = create_setup_link(db(), lifetime=INVITATION_LIFETIME, role=Role(form.role.data), email=email)
    return _show_link(token, email)


@pages.page("/staff/<int:member_id>/password-link", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def password_link(member_id: int) -> ResponseReturnValue:
    """Make the link with which a member who has forgotten the password chooses a new one."""
    member = get_staff_member(db(), str(member_id))
    token = create_setup_link(db(), role=Role(member.role), member_id=member.id)
    return _show_link(token, member.email)


@pages.page("/staff/<int:member_id>/role", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def set_role(member_id: int) -> ResponseReturnValue:
    """Give a member another role; their sessions end."""
    form = InvitationForm()
    if form.role.validate(form):
        member = change_role(db(), str(member_id), Role(form.role.data))
        flash(_("%(name)s has another role now and has to sign in again.", name=member.name), "success")
    return _back()


@pages.page("/staff/<int:member_id>/disable", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def disable(member_id: int) -> ResponseReturnValue:
    """Shut a member out."""
    name = get_staff_member(db(), str(member_id)).name
    asked = ask_first(_("%(name)s will be signed out and cannot sign in any more.", name=name), _("Disable"))
    if asked is not None:
        return asked
    disable_staff_member(db(), str(member_id))
    flash(_("%(name)s cannot sign in any more.", name=name), "success")
    return _back()


@pages.page("/staff/<int:member_id>/enable", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def enable(member_id: int) -> ResponseReturnValue:
    """Let a member in again."""
    flash(_("%(name)s may sign in again.", name=enable_staff_member(db(), str(member_id)).name), "success")
    return _back()


@pages.page("/staff/<int:member_id>/reset-second-factor", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def reset(member_id: int) -> ResponseReturnValue:
    """Take a member's app, passkeys and recovery codes away, so that they enrol anew."""
    name = get_staff_member(db(), str(member_id)).name
    question = _("%(name)s loses app, passkeys and recovery codes, and sets them up at the next sign-in.", name=name)
    asked = ask_first(question, _("Reset the second factor"))
    if asked is not None:
        return asked
    reset_second_factor(db(), str(member_id))
    flash(_("%(name)s sets up a second factor at the next sign-in.", name=name), "success")
    return _back()


@pages.page("/staff/<int:member_id>/end-sessions", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def end_all_sessions(member_id: int) -> ResponseReturnValue:
    """Sign a member out everywhere."""
    member = get_staff_member(db(), str(member_id))
    ended = end_sessions(db(), member.id, reason="ended_by_administrator")
    flash(_("%(count)s sessions of %(name)s were ended.", count=ended, name=member.name), "success")
    return _back()


def _show_link(token: str, email: str) -> ResponseReturnValue:
    return render_template("staff/link.html", link=f"{own_address()}/setup/{token}", email=email)


def _page(form: Any, status: HTTPStatus) -> ResponseReturnValue:
    members, seen = list_staff(db()), last_seen_of(db())
    page = render_template("staff/list.html", members=members, seen=seen, form=form, roles=ROLE_NAMES)
    return page, status


def _back() -> ResponseReturnValue:
    return redirect(url_for("staff.list_staff"))
