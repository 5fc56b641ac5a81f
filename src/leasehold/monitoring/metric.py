"""What a metric is, and what one says at a moment."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """As Prometheus calls them."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Scope(StrEnum):
    """Whose figure it is: how figures of several license servers are put together follows from that."""

    HOST = "host"
    INSTALLATION = "installation"
    MACHINE = "backup machine"


@dataclass(frozen=True, slots=True)
class Label:
    """A label's name, and what its values are."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Metric:
    """`name` has the unit in it and no suffix; `buckets` are a histogram's upper bounds, without infinity."""

    name: str
    kind: Kind
    scope: Scope
    help: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def label_names(self) -> tuple[str, ...]:
        """In the order in which values are given."""
        return tuple(label.name for label in self.labels)

    @property
    def series(self) -> tuple[str, ...]:
        """The names under which its samples come; a query asks for one of them."""
        match self.kind:
            case Kind.COUNTER:
                return (f"{self.name}_total",)
            case Kind.GAUGE:
                return (self.name,)
            case Kind.HISTOGRAM:
                return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")

    def __str__(self) -> str:
        """The series that a query usually asks for."""
        return self.series[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gauge says now; `labels` are values in the order of the metric's names."""

    metric: Metric
    value: float
    labels: tuple[str, ...] = ()
