"""docs/metrics.md, made of the registry."""

from collections.abc import Iterator

from leasehold.monitoring.alerts import ALERTS, Alert
from leasehold.monitoring.metric import Metric, Scope
from leasehold.monitoring.registry import METRICS

_TOP = """\
# Metrics

What `GET /metrics` of a license server tells (`make metrics` makes this page). How to scrape it, and what to look at:
[monitoring.md](monitoring.md). With one process on a host, `process_…` and `python_…` of the Prometheus client come
besides.
"""
_SCOPES = {
    Scope.HOST: (
        "Of each host",
        "What all processes of the license server on one host have counted together since they were started.",
    ),
    Scope.INSTALLATION: (
        "Of the whole installation",
        "Read from the database, at most every five seconds, and alike from every host: never to be added up.",
    ),
    Scope.MACHINE: (
        "Of the machine that makes the backups",
        "Told by a license server that shares its data directory; missing elsewhere, and where there is no archive.",
    ),
}


def render_page() -> str:
    """The page, in Markdown."""
    return "\n".join([_TOP, *(part for scope in Scope for part in _scope(scope)), *_alerts()])


def _scope(scope: Scope) -> Iterator[str]:
    title, text = _SCOPES[scope]
    yield f"## {title}\n\n{text}\n\n| metric | type | labels | what it says |\n|---|---|---|---|"
    yield from (_row(metric) for metric in METRICS if metric.scope is scope)
    yield ""


def _row(metric: Metric) -> str:
    labels = "; ".join(f"`{label.name}`: {label.meaning}" for label in metric.labels)
    bounds = f" Bounds: {', '.join(f'{bound:g}' for bound in metric.buckets)}." if metric.buckets else ""
    names = ", ".join(f"`{name}`" for name in metric.series)
    return f"| {names} | {metric.kind} | {labels} | {metric.help}{bounds} |"


def _alerts() -> Iterator[str]:
    yield "## Alerts\n\nIn `deploy/prometheus/alerts.yml`.\n"
    yield "| alert | severity | when | what to do |\n|---|---|---|---|"
    yield from map(_alert, ALERTS)
    yield ""


def _alert(alert: Alert) -> str:
    return f"| `{alert.name}` | {alert.severity} | {alert.summary} | {alert.action} |"
