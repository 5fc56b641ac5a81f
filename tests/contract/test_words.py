"""docs/api.md against the code: every code of the one is a code of the other."""

import re
from pathlib import Path

import pytest
from msgspec import Struct

from leasehold.licensing.vocabulary import Code, DeviceStatus, DeviceType, EndReason, LicenseStatus, LicenseType
from leasehold.server import answers, requests
from leasehold.server.codes import FieldCode
from leasehold.server.problems import PROBLEMS
from leasehold.server.routes import ROUTES, Route
from leasehold.settings.registry import SETTINGS

CONTRACT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
QUOTED = set(re.findall(r"`([a-z][a-z0-9_]*)`", CONTRACT))
SHAPES: list[type[Struct]] = [
    *(route.request for route in ROUTES),
    *(route.answer for route in ROUTES),
    answers.LicenseAnswer,
    answers.DeviceAnswer,
]
TOLD_BY_VALIDATE = {
    Code.LICENSE_NOT_FOUND, Code.LICENSE_SUSPENDED, Code.LICENSE_NOT_YET_VALID, Code.LICENSE_EXPIRED,
    Code.PRODUCT_MISMATCH, Code.DEVICE_NOT_REGISTERED, Code.DEVICE_BLOCKED, Code.DEVICE_INACTIVE,
}  # fmt: skip


def section(title: str) -> str:
    """A section of the contract, up to the next of its level."""
    start = CONTRACT.index(f"# {title}\n")
    level = CONTRACT.rfind("\n", 0, start)
    marks = CONTRACT[level + 1 : start + 1]
    following = re.compile(rf"^#{{1,{len(marks)}}} ", re.MULTILINE).search(CONTRACT, start + len(title) + 3)
    return CONTRACT[start : following.start() if following else len(CONTRACT)]


@pytest.mark.parametrize("code", sorted(code.value for code in PROBLEMS))
def test_every_problem_is_in_the_contract(code: str) -> None:
    assert code in QUOTED


@pytest.mark.parametrize("code", sorted(code.value for code in FieldCode))
def test_every_code_of_a_field_is_in_the_contract(code: str) -> None:
    assert code in QUOTED


@pytest.mark.parametrize("words", [DeviceType, DeviceStatus, LicenseStatus, LicenseType, EndReason])
def test_every_value_is_in_the_contract(words: type[DeviceType]) -> None:
    assert {word.value for word in words} <= QUOTED


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_each_endpoint_refuses_with_the_codes_of_its_section(route: Route) -> None:
    path = route.path
    known = {code.value for code in PROBLEMS}
    said = set(re.findall(r"`([a-z0-9_]+)`", section(f"`POST {path}`"))) & known
    told_with_200 = TOLD_BY_VALIDATE if path.endswith("validate") else set()
    assert said == {code.value for code in route.refusals} | told_with_200


def test_every_field_of_a_request_and_an_answer_is_in_the_contract() -> None:
    fields = {name for shape in SHAPES for name in shape.__struct_fields__}
    assert fields - QUOTED - set(re.findall(r'"([a-z0-9_]+)"', CONTRACT)) == set()


def test_the_bounds_of_fields_are_those_of_the_contract() -> None:
    assert "16 to 255 printable ASCII" in CONTRACT
    assert "1 to 120 characters" in CONTRACT
    assert "at most 80 characters" in CONTRACT
    assert "8 to 128 characters" in CONTRACT
    assert f"{requests.SHORTEST_TTL:,} s" in CONTRACT


def test_the_limits_and_settings_are_those_of_the_contract() -> None:
    defaults = {setting.name: setting.default for setting in SETTINGS}
    assert f"`license_not_found` {defaults['limit_license_not_found_per_minute']} a minute" in CONTRACT
    assert f"`api_key_invalid` {defaults['limit_api_key_invalid_per_minute']} a minute" in CONTRACT
    assert f"other refusals {defaults['limit_refusals_per_minute']:,} a minute" in CONTRACT
    assert f"`heartbeat_interval` 1..3,600 s (default {defaults['heartbeat_interval']})" in CONTRACT
    assert f"up to 86,400 s (default {defaults['session_timeout']})" in CONTRACT
