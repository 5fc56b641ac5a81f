"""The dashboard, as a file that Grafana imports."""

import json
from collections.abc import Iterator
from typing import Any, Final

from leasehold.monitoring.panels import ROWS, Panel

_SCHEMA: Final = 39
_ACROSS: Final = 24
_HIGH: Final = 8
_DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


def render_dashboard() -> str:
    """The dashboard in Grafana's JSON; which Prometheus it reads is chosen on its top."""
    dashboard = {
        "uid": "leasehold",
        "title": "Leasehold",
        "tags": ["leasehold"],
        "schemaVersion": _SCHEMA,
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {
            "list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": [panel | {"id": number} for number, panel in enumerate(_panels(), 1)],
    }
    return json.dumps(dashboard, indent=2) + "\n"


def _panels() -> Iterator[dict[str, Any]]:
    top = 0
    for row in ROWS:
        yield {"type": "row", "title": row.title, "collapsed": False, "gridPos": _place(0, top, _ACROSS, 1)}
        width = _ACROSS // len(row.panels)
        for number, panel in enumerate(row.panels):
            yield _chart(panel) | {"gridPos": _place(number * width, top + 1, width, _HIGH)}
        top += 1 + _HIGH


def _chart(panel: Panel) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": panel.title,
        "datasource": _DATASOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": _DATASOURCE, "expr": query, "legendFormat": legend}
            for number, (query, legend) in enumerate(panel.queries)
        ],
    }


def _place(left: int, top: int, width: int, height: int) -> dict[str, int]:
    return {"x": left, "y": top, "w": width, "h": height}
