"""Search over everything: a page, and its results alone for the field in the header."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from leasehold.panel.context import db
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.panel.search.found import search_everything
from leasehold.panel.search.term import read_term

pages = Pages("search")


@pages.page("/search", needs=Right.READ)
def search() -> ResponseReturnValue:
    """What was found; where one thing was named exactly, its page."""
    term = read_term(request.args.get("q", ""))
    found = search_everything(db(), term)
    if request.headers.get("HX-Target") == "search-results":
        return render_template("search/_results.html", term=term, found=found)
    if found.jump is not None:
        return redirect(found.jump)
    return render_template("search/search.html", term=term, found=found)
