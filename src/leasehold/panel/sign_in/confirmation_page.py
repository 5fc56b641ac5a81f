"""Where the confirmation of a page goes that is only read: back to it."""

from flask import redirect
from flask.typing import ResponseReturnValue

from leasehold.panel.pages import Pages
from leasehold.panel.redirects import back
from leasehold.panel.rights import Right

pages = Pages("confirmation")


@pages.page("/confirm-again", needs=Right.SIGNED_IN, methods=("GET", "POST"), sensitive=True)
def confirm_again() -> ResponseReturnValue:
    """The person has confirmed: on to the page that was asked for."""
    return redirect(back())
