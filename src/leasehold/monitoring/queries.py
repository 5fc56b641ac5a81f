"""How figures of many targets become one, in PromQL."""

from leasehold.monitoring.metric import Metric


def rate(metric: Metric, *by: str, where: str = "", over: str = "5m") -> str:
    """Events a second on all hosts, added up."""
    return f"sum{_by(by)}(rate({metric.series[0]}{_where(where)}[{over}]))"


def quantile(share: float, metric: Metric, *by: str, where: str = "", over: str = "5m") -> str:
    """The value that `share` of a histogram's events do not exceed."""
    buckets = f"rate({metric.series[0]}{_where(where)}[{over}])"
    return f"histogram_quantile({share}, sum by ({', '.join(('le', *by))}) ({buckets}))"


def mean(metric: Metric, *by: str, over: str = "5m") -> str:
    """A histogram's mean."""
    _, total, count = metric.series
    return f"sum{_by(by)}(rate({total}[{over}])) / sum{_by(by)}(rate({count}[{over}]))"


def newest(metric: Metric, *by: str) -> str:
    """A figure of the installation, which every license server tells alike."""
    return f"max{_by(by)}({metric.series[0]})"


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)}) " if labels else ""


def _where(condition: str) -> str:
    return f"{{{condition}}}" if condition else ""
