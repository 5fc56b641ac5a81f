"""Whether this process tells a collector of OpenTelemetry what it does.

It needs the extra `leasehold[otel]`, and obeys OpenTelemetry's own variables. Where no collector is named, nothing of
it is loaded, and a request costs nothing more.
"""

import os
from collections.abc import Callable
from importlib import import_module

from starlette.types import ASGIApp

from leasehold.kit.errors import ConfigurationError

Measure = Callable[[str, int, float], None]
"""Told of each batch: its lane, how many commands it had, how many seconds it took."""

_COLLECTORS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Tracing:
    """Nobody is told."""

    def of_batches(self, measure: Measure) -> Measure:
        """`measure`, and what is to be told of a batch besides."""
        return measure

    def of_requests(self, app: ASGIApp) -> ASGIApp:
        """`app`, and what is to be told of its requests besides."""
        return app


def find_tracing() -> Tracing:
    """How the environment says.

    Raises `ConfigurationError` where it names a collector and the extra is not installed.
    """
    if not any(os.environ.get(name) for name in _COLLECTORS):
        return Tracing()
    try:
        spans = import_module("leasehold.server.spans")
    except ImportError as error:
        raise ConfigurationError(
            f"{' or '.join(_COLLECTORS)} is set, and OpenTelemetry is not installed: install `leasehold[otel]`, or "
            "unset it."
        ) from error
    tracing: Tracing = spans.Spans()
    return tracing
