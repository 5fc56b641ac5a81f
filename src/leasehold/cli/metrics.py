"""`leasehold metrics …`."""

from enum import StrEnum
from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.verb import new_group, verb
from leasehold.monitoring.alerts import render_alerts
from leasehold.monitoring.dashboard import render_dashboard
from leasehold.monitoring.page import render_page
from leasehold.monitoring.registry import METRICS

app = new_group()


class Document(StrEnum):
    """What is made of the metrics."""

    PAGE = "page"
    ALERTS = "alerts"
    DASHBOARD = "dashboard"


_RENDERERS = {Document.PAGE: render_page, Document.ALERTS: render_alerts, Document.DASHBOARD: render_dashboard}


@verb(app, "list")
def list_(call: Call) -> None:
    """List all metrics that a license server tells."""
    rows = [
        {"name": metric.name, "type": metric.kind, "labels": list(metric.label_names), "help": metric.help}
        for metric in METRICS
    ]
    call.show_list(rows, ("name", "type", "labels", "help"))


@verb(app, "render")
def render(
    _call: Call, document: Annotated[Document, typer.Argument(help="What to make of the metrics.", show_default=False)]
) -> None:
    """Print the rules for Prometheus, the dashboard for Grafana, or the page that documents the metrics."""
    typer.echo(_RENDERERS[document](), nl=False)
