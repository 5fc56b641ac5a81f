"""Who asks: found by the session's token before each request, and nobody where the second factor is still owed."""

import psycopg
from flask import Flask, g, request
from sqlalchemy.exc import DBAPIError

from leasehold.panel.context import Person, become, db, finish
from leasehold.panel.sign_in.cookies import session_token, set_cookies
from leasehold.panel.sign_in.policy import policy
from leasehold.staff.sessions import FoundSession, find_session

_WITHOUT_A_PERSON = ("static", "preferences.save", "rescue.open_link", "rescue.rescue", "rescue.restore")


def init_recognition(app: Flask) -> None:
    """Every request of `app` knows who asks, before rights are looked at."""

    @app.before_request
    def recognize() -> None:
        if "person" in g or request.endpoint in _WITHOUT_A_PERSON:
            return
        token = session_token()
        if token is None:
            return
        try:
            _recognize(token)
        except (DBAPIError, psycopg.Error):
            # The front page says how things stand also while the database is away; all others say that it is.
            if request.endpoint != "front.front_page":
                raise
            finish(keep=False)

    app.after_request(set_cookies)


def half_way() -> FoundSession | None:
    """The session of somebody who has given a password and still owes the second factor."""
    found: FoundSession | None = g.get("half_way")
    return found


def as_person(found: FoundSession) -> Person:
    """The session's owner."""
    return Person(found.member_id, found.name, found.email, found.role, found.id, found.confirmed)


def _recognize(token: str) -> None:
    rules = policy()
    found = find_session(db(), token, rules.lifetimes)
    if found is None:
        return
    if found.signed_in and (found.second_factor or not rules.second_factor_required):
        become(as_person(found))
    else:
        g.half_way = found
