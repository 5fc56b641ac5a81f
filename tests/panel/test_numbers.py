"""Numbers in the addresses of pages that are no id of anything, on every page that has one."""

import re

import pytest
from flask import Flask

from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs

_NUMBER = re.compile(r"<int:\w+>")


def _addresses(panel: Flask, number: str) -> list[tuple[str, str]]:
    """Each method and address with such a number in the place of every number."""
    return [
        (method, re.sub(r"<[^>]*>", "x", _NUMBER.sub(number, rule.rule)))
        for rule in panel.url_map.iter_rules()
        if _NUMBER.search(rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, "9" * 5000, "٣"])
def test_a_number_that_is_nobody_s_is_no_defect(panel: Flask, client_as: ClientAs, number: str) -> None:
    client = client_as(Role.ADMINISTRATOR)
    addresses = _addresses(panel, number)
    assert len(addresses) > 50
    wrong = []
    for method, address in addresses:
        with client.open(address, method=method) as answer:
            if answer.status_code >= 500 or (len(number) != 18 and answer.status_code != 404):
                wrong.append((method, address[:80], answer.status_code))
    assert wrong == []
