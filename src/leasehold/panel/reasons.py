"""The reason that a person gives for something that others will ask about: it stands in the audit log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length

from leasehold.kit.errors import DomainError
from leasehold.licensing.device_service import LONGEST_REASON
from leasehold.panel.guarding import back_up_first
from leasehold.panel.lists.table import Words
from leasehold.panel.problems import STATUS_OF
from leasehold.panel.refusals import sentence_for


class ReasonForm(Form):  # type: ignore[misc]  # WTForms has no types
    """Why?"""

    reason = StringField(
        _("Reason"),
        validators=[
            InputRequired(_("Say why: it stands in the audit log.")),
            Length(max=LONGEST_REASON, message=_("Say it in at most %(max)d characters.")),
        ],
        description=_("Stands in the audit log for good: name no persons."),
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before it is done: `title` is the button too, `names` say to what, `back` is where it ends.

    Where `backup_before` says what is done, it is done after a backup.
    """

    title: Words
    sentence: str
    names: Sequence[str]
    back: str
    backup_before: str | None = None


def ask_reason(question: Question, do: Callable[[str], str]) -> ResponseReturnValue:
    """The page that asks; once a reason was given, `do` it with that, and show the sentence that it returns.

    What is refused is said on the same page, with what was typed.
    """
    form = ReasonForm(request.form)
    if request.method != "POST":
        return _page(question, form)
    if not form.validate():
        return _page(question, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if question.backup_before and (page := back_up_first(question.backup_before)) is not None:
        return page
    try:
        done = do(form.reason.data)
    except DomainError as refusal:
        return _page(question, form, sentence_for(refusal)), STATUS_OF[refusal.kind]
    flash(done, "success")
    return redirect(question.back, HTTPStatus.SEE_OTHER)


def _page(question: Question, form: ReasonForm, *errors: str) -> str:
    return render_template("reason.html", question=question, form=form, errors=errors)
