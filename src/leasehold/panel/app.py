"""The admin panel's application. So far: a page that says what runs, and the first administrator's link."""

import logging
from http import HTTPStatus

import psycopg
from flask import Flask, Response, g, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, InternalServerError

from leasehold import __version__
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Database
from leasehold.kit.listeners import http_address
from leasehold.kit.orm import engine_of
from leasehold.panel.state import read_installation_state
from leasehold.panel.words import LANGUAGES, words_in
from leasehold.staff.service import setup_link_is_valid

_log = logging.getLogger(__name__)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def create_app(configuration: Configuration, database: Database) -> Flask:
    """The panel for `configuration`, on `database` as the role of the panel sees it."""
    app = Flask("leasehold.panel")
    app.before_request(_choose_language)
    app.after_request(_secure)
    app.register_error_handler(HTTPException, _problem)
    app.register_error_handler(Exception, _defect)
    server = http_address(configuration.host, configuration.server_port)

    @app.get("/")
    def front_page() -> str:
        return render_template(
            "front.html", version=__version__, server=server, state=read_installation_state(database)
        )

    @app.get("/setup/<token>")
    def setup(token: str) -> tuple[str, HTTPStatus]:
        sentence, status = _judge_link(database, token)
        return render_template("message.html", title=g.words["setup_title"], sentence=g.words[sentence]), status

    return app


def _judge_link(database: Database, token: str) -> tuple[str, HTTPStatus]:
    """Whether the link could be used; asking does not use it up."""
    try:
        with Session(engine_of(database)) as session:
            valid = setup_link_is_valid(session, token)
    except (DBAPIError, psycopg.Error):
        return "setup_unknown", HTTPStatus.SERVICE_UNAVAILABLE
    return ("setup_valid", HTTPStatus.OK) if valid else ("setup_invalid", HTTPStatus.NOT_FOUND)


def _choose_language() -> None:
    g.language = request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])
    g.words = words_in(g.language)


def _secure(response: Response) -> Response:
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("Accept-Language")
    return response


def _problem(error: HTTPException) -> tuple[str, int]:
    """A plain page for what went wrong; in the words of HTTP where we have none of our own."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    kind = {404: "not_found", 500: "failed"}.get(code)
    title = g.words[f"{kind}_title"] if kind else error.name
    sentence = g.words[kind] if kind else ""
    return render_template("message.html", title=title, sentence=sentence), code


def _defect(error: Exception) -> tuple[str, int]:
    _log.error("a page failed: %s", request.path, exc_info=error)
    return _problem(InternalServerError())
