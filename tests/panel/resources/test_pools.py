"""Pools: made, changed, filled by hand."""

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.resources.vocabulary import ResourceKind
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.customers.test_customers import SCRIPT, version_in
from tests.resources.stock import make_pool, states

_POOL = {"name": "Nord", "kind": "ipv4", "pick_policy": "lowest", "low_water": "3"}


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


def test_a_pool_is_made_listed_and_changed(operator: FlaskClient) -> None:
    page = operator.post("/pools/new", data=_POOL).location
    assert "running low" in operator.get(page).text
    assert "running low" in operator.get("/pools").text
    edit = _POOL | {"name": "Süd", "quarantine_days": "12", "version": version_in(operator.get(f"{page}/edit").text)}
    assert operator.post(f"{page}/edit", data=edit).status_code == 303
    assert "12 days" in operator.get(page).text
    stale = operator.post(f"{page}/edit", data=edit | {"name": "West"})
    assert (stale.status_code, "Süd" in stale.text) == (409, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quarantine_days": "9999"}, "0 to 3650 days"),
        ({"default_country": "DE"}, "Only pools of phone numbers"),
        ({"kind": "phone", "default_country": "XX"}, "two letters such as DE"),
        ({"name": ""}, "is empty"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(operator: FlaskClient, change: dict[str, str], said: str) -> None:
    answer = operator.post("/pools/new", data=_POOL | {"owner": "Kept"} | change)
    assert (answer.status_code, said in answer.text, "Kept" in answer.text) == (422, True, True)


def test_values_are_counted_before_they_are_added(operator: FlaskClient, database: Database) -> None:
    page = f"/pools/{make_pool(database)}"
    typed = {"values": "203.0.113.0/30\n203.0.113.10-12\n"}
    asked = operator.post(f"{page}/add", data=typed)
    assert "Add 7 values to pool?" in asked.text
    assert states(database) == {}
    assert operator.post(f"{page}/add", data=typed | {"confirmed": "yes"}).location == page
    assert len(states(database)) == 7
    again = operator.post(f"{page}/add", data=typed | {"confirmed": "yes"})
    assert (again.status_code, "In a pool already" in again.text, "203.0.113.10-12" in again.text) == (409, True, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("010.0.0.1", "leading zero"),
        ("10.0.0.0/16", "Between 1 and 1000"),
        ("1.2.3.4/33", "more than /32"),
        ("", "at least one value"),
    ],
)
def test_what_is_no_value_is_said_before_anything_is_written(
    operator: FlaskClient, database: Database, typed: str, said: str
) -> None:
    page = f"/pools/{make_pool(database)}"
    answer = operator.post(f"{page}/add", data={"values": typed, "confirmed": "yes"})
    assert (answer.status_code, said in answer.text, typed in answer.text) == (422, True, True)
    assert states(database) == {}


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR])
def test_others_read_pools_and_change_none(client_as: ClientAs, database: Database, role: Role) -> None:
    client = client_as(role)
    page = f"/pools/{make_pool(database, '203.0.113.1', name=SCRIPT)}"
    text = client.get(page).text
    assert "<script>alert" not in text
    assert f"{page}/add" not in text
    for path in ("/pools/new", f"{page}/edit", f"{page}/add", "/resources/bulk"):
        assert client.post(path, data=_POOL).status_code == 403


def test_what_is_not_there_is_not_found(operator: FlaskClient) -> None:
    for path in ("/pools/9", "/pools/9/edit", "/pools/9/add", "/resources/9", "/resources/9/retire"):
        assert operator.get(path).status_code == 404


def test_a_pool_of_numbers_takes_its_own_country(operator: FlaskClient, database: Database) -> None:
    page = operator.post(
        "/pools/new", data=_POOL | {"kind": ResourceKind.PHONE.value, "default_country": "de"}
    ).location
    operator.post(f"{page}/add", data={"values": "030 23456789", "confirmed": "yes"})
    assert states(database) == {"+493023456789": "free"}
