"""The OpenAPI document, made of the very structs and tables that the server decodes, encodes and refuses by."""

from collections import defaultdict
from typing import Any

import msgspec

from leasehold import __version__
from leasehold.server.codes import FieldCode
from leasehold.server.problems import MEDIA_TYPE, PROBLEMS, ProblemCode, reason
from leasehold.server.routes import API_PATH, COMMON_REFUSALS, ROUTES, Route

_REFERENCES = "#/components/schemas/{name}"
_INTRODUCTION = (
    "Which devices may run a vendor's software, and how many at once. Times are RFC 3339 in UTC, durations whole "
    "seconds. Every response carries X-Request-ID. An error is application/problem+json (RFC 9457); its code is one "
    "of the words listed below. All commands are idempotent: who got no answer may send the same request again."
)
_REQUEST_ID = {
    "name": "X-Request-ID",
    "in": "header",
    "description": "Comes back in the response; one is made where it is missing or malformed.",
    "schema": {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$"},
}
_HEADERS = {"X-Request-ID": {"description": "The id of this request.", "schema": {"type": "string"}}}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to stay away.", "schema": {"type": "integer"}}}
_ALLOW = {"Allow": {"description": "The methods of this path.", "schema": {"type": "string"}}}


def openapi_document() -> dict[str, Any]:
    """OpenAPI 3.1 for everything that the server answers."""
    paths: dict[str, Any] = {route.path: {"post": _operation(route)} for route in ROUTES}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Leasehold License API", "version": __version__, "description": _INTRODUCTION},
        "paths": paths | _read_only_paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "ApiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "AF-, the year, and 32 characters out of A-Z 0-9.",
                }
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    responses: dict[str, Any] = {
        str(status): _response(reason(status), "application/json", route.answer.__name__) for status in route.statuses
    }
    return {
        "operationId": route.name.replace("/", "_"),
        "summary": route.summary,
        "security": [{"ApiKey": []}],
        "parameters": [_REQUEST_ID],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _reference(route.request.__name__)}},
        },
        "responses": responses | _refusals(route),
    }


def _refusals(route: Route) -> dict[str, Any]:
    by_status: defaultdict[int, list[ProblemCode]] = defaultdict(list)
    for code in (*COMMON_REFUSALS, *route.refusals):
        by_status[route.refusal_statuses.get(code, PROBLEMS[code].status)].append(code)
    return {str(status): _problem_response(status, codes) for status, codes in sorted(by_status.items())}


def _problem_response(status: int, codes: list[ProblemCode]) -> dict[str, Any]:
    response = _response(f"{reason(status)}: {', '.join(code.value for code in codes)}", MEDIA_TYPE, "Problem")
    extra = {405: _ALLOW, 429: _RETRY_AFTER, 503: _RETRY_AFTER}.get(status, {})
    return response | {"headers": _HEADERS | extra}


def _response(description: str, media_type: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "headers": _HEADERS,
        "content": {media_type: {"schema": _reference(schema)}},
    }


def _read_only_paths() -> dict[str, Any]:
    ready = _get("health_ready", "Can this server serve?", "Readiness")
    ready["responses"]["503"] = _problem_response(503, [])
    metrics = _get("metrics", "Figures for Prometheus; needs a key of scope metrics.", None, "text/plain")
    metrics["security"] = [{"ApiKey": []}]
    metrics["responses"] |= {str(status): _problem_response(status, []) for status in (401, 403, 429, 503)}
    return {
        f"{API_PATH}/keys": {"get": _get("keys", "The public keys that check proofs and license files.", "KeySet")},
        "/health/live": {"get": _get("health_live", "Does this process run?", "Readiness")},
        "/health/ready": {"get": ready},
        "/metrics": {"get": metrics},
    }


def _get(name: str, summary: str, schema: str | None, media_type: str = "application/json") -> dict[str, Any]:
    content = {media_type: {"schema": _reference(schema) if schema else {"type": "string"}}}
    response = {"description": "OK", "headers": _HEADERS, "content": content}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_REQUEST_ID],
        "responses": {"200": response, "405": _problem_response(405, [])},
    }


def _schemas() -> dict[str, Any]:
    types = [kind for route in ROUTES for kind in (route.request, route.answer)]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REFERENCES)
    described: dict[str, Any] = _as_ecma(schemas)
    return described | {"Problem": _PROBLEM, "Readiness": _READINESS, "KeySet": _KEY_SET}


def _as_ecma(part: Any) -> Any:
    """Patterns as JSON Schema wants them: its `$` is the very end, which in Python is `\\Z`."""
    if isinstance(part, dict):
        return {
            name: value.replace(r"\Z", "$") if name == "pattern" and isinstance(value, str) else _as_ecma(value)
            for name, value in part.items()
        }
    return [_as_ecma(item) for item in part] if isinstance(part, list) else part


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCES.format(name=name)}


_FIELD_ERROR = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON Pointer to the field."},
        "code": {"type": "string", "enum": [code.value for code in FieldCode]},
        "detail": {"type": "string"},
    },
}
_PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "An error; further members come with some codes.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, and what to do."},
        "code": {"type": "string", "enum": sorted(code.value for code in PROBLEMS)},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": _FIELD_ERROR, "description": "With request_invalid."},
        "device_limit": {"type": "integer", "description": "With device_limit_reached."},
        "devices_active": {"type": "integer", "description": "With device_limit_reached."},
        "concurrent_sessions_limit": {"type": "integer", "description": "With session_limit_reached."},
        "sessions_live": {"type": "integer", "description": "With session_limit_reached."},
        "retry_after": {"type": "integer", "description": "With session_limit_reached: seconds."},
        "end_reason": {"type": "string", "description": "With session_ended."},
        "ended_at": {"type": "string", "format": "date-time", "description": "With session_ended."},
        "proof": {"type": "string", "description": "Where the request carries a nonce."},
    },
}
_READINESS = {
    "title": "Readiness",
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": {"type": "string", "enum": ["pass", "degraded"]},
        "missing": {
            "type": "array",
            "description": "What to mend, with degraded.",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "code": {
                        "type": "string",
                        "description": "partition_missing, rows_in_default_partition, backup_overdue.",
                    },
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_KEY_SET = {
    "title": "KeySet",
    "type": "object",
    "description": "A JWK Set (RFC 7517): current and retired keys.",
    "required": ["keys"],
    "properties": {
        "keys": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kty", "crv", "kid", "use", "x"],
                "properties": {
                    "kty": {"const": "OKP"},
                    "crv": {"const": "Ed25519"},
                    "kid": {"type": "string"},
                    "use": {"const": "sig"},
                    "alg": {"const": "EdDSA"},
                    "x": {"type": "string"},
                },
            },
        }
    },
}
