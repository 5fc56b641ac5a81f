"""Somebody's own account: password, second factors, sessions."""

from flask import render_template
from flask.typing import ResponseReturnValue

from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right

pages = Pages("account")


@pages.page("/account", needs=Right.SIGNED_IN)
def account() -> ResponseReturnValue:
    """What the person may change about their own account."""
    return render_template("account.html")
