"""A backup before a change of much, or of what is protected; whoever needs none says so in writing."""

from http import HTTPStatus

from flask import render_template, request
from flask.typing import ResponseReturnValue

from leasehold.backups.guard import ACCEPTED, ChangeRefused
from leasehold.panel.backups.failure_words import refusal_in_words
from leasehold.panel.confirmations import fields_to_send_again
from leasehold.panel.context import actor, finish, installation
from leasehold.panel.sign_in.confirmation import ask_again

_TYPED = "without_backup"


def back_up_first(reason: str) -> ResponseReturnValue | None:
    """None where the change may be made: there is a verified backup of all that was there before it.

    Else the page that says why there is none; it sends the same form again. Ask before anything is changed: what this
    request has written so far is committed, since the backup has to see it.
    """
    typed = request.form.get(_TYPED, "")
    if typed and (page := ask_again()) is not None:
        return page
    finish(keep=True)
    here = installation()
    try:
        here.guard(here.configuration, by=actor(), accepted=typed).before_change(reason)
    except ChangeRefused as refused:
        return _page(refused, typed), HTTPStatus.CONFLICT
    return None


def _page(refused: ChangeRefused, typed: str) -> str:
    return render_template(
        "backups/refused.html",
        failure=refusal_in_words(refused.failure),
        accepted=ACCEPTED,
        typed=typed,
        name=_TYPED,
        fields=[(name, value) for name, value in fields_to_send_again() if name != _TYPED],
    )
