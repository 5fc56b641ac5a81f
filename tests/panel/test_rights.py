"""Every route of the panel, for every role and for nobody: who has the right gets in, nobody else does.

New pages are covered by themselves.
"""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter

from leasehold.panel.devices.addresses import FingerprintConverter
from leasehold.panel.pages import need_of
from leasehold.panel.rights import Right, rights_of
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs

ROLES: tuple[Role | None, ...] = (None, *Role)
_SHUT = (302, 403)


def _path(panel: Flask, rule: Rule) -> str:
    """The rule's path, with something in its place where it takes an argument."""
    values: dict[str, Any] = {
        name: 999_999 if isinstance(rule._converters[name], IntegerConverter) else _word(rule, name)
        for name in rule.arguments
    }
    with panel.test_request_context():
        return panel.url_for(rule.endpoint, **values)


def _word(rule: Rule, name: str) -> str:
    match rule._converters[name]:
        case UUIDConverter():
            return "00000000-0000-0000-0000-000000000000"
        case AnyConverter() as choice:
            return str(next(iter(choice.items)))
        case FingerprintConverter():
            return "fingerprint-of-a-device"
        case _:
            return "panel.css" if rule.endpoint == "static" else "x"


def _calls(panel: Flask) -> list[tuple[str, str, Right]]:
    calls = []
    for rule in panel.url_map.iter_rules():
        needs = need_of(panel, rule.endpoint)
        assert needs is not None, f"{rule.endpoint} says no right, and is shut to everybody"
        calls += [(method, _path(panel, rule), needs) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return calls


def _sent_to_sign_in(status: int, location: str | None) -> bool:
    return status in _SHUT and (status == 403 or (location or "").startswith("/sign-in"))


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_every_route_lets_in_who_has_the_right_and_nobody_else(
    panel: Flask, client_as: ClientAs, role: Role | None
) -> None:
    client = client_as(role)
    calls = _calls(panel)
    assert len(calls) > 20
    for method, path, needs in calls:
        with client.open(path, method=method) as answer:
            shut = _sent_to_sign_in(answer.status_code, answer.location)
            if needs in rights_of(role):
                forwarding = needs is Right.PUBLIC and path.startswith("/sign-in")
                assert forwarding or not shut, (role, method, path, answer.status_code)
            else:
                assert shut, (role, method, path, answer.status_code)


def test_whoever_has_no_right_is_sent_to_sign_in_and_back(panel: Flask, client_as: ClientAs) -> None:
    client = client_as(None)
    assert client.get("/staff").location == "/sign-in?next=/staff"
    assert client.post("/staff/invite").location == "/sign-in"
