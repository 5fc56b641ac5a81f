"""Spans of requests and of the engine's batches, sent by OpenTelemetry to the collector that the environment names.

Nothing of a body is in them, so no license key and no token.
"""

import os
import time

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.util.http import ExcludeList
from opentelemetry.util.types import AttributeValue
from starlette.types import ASGIApp

from leasehold.server.tracing import Measure, Tracing

_SERVICE = "leasehold-server"
_NOT_TRACED = ["/health/", "/metrics"]


class Spans(Tracing):
    """A span for each request, which follows its client's `traceparent`, and one for each batch."""

    def __init__(self) -> None:
        named = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", _SERVICE)})
        self._provider = TracerProvider(resource=named)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("leasehold.engine")

    def of_batches(self, measure: Measure) -> Measure:
        """`measure`, and a span that began when the batch did."""

        def measure_and_tell(lane: str, commands: int, seconds: float) -> None:
            measure(lane, commands, seconds)
            now = time.time_ns()
            attributes: dict[str, AttributeValue] = {"leasehold.lane": lane, "leasehold.commands": commands}
            self._tracer.start_span("batch", start_time=now - int(seconds * 1e9), attributes=attributes).end(now)

        return measure_and_tell

    def of_requests(self, app: ASGIApp) -> ASGIApp:
        """`app` under OpenTelemetry's middleware."""
        wrapped: ASGIApp = OpenTelemetryMiddleware(
            app,
            excluded_urls=ExcludeList(_NOT_TRACED),
            tracer_provider=self._provider,
            exclude_spans=["receive", "send"],
        )
        return wrapped
