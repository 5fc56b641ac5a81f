"""What is shown where a page cannot be: plain words, what to do, and nothing that was typed is lost."""

import logging
from collections.abc import Sequence
from http import HTTPStatus

import psycopg
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from leasehold.kit.errors import DomainError, Kind
from leasehold.panel.context import finish, request_id
from leasehold.panel.refusals import sentence_for

_log = logging.getLogger(__name__)

STATUS_OF = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
_WORDS = {
    HTTPStatus.BAD_REQUEST: (
        lazy_gettext("That cannot be understood"),
        lazy_gettext("Something in the address or the form is not as it should be. Go back and try again."),
    ),
    HTTPStatus.FORBIDDEN: (
        lazy_gettext("Not with your role"),
        lazy_gettext("Your role does not include this. Ask an administrator if you need it."),
    ),
    HTTPStatus.NOT_FOUND: (
        lazy_gettext("There is no such page"),
        lazy_gettext("Check the address, or begin at the front page."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        lazy_gettext("Not in this way"),
        lazy_gettext("This address is for forms only. Begin at the front page."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        lazy_gettext("Too much at once"),
        lazy_gettext("What was sent is larger than a form may be. Nothing was changed."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        lazy_gettext("That did not work"),
        lazy_gettext("The mistake is ours, and it is in the log (leasehold logs panel). Nothing was changed."),
    ),
}
_NOT_SENT_AGAIN = ("password", "code", "token", "secret", "credential", "passkey")
_AWAY = (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)


def init_problems(app: Flask) -> None:
    """Whatever a page of `app` raises becomes a page in plain words; what was begun is rolled back."""
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(DBAPIError, _database_problem)
    app.register_error_handler(psycopg.Error, _database_problem)
    app.register_error_handler(Exception, _defect)
    app.teardown_request(lambda _error: finish(keep=False))


def _http_problem(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < HTTPStatus.BAD_REQUEST:
        return error
    status = HTTPStatus(error.code or 500)
    title, sentence = _WORDS.get(status, (error.name, ""))
    return _message(str(title), str(sentence), status)


def _forged(_error: CSRFError) -> ResponseReturnValue:
    sentence = _("This form is too old, or does not come from this panel. Nothing was changed: try again.")
    return _message(_("The form has expired"), sentence, HTTPStatus.FORBIDDEN, typed=typed_form())


def _refused(error: DomainError) -> ResponseReturnValue:
    return _message(_("That is not possible"), sentence_for(error), STATUS_OF[error.kind])


def _database_problem(error: Exception) -> ResponseReturnValue:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.LockNotAvailable):
        sentence = _("Somebody else is changing the same thing just now. Nothing was changed: try again.")
        return _message(_("One moment"), sentence, HTTPStatus.CONFLICT, typed=typed_form())
    if not isinstance(cause, _AWAY):
        return _defect(error)
    _log.warning("the database cannot be used: %s", str(cause).split("\n", 1)[0])
    sentence = _(
        "The database cannot be reached. Nothing is lost: try again in a moment. Where it is gone for good, run "
        "leasehold backup rescue-link on the server: the link leads to the backups."
    )
    return _message(_("The database is away"), sentence, HTTPStatus.SERVICE_UNAVAILABLE, typed=typed_form())


def _defect(error: Exception) -> ResponseReturnValue:
    _log.error("a page failed: %s", request.path, extra={"request_id": request_id()}, exc_info=error)
    title, sentence = _WORDS[HTTPStatus.INTERNAL_SERVER_ERROR]
    return _message(str(title), str(sentence), HTTPStatus.INTERNAL_SERVER_ERROR)


def _message(
    title: str, sentence: str, status: HTTPStatus, *, typed: Sequence[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    """A page that needs no database; `typed` offers to send the same form again."""
    finish(keep=False)
    page = render_template("problem.html", title=title, sentence=sentence, typed=typed)
    return page, status, {"Retry-After": "5"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}


def typed_form() -> list[tuple[str, str]] | None:
    """What was typed into the form, without what is secret; None where the request was no form."""
    if request.method != "POST":
        return None
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(part in name for part in _NOT_SENT_AGAIN)
    ]
