"""Traces, as a collector gets them that speaks OTLP over HTTP."""

import gzip
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from leasehold.kit.errors import ConfigurationError
from leasehold.server.tracing import find_tracing
from tests.conftest import FreshDatabase
from tests.licensing.vendor import fingerprint, issue_license
from tests.server.running import running_server

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


class Collector(ThreadingHTTPServer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[Span] = []
        self.services: set[str] = set()
        self.raw = b""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def take(self, content: bytes) -> None:
        self.raw += content
        for resource in ExportTraceServiceRequest.FromString(content).resource_spans:
            named = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.services.add(named["service.name"])
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.take(gzip.decompress(content) if self.headers.get("Content-Encoding") == "gzip" else content)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002  # as the library has it
        """Nobody reads it."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_requests_and_batches_are_traced_without_keys_or_tokens(
    collector: Collector, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    key = issue_license(fresh_database.owner)
    named = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with running_server(fresh_database, tmp_path / "data", environment=named) as server:
        device = {"license_key": key, "hardware_fingerprint": fingerprint(1)}
        server.post(
            "license/activate", {**device, "device_name": "Laptop", "device_type": "laptop"},
            traceparent=f"00-{TRACE_ID}-b7ad6b7169203331-01",
        )  # fmt: skip
        token = server.post("session/start", device).json()["session_token"]
        server.post("session/heartbeat", {"session_token": token})
        server.wait_until(lambda: any("heartbeat" in span.name for span in collector.spans))
    names = {span.name for span in collector.spans}
    assert {"POST /api/v1/license/activate", "POST /api/v1/session/heartbeat", "batch"} <= names
    assert not [name for name in names if "health" in name]
    assert TRACE_ID in {span.trace_id.hex() for span in collector.spans if span.name.endswith("license/activate")}
    batches = [span for span in collector.spans if span.name == "batch"]
    assert {one.key for one in batches[0].attributes} == {"leasehold.lane", "leasehold.commands"}
    assert all(span.end_time_unix_nano > span.start_time_unix_nano for span in batches)
    assert collector.services == {"leasehold-server"}
    for secret in (key, token, server.api_key, fingerprint(1)):
        assert secret.encode() not in collector.raw


def test_without_a_collector_nothing_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    tracing = find_tracing()
    measure = lambda _lane, _commands, _seconds: None  # noqa: E731  # a name to compare
    assert tracing.of_batches(measure) is measure


def test_a_collector_without_the_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.delitem(sys.modules, "leasehold.server.spans", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigurationError, match=r"leasehold\[otel\]"):
        find_tracing()
