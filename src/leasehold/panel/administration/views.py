"""The pages about the license server: the overview here, everything else in modules of its own."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from leasehold.kit.orm import driver_connection
from leasehold.operations.processes import list_processes
from leasehold.operations.upkeep import read_upkeep
from leasehold.panel.administration import key_views, settings_views, tester_views  # noqa: F401  # they add their pages
from leasehold.panel.administration.server_address import server_address
from leasehold.panel.administration.subject import pages
from leasehold.panel.context import db
from leasehold.panel.rights import Right

__all__ = ["pages"]


@pages.page("/administration", needs=Right.READ_ADMINISTRATION)
def administration() -> ResponseReturnValue:
    """What runs, and the ways to everything that can be set."""
    connection = driver_connection(db())
    processes = list_processes(connection)
    if request.headers.get("HX-Target") == "processes":
        return render_template("administration/_processes.html", processes=processes)
    return render_template(
        "administration/administration.html",
        processes=processes,
        upkeep=read_upkeep(connection),
        server=server_address(),
    )


@pages.page("/administration/connect", needs=Right.READ_ADMINISTRATION)
def connect() -> ResponseReturnValue:
    """How a vendor connects their software, in a few lines."""
    return render_template("administration/connect.html", server=server_address())
