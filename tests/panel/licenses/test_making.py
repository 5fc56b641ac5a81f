"""Licenses are made: one at once, many after a look, and never twice by one form."""

import csv
import io
import re
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.licensing.vendor import issue_license
from tests.panel.conftest import ClientAs
from tests.panel.licenses.test_licenses import one


@pytest.fixture
def administrator(client_as: ClientAs, database: Database) -> FlaskClient:
    issue_license(database)
    return client_as(Role.ADMINISTRATOR)


def form(**more: str) -> dict[str, str]:
    return {
        "form_key": str(uuid4()),
        "customer": "acme gmbh new",
        "new_customer": "y",
        "product": "studio",
        "type": "full",
        "count": "1",
        "device_limit": "4",
        "concurrent_sessions_limit": "2",
        "offline_grace": "1 d",
        "offline_max_ttl": "30 d",
        "checkout_enabled": "y",
        "valid_from": "",
        "valid_until": "",
    } | more


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def made(database: Database) -> object:
    return one(database, "SELECT count(*) FROM licenses WHERE batch_id IS NOT NULL")


def test_where_there_is_no_product_yet_that_comes_first(client_as: ClientAs) -> None:
    answer = client_as(Role.OPERATOR).get("/licenses/new", follow_redirects=True)
    assert answer.request.path == "/products/new"
    assert "make the first product" in answer.text


def test_one_license_is_made_at_once_and_shown(administrator: FlaskClient, database: Database) -> None:
    sent = form(valid_from="2026-01-01", valid_until="2099-12-31", **{
        "features-0-name": "export", "features-0-kind": "boolean", "features-0-value": "true",
    })  # fmt: skip
    answer = administrator.post("/licenses/new", data=sent)
    assert answer.location.startswith("/licenses/")
    page = administrator.get(answer.location).text
    for text in ("acme gmbh new", "0 of 4", "export", "first term"):
        assert text in page
    assert one(database, "SELECT features FROM licenses WHERE batch_id IS NOT NULL") == {"export": True}
    assert administrator.post("/licenses/new", data=sent).location == answer.location
    assert made(database) == 1


def test_many_are_previewed_made_once_and_their_keys_taken_once(administrator: FlaskClient, database: Database) -> None:
    preview = administrator.post("/licenses/new", data=form(count="25", valid_until="2099-12-31"))
    for text in ("25 licenses would be made", "acme gmbh new", "Studio"):
        assert text in preview.text
    assert made(database) == 0
    assert one(database, "SELECT count(*) FROM customers") == 1
    agreed = hidden(preview.text) | {"agreed": "yes"}
    batch = administrator.post("/licenses/new", data=agreed).location
    assert administrator.post("/licenses/new", data=agreed).location == batch
    assert made(database) == 25
    assert "once" in administrator.get(batch).text
    with administrator.post(f"{batch}/keys", data={"format": "csv"}) as answer:
        text = answer.get_data(as_text=True).removeprefix("\N{BYTE ORDER MARK}")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 26
    assert one(database, "SELECT count(*) FROM licenses WHERE license_key = %s", rows[1][0]) == 1
    assert administrator.post(f"{batch}/keys", data={"format": "xlsx"}).status_code == 409
    assert "was downloaded" in administrator.get(batch).text
    assert one(database, "SELECT after ->> 'count' FROM audit_log WHERE action = 'export'") == "25"


def test_the_keys_come_as_xlsx_too(administrator: FlaskClient) -> None:
    batch = administrator.post("/licenses/new", data=form(count="2", agreed="yes")).location
    assert administrator.post(f"{batch}/keys", data={"format": "exe"}).status_code == 404
    with administrator.post(f"{batch}/keys", data={"format": "xlsx"}) as answer:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert len(book.get_sheet_by_index(0).to_python()) == 3


def test_a_form_that_was_changed_on_the_way_makes_nothing(administrator: FlaskClient, database: Database) -> None:
    sent = form(count="2", agreed="yes")
    assert administrator.post("/licenses/new", data=sent).status_code == 303
    assert administrator.post("/licenses/new", data=sent | {"count": "3"}).status_code == 409
    assert made(database) == 2


def test_a_customer_is_found_by_a_part_of_the_name(administrator: FlaskClient, database: Database) -> None:
    id_ = one(database, "SELECT id FROM customers")
    asked = administrator.post("/licenses/new", data=form(customer="acm", new_customer="") | {"new_customer": ""})
    suggested = administrator.get("/customers/suggestions?customer=acm").text
    assert f"(no. {id_})" in suggested
    sent = form(customer=f"Whatever (no. {id_})")
    assert administrator.post("/licenses/new", data=sent).status_code == 303
    assert one(database, "SELECT customer_id FROM licenses WHERE batch_id IS NOT NULL") == id_
    assert asked.status_code in {303, 422}


def test_an_operator_makes_licenses_but_no_customers(client_as: ClientAs, database: Database) -> None:
    issue_license(database)
    operator = client_as(Role.OPERATOR)
    refused = operator.post("/licenses/new", data=form())
    assert (refused.status_code, made(database)) == (404, 0)
    offered = operator.post("/licenses/new", data=form(customer="acme"))
    assert 'type="radio"' in offered.text


def test_a_customer_has_one_open_test_license_of_a_product(administrator: FlaskClient, database: Database) -> None:
    test = {"type": "test", "valid_from": "2026-01-01", "valid_until": "2099-01-31"}
    assert administrator.post("/licenses/new", data=form(**test)).status_code == 303
    second = administrator.post("/licenses/new", data=form(**test))
    assert (second.status_code, "has a test license" in second.text) == (409, True)
    later = form(type="test", valid_from="2099-02-01", valid_until="2099-02-28")
    assert administrator.post("/licenses/new", data=later).status_code == 303
    reason = form(**test, further_test_reason="Second team")
    assert administrator.post("/licenses/new", data=reason).status_code == 303
    assert made(database) == 3
    assert one(database, "SELECT count(*) FROM audit_log WHERE after ->> 'further_test_reason' = 'Second team'") == 1
    many = administrator.post("/licenses/new", data=form(**test, count="2", customer="Other"))
    assert many.status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": "0"},
        {"count": "1001"},
        {"count": "x"},
        {"form_key": ""},
        {"form_key": "forged"},
        {"product": "none"},
        {"type": "golden"},
        {"device_limit": "11"},
        {"concurrent_sessions_limit": "9"},
        {"valid_until": "2001-01-01"},
        {"valid_from": "never"},
        {"valid_until": "9999-12-31"},
        {"offline_grace": "-1 h"},
        {"customer": ""},
        {"customer": "x" * 300},
        {"customer": "a\x00b"},
    ],
)
@pytest.mark.parametrize("count", ["1", "3"])
def test_what_cannot_be_made_is_refused_and_stays_typed(
    administrator: FlaskClient, database: Database, wrong: dict[str, str], count: str
) -> None:
    answer = administrator.post("/licenses/new", data=form(count=count, device_limit="7") | wrong)
    assert answer.status_code in {404, 422}
    assert 'value="7"' in answer.text or "device_limit" in wrong
    assert made(database) == 0


def test_a_thousand_are_made(administrator: FlaskClient, database: Database) -> None:
    assert administrator.post("/licenses/new", data=form(count="1000", agreed="yes")).status_code == 303
    assert made(database) == 1000
