"""The blueprint of the account, and who it belongs to."""

from werkzeug.exceptions import Forbidden

from leasehold.panel.context import Person, person
from leasehold.panel.pages import Pages

pages = Pages("account")


def myself() -> Person:
    """Who asks; these pages are for people who have signed in."""
    asking = person()
    if asking is None:
        raise Forbidden
    return asking
