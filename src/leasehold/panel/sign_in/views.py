"""The pages that let people in and out."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right

pages = Pages("sign_in")


@pages.page("/sign-in", needs=Right.PUBLIC, methods=("GET", "POST"))
def sign_in() -> ResponseReturnValue:
    """Ask who it is."""
    return render_template("sign_in/sign_in.html")


@pages.page("/sign-out", needs=Right.SIGNED_IN, methods=("POST",))
def sign_out() -> ResponseReturnValue:
    """End this session."""
    return redirect(url_for("front.front_page"))
