"""Which series of ours a query in PromQL asks for, and by which labels."""

import re

from leasehold.monitoring.registry import METRICS

SERIES = {name: metric for metric in METRICS for name in metric.series}
# Labels that Prometheus itself adds.
_ITS_OWN = {"instance", "le"}


def series_in(query: str) -> set[str]:
    """The names in `query` that begin like ours."""
    return set(re.findall(r"\bleasehold_\w+", query))


def labels_in(query: str) -> set[str]:
    """The labels that `query` groups and selects by."""
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", query)
    selected = re.findall(r"leasehold_\w+\{(\w+)", query)
    return {label.strip() for labels in grouped for label in labels.split(",")}.union(selected) - _ITS_OWN


def check(query: str) -> None:
    """`query` asks for nothing that there is not."""
    asked = series_in(query)
    assert asked <= SERIES.keys(), query
    assert labels_in(query) <= {name for series in asked for name in SERIES[series].label_names}, query
