"""The OpenAPI document against the running server, by requests that schemathesis makes up."""

from typing import Any

import httpx2
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leasehold.server.openapi import openapi_document
from leasehold.server.routes import ROUTES
from tests.server.running import RunningServer

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_EXAMPLES_FOR_EACH = 25


def test_made_up_requests_get_answers_that_the_document_knows(server: RunningServer) -> None:
    schema = schemathesis.openapi.from_dict(openapi_document())
    schema.config.base_url = server.base_url
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        for mode in schemathesis.GenerationMode:
            _try(result.ok(), server, mode)


def _try(operation: Any, server: RunningServer, mode: schemathesis.GenerationMode) -> None:
    @settings(
        max_examples=_EXAMPLES_FOR_EACH,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def tried(case: Any) -> None:
        case.call_and_validate(headers={"X-API-Key": server.api_key}, checks=CHECKS)

    tried()


def test_the_document_is_served_as_it_is_made(server: RunningServer) -> None:
    document = httpx2.get(f"{server.base_url}/openapi.json").json()
    assert document == openapi_document()
    assert {route.path for route in ROUTES} <= set(document["paths"])
