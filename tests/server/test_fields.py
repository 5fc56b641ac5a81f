"""Every rule of every field, and that all fields that are wrong are named at once."""

import uuid
from typing import Any

import msgspec
import pytest

from leasehold.server import requests
from leasehold.server.codes import FieldCode
from leasehold.server.problems import Problem
from leasehold.server.validation import RequestDecoder
from tests.server.running import RunningServer

TOKEN = "9f1c1b1e-4b0a-4f53-8d0e-6f0f6f0c2b7a"
ACTIVATE = {
    "license_key": "K",
    "hardware_fingerprint": "f" * 16,
    "device_name": "name",
    "device_type": "laptop",
    "operating_system": "os",
    "client_version": "1",
    "product": "studio",
    "nonce": "12345678",
}


def errors_of(kind: type[msgspec.Struct], body: Any) -> list[tuple[str, str]]:
    """Pointer and code of each error; an empty list where the body is right."""
    try:
        RequestDecoder(kind).decode(msgspec.json.encode(body))
    except Problem as error:
        problem = error
    else:
        return []
    assert problem.code == "request_invalid"
    assert all(error["detail"].endswith(".") for error in problem.members["errors"])
    return [(error["pointer"], error["code"]) for error in problem.members["errors"]]


RIGHT = [
    {"hardware_fingerprint": "f" * 255},
    {"hardware_fingerprint": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
    {"device_name": "x"},
    {"device_name": "設" * 120},
    {"device_name": "💻" * 120},
    {"operating_system": "o" * 80},
    {"operating_system": ""},
    {"operating_system": None},
    {"client_version": None},
    {"product": None},
    {"product": "a"},
    {"product": "a-1"},
    {"product": "a" * 64},
    {"nonce": "A-z_0" * 25},
    {"nonce": None},
    {"license_key": ""},
    {"something_new": [1, {"a": None}]},
    *({"device_type": value} for value in ("desktop", "laptop", "server", "mobile", "tablet", "virtual", "other")),
]
WRONG = [
    ("license_key", 1, "wrong_type"),
    ("license_key", None, "wrong_type"),
    ("license_key", ["K"], "wrong_type"),
    ("hardware_fingerprint", "f" * 15, "too_short"),
    ("hardware_fingerprint", "", "too_short"),
    ("hardware_fingerprint", "f" * 256, "too_long"),
    ("hardware_fingerprint", "f" * 16 + " ", "malformed"),
    ("hardware_fingerprint", "f" * 16 + "\n", "malformed"),
    ("hardware_fingerprint", "f" * 16 + "\x00", "malformed"),
    ("hardware_fingerprint", "é" * 16, "malformed"),
    ("hardware_fingerprint", 16, "wrong_type"),
    ("hardware_fingerprint", None, "wrong_type"),
    ("device_name", "", "too_short"),
    ("device_name", "x" * 121, "too_long"),
    ("device_name", "a\nb", "malformed"),
    ("device_name", "a\n", "malformed"),
    ("device_name", "a\x00b", "malformed"),
    ("device_name", "a\x7fb", "malformed"),
    ("device_name", "a\x9fb", "malformed"),
    ("device_name", {"a": 1}, "wrong_type"),
    ("device_type", "toaster", "unknown_value"),
    ("device_type", "LAPTOP", "unknown_value"),
    ("device_type", 7, "wrong_type"),
    ("device_type", None, "wrong_type"),
    ("operating_system", "o" * 81, "too_long"),
    ("operating_system", "\x00", "malformed"),
    ("operating_system", 12, "wrong_type"),
    ("client_version", "1" * 81, "too_long"),
    ("client_version", "1\r", "malformed"),
    ("client_version", 1.0, "wrong_type"),
    ("product", "", "too_short"),
    ("product", "Studio", "malformed"),
    ("product", "-a", "malformed"),
    ("product", "a-", "malformed"),
    ("product", "a\n", "malformed"),
    ("product", "a" * 65, "too_long"),
    ("product", True, "wrong_type"),
    ("nonce", "1234567", "too_short"),
    ("nonce", "1" * 129, "too_long"),
    ("nonce", "12345678!", "malformed"),
    ("nonce", "12345678\n", "malformed"),
    ("nonce", 12345678, "wrong_type"),
]


@pytest.mark.parametrize("change", RIGHT, ids=str)
def test_what_a_field_may_be(change: dict[str, Any]) -> None:
    assert errors_of(requests.ActivateRequest, ACTIVATE | change) == []


@pytest.mark.parametrize(("field", "value", "code"), WRONG, ids=str)
def test_what_a_field_may_not_be(field: str, value: Any, code: str) -> None:
    assert errors_of(requests.ActivateRequest, ACTIVATE | {field: value}) == [(f"/{field}", code)]


@pytest.mark.parametrize(
    "token",
    [
        TOKEN.upper(), TOKEN.replace("-", ""), "{" + TOKEN + "}", f"urn:uuid:{TOKEN}", TOKEN + "\n", TOKEN[:-1], "",
        "f8e90016-e79a-11f1-8d14-02fc00000001", str(uuid.uuid5(uuid.NAMESPACE_DNS, "a")), str(uuid.UUID(int=0)),
        "x" * 10_000,
    ],
)  # fmt: skip
def test_a_token_is_a_uuid_of_version_4_in_canonical_form(token: str) -> None:
    for kind in (requests.HeartbeatRequest, requests.EndRequest):
        assert errors_of(kind, {"session_token": TOKEN}) == []
        assert errors_of(kind, {"session_token": token}) == [("/session_token", "malformed")]


@pytest.mark.parametrize(
    ("ttl", "code"),
    [(3599, "out_of_range"), (0, "out_of_range"), (-1, "out_of_range"), (2**31, "out_of_range"),
     (10**30, "out_of_range"),
     ("3600", "wrong_type"), (3600.0, "wrong_type"), (True, "wrong_type"), (None, "wrong_type"), ([], "wrong_type")],
)  # fmt: skip
def test_ttl(ttl: Any, code: str) -> None:
    body = {"license_key": "K", "hardware_fingerprint": "f" * 16}
    assert errors_of(requests.CheckoutRequest, body | {"ttl": 3600}) == []
    assert errors_of(requests.CheckoutRequest, body | {"ttl": ttl}) == [("/ttl", code)]
    assert errors_of(requests.CheckoutRequest, body) == [("/ttl", "missing")]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ([], []),
        (None, []),
        (["resources", "resources"], []),
        (["resources", "others"], [("/include/1", "unknown_value")]),
        ([1], [("/include/0", "wrong_type")]),
        ("resources", [("/include", "wrong_type")]),
        ({}, [("/include", "wrong_type")]),
    ],
)
def test_include(include: Any, expected: list[tuple[str, str]]) -> None:
    assert errors_of(requests.ValidateRequest, {"license_key": "K", "include": include}) == expected


@pytest.mark.parametrize("body", [[], "x", 1, None, True])
def test_the_body_is_an_object(body: Any) -> None:
    assert errors_of(requests.EndRequest, body) == [("", "wrong_type")]


def test_what_is_required() -> None:
    assert errors_of(requests.ActivateRequest, {}) == [
        (f"/{name}", "missing") for name in ("license_key", "hardware_fingerprint", "device_name", "device_type")
    ]


def test_every_field_that_is_wrong_is_named(server: RunningServer) -> None:
    answer = server.post(
        "license/activate", {"license_key": 1, "device_name": "", "device_type": "x", "nonce": "!" * 9}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/license_key", "wrong_type"),
        ("/hardware_fingerprint", "missing"),
        ("/device_name", "too_short"),
        ("/device_type", "unknown_value"),
        ("/nonce", "malformed"),
    ]


def test_every_code_of_a_field_is_tried_here() -> None:
    tried = {code for _, _, code in WRONG} | {"missing", "out_of_range"}
    assert tried == {code.value for code in FieldCode}
