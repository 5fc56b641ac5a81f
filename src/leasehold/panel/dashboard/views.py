"""The dashboard, its figures alone for when it brings itself up to date, and its chart's numbers."""

from dataclasses import asdict
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from leasehold.kit.orm import driver_connection
from leasehold.operations.activity import read_activity
from leasehold.operations.beginning import read_beginning
from leasehold.panel.context import db
from leasehold.panel.dashboard.chart import SPANS, draw_activity
from leasehold.panel.dashboard.figures import DENIED_DAYS, read_figures
from leasehold.panel.dashboard.health import read_health
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right

pages = Pages("dashboard")


@pages.page("/dashboard", needs=Right.READ)
def dashboard() -> ResponseReturnValue:
    """How things stand; the first steps instead of figures while no software has connected."""
    connection = driver_connection(db())
    beginning = read_beginning(connection)
    figures = read_figures(db(), beginning) if beginning.is_over else None
    shown: dict[str, Any] = {
        "beginning": beginning,
        "figures": figures,
        "health": read_health(connection, beginning.audit_signed_at),
        "denied_days": DENIED_DAYS,
        "span": _asked_span(),
    }
    if request.headers.get("HX-Target") == "figures":
        return render_template("dashboard/_figures.html", **shown)
    if figures is not None:
        span = SPANS[_asked_span()]
        shown["drawn"] = draw_activity(read_activity(connection, span), span)
    return render_template("dashboard/dashboard.html", **shown)


@pages.page("/dashboard/activity", needs=Right.READ)
def activity() -> ResponseReturnValue:
    """The numbers of the chart: arrays of one length, oldest first, null where there is no sample."""
    return jsonify(asdict(read_activity(driver_connection(db()), SPANS[_asked_span()])))


def _asked_span() -> str:
    asked = request.args.get("span", "")
    return asked if asked in SPANS else "day"
