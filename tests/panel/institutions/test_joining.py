"""Conversion, duplicates and merges in the panel."""

import re

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.institutions.test_institutions import hidden, make, number_in


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def _id(address: str) -> str:
    found = re.search(r"/institutions/(\d+)", address)
    assert found is not None
    return found[1]


def test_a_lead_is_converted_and_taken_back(sales: FlaskClient, database: Database) -> None:
    address = make(sales, "Acme")
    form = {"version": hidden(sales.get(f"{address}/convert").text, "version"), "days": "30", "product": ""}
    assert sales.post(f"{address}/convert", data=form).location == address
    assert sales.post(f"{address}/convert", data=form).location == address  # sent twice
    assert number_in(database, "SELECT count(*) FROM customers") == 1
    assert "Make a lead again" in sales.get(address).text
    assert "until its first license" in sales.post(f"{address}/unconvert").text
    assert sales.post(f"{address}/unconvert", data={"confirmed": "yes"}).status_code == 303
    assert number_in(database, "SELECT count(*) FROM customers") == 0


def test_a_test_license_comes_with_it_for_who_may_issue_one(client_as: ClientAs, database: Database) -> None:
    operator = client_as(Role.ADMINISTRATOR)
    assert operator.post("/products/new", data={"slug": "studio", "name": "Studio"}).status_code == 303
    address = make(operator, "Acme")
    form = {"version": hidden(operator.get(f"{address}/convert").text, "version"), "days": "14", "product": "studio"}
    assert operator.post(f"{address}/convert", data=form | {"days": "0"}).status_code == 422
    assert operator.post(f"{address}/convert", data=form).status_code == 303
    assert number_in(database, "SELECT count(*) FROM licenses WHERE type = 'test'") == 1


def test_duplicates_are_listed_compared_merged_and_undone(sales: FlaskClient, database: Database) -> None:
    first = make(sales, "Acme GmbH", tags="a", vat_id="DE123456789")
    second = make(sales, "Acme", tags="b")
    assert second.endswith("/duplicates")
    one, other = _id(first), _id(second)
    assert "similar name" in sales.get(second).text
    assert "Acme GmbH" in sales.get("/duplicates").text
    merge = f"/institutions/{other}/merge?into={one}"
    page = sales.get(merge).text
    form = {name: hidden(page, name) for name in ("loser_version", "winner_version")} | {"keep-name": "loser"}
    assert sales.post(merge, data=form | {"loser_version": "99"}).status_code == 409
    assert sales.post(merge, data=form).location == f"/institutions/{one}"
    assert sales.get(f"/institutions/{other}").location == f"/institutions/{one}"
    kept = "SELECT count(*) FROM institutions WHERE merged_into_id IS NULL AND name = 'Acme' AND tags = '{a,b}'"
    assert number_in(database, kept) == 1
    assert "Undo the merge" in sales.get(f"/institutions/{one}/duplicates").text
    assert "Bring Acme back" in sales.post(f"/institutions/{other}/unmerge").text
    undone = sales.post(f"/institutions/{other}/unmerge", data={"confirmed": "yes"})
    assert undone.location == f"/institutions/{other}"
    assert sales.post(f"/institutions/{one}/duplicates/dismiss", data={"other": other}).status_code == 303
    assert f"into={one}" not in sales.get("/duplicates").text


def test_many_pairs_are_told_apart_at_once(sales: FlaskClient, database: Database) -> None:
    for name in ("Acme GmbH", "Acme AG", "Acme KG"):
        make(sales, name)
    assert [count(sales, reason) for reason in ("name", "domain")] == [3, 0]
    asked = sales.post("/duplicates/bulk", data={"act": "dismiss", "chosen": ["1-2", "1-3"]})
    assert "each of 2 pairs is two institutions" in asked.text
    confirmed = {"act": "dismiss", "selection": asked.text.split('name="selection" value="')[1].split('"')[0]}
    assert sales.post("/duplicates/bulk", data=confirmed).status_code == 200
    assert number_in(database, "SELECT count(*) FROM duplicate_dismissals") == 2
    assert count(sales, "name") == 1
    assert sales.get("/duplicates?reason=colour").status_code == 422


def count(sales: FlaskClient, reason: str) -> int:
    """How many pairs the work list shows for a reason."""
    return sales.get(f"/duplicates?reason={reason}").text.count("into=")


def test_the_other_one_is_asked_for_and_cannot_be_the_same(sales: FlaskClient) -> None:
    address, other = make(sales, "Acme"), make(sales, "Beta")
    asked = sales.post(f"{address}/merge", data={"other": "beta"})
    assert asked.location == f"{address}/merge?into={_id(other)}"
    assert sales.post(f"{address}/merge", data={"other": "nobody"}).status_code == 404
    itself = sales.get(f"{address}/merge?into={_id(address)}")
    assert itself.status_code == 409
    assert "cannot be merged into itself" in itself.text
