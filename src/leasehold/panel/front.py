"""The front page: what runs here, and the way in."""

from http import HTTPStatus

import psycopg
from flask import redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from leasehold.kit.listeners import http_address
from leasehold.panel.context import installation, person
from leasehold.panel.pages import Pages
from leasehold.panel.redirects import home
from leasehold.panel.rights import Right
from leasehold.panel.state import read_installation_state

pages = Pages("front")


@pages.page("/", needs=Right.PUBLIC)
def front_page() -> ResponseReturnValue:
    """Whoever has signed in goes on to the dashboard; everybody else sees what runs, also without a database."""
    if _somebody_is_here():
        return redirect(home())
    configuration = installation().configuration
    server = http_address(configuration.host, configuration.server_port)
    state = read_installation_state(installation().database)
    return render_template("front.html", server=server, state=state), HTTPStatus.OK


def _somebody_is_here() -> bool:
    try:
        return person() is not None
    except (DBAPIError, psycopg.Error):
        return False
