"""What every list can do, tried on the list of licenses."""

import csv
import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from leasehold.kit.database import Database
from leasehold.kit.matching import MOST_FOLLOWED
from leasehold.staff.roles import Role
from tests.licensing.vendor import issue_license, scalar
from tests.panel.conftest import ClientAs

_KEY = re.compile(r'name="chosen" value="([^"]+)"')


def keys_on(page: str) -> list[str]:
    return _KEY.findall(page)


def link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


def rename_customers(database: Database, name: str) -> None:
    with database.connect(application="test") as owner:
        owner.execute("SELECT set_config('leasehold.actor', 'test', true)")
        owner.execute("UPDATE institutions SET name = %s", (name,))


def test_pages_lead_forth_and_back(operator: FlaskClient, database: Database) -> None:
    keys = [issue_license(database) for _ in range(60)][::-1]
    first = operator.get("/licenses?size=25").text
    second = operator.get(link(first, "next")).text
    assert (keys_on(first), keys_on(second)) == (keys[:25], keys[25:50])
    assert keys_on(operator.get(link(second, "prev")).text) == keys[:25]
    assert "60 rows" in first


def test_filters_stay_in_the_address(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    issue_license(database)
    page = operator.get(f"/licenses?q={key.lower()}&status=active").text
    assert keys_on(page) == [key]
    assert re.search(r'<option value="active" selected', page)
    assert keys_on(operator.get("/licenses?status=expired").text) == []


def test_a_part_of_a_customers_name_finds_licenses(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    rename_customers(database, "100 % Müller_Söhne")
    assert keys_on(operator.get("/licenses?q=MÜLLER_s").text) == [key]
    assert keys_on(operator.get("/licenses?q=MÜLLERxs").text) == []


def test_a_list_says_where_a_text_fits_more_customers_than_are_searched(
    operator: FlaskClient, database: Database
) -> None:
    for _ in range(MOST_FOLLOWED):
        issue_license(database)
    said = "More than 25 customers have this in their name"
    page = operator.get("/licenses?q=acme").text
    assert len(keys_on(page)) == MOST_FOLLOWED
    assert said not in page
    issue_license(database)
    page = operator.get("/licenses?q=acme").text
    assert len(keys_on(page)) == MOST_FOLLOWED
    assert said in page
    assert said in operator.get("/sessions?customer=acme").text
    assert said not in operator.get(f"/licenses?q={keys_on(page)[0]}").text
    assert said not in operator.get("/customers?q=acme").text
    german = operator.get("/licenses?q=acme", headers={"Accept-Language": "de"}).text
    assert "Mehr als 25 Kunden haben das im Namen" in german


def test_columns_are_the_readers_choice_and_unknown_ones_are_passed_over(
    operator: FlaskClient, database: Database
) -> None:
    issue_license(database)
    page = operator.get("/licenses?columns=license_key,created,gone").text
    assert re.findall(r"<th scope=\"col\".*?>\s*(?:<a [^>]*>)?([^<]+?)(?: ↓)?<", page, re.S) == [
        "License key",
        "Created",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=zzz",
        "sort=password",
        "status=green",
        "product=x",
        "size=7",
        "ends_from=31.12.2027",
        "product=" + "9" * 40,
    ],
)
def test_a_forged_address_is_a_sentence_and_no_defect(operator: FlaskClient, query: str) -> None:
    assert operator.get(f"/licenses?{query}").status_code == 422


def test_what_is_typed_into_a_filter_is_shown_as_it_is_and_runs_nowhere(operator: FlaskClient) -> None:
    page = operator.get("/licenses?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_csv_has_what_is_seen_and_no_formula(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    rename_customers(database, '=HYPERLINK("http://evil")')
    answer = operator.get("/licenses?columns=license_key,customer&format=csv")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=licenses-")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\N{BYTE ORDER MARK}"))))
    assert rows == [["License key", "Customer"], [key, '\'=HYPERLINK("http://evil")']]
    with database.connect(application="test") as owner:
        written = scalar(owner, "SELECT after ->> 'format' FROM audit_log WHERE action = 'export'")
    assert written == "csv"


def test_an_xlsx_has_texts_numbers_and_moments(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    rename_customers(database, "=1+1")
    with operator.get("/licenses?columns=license_key,customer,status,created&format=xlsx") as answer:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    titles, row = book.get_sheet_by_index(0).to_python()
    assert titles == ["License key", "Customer", "Status", "Created"]
    assert row[:3] == [key, "=1+1", "active"]
    assert str(row[3])[:3] == "202"


def test_a_bulk_act_asks_with_the_count_and_then_says_what_became_of_each(
    operator: FlaskClient, database: Database
) -> None:
    keys = [issue_license(database) for _ in range(3)]
    asked = operator.post("/licenses/bulk", data={"act": "suspend", "chosen": keys[:2]}).text
    assert "Suspend 2 licenses?" in asked
    assert keys_on(operator.get("/licenses?status=suspended").text) == []
    signed = re.search(r'name="selection" value="([^"]+)"', asked)
    assert signed is not None
    done = operator.post("/licenses/bulk", data={"act": "suspend", "selection": signed[1]}).text
    assert "2 done, 0 refused" in done
    assert sorted(keys_on(operator.get("/licenses?status=suspended").text)) == sorted(keys[:2])


def test_all_that_a_filter_lets_through_is_asked_again_once_it_has_changed(
    operator: FlaskClient, database: Database
) -> None:
    issue_license(database)
    form = {"act": "suspend", "everything": "yes", "query": "status=active"}
    asked = operator.post("/licenses/bulk", data=form).text
    assert "Suspend 1 license?" in asked
    issue_license(database)
    signed = re.search(r'name="selection" value="([^"]+)"', asked)
    assert signed is not None
    again = operator.post("/licenses/bulk", data={"act": "suspend", "selection": signed[1]}).text
    assert "Suspend 2 licenses?" in again
    assert "has changed" in again
    assert len(keys_on(operator.get("/licenses?status=suspended").text)) == 0


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "suspend"}, 422),
        ({"act": "destroy", "chosen": "x"}, 404),
        ({"act": "suspend", "everything": "yes", "query": "status=%00"}, 422),
        ({"act": "suspend", "selection": "forged"}, 422),
        ({"act": "suspend", "chosen": [str(n) for n in range(2001)]}, 422),
    ],
)
def test_a_bulk_act_on_nothing_or_too_much_is_refused(
    operator: FlaskClient, form: dict[str, object], status: int
) -> None:
    assert operator.post("/licenses/bulk", data=form).status_code == status


def test_a_bulk_act_needs_its_right(client_as: ClientAs, database: Database) -> None:
    auditor = client_as(Role.AUDITOR)
    key = issue_license(database)
    assert auditor.post("/licenses/bulk", data={"act": "suspend", "chosen": key}).status_code == 403
    assert 'name="act"' not in auditor.get("/licenses").text


def test_a_saved_view_is_kept_shared_and_forgotten(operator: FlaskClient, database: Database) -> None:
    form = {
        "list": "licenses",
        "name": "Ended",
        "path": "/licenses",
        "query": "status=expired",
        "default": "yes",
    }
    saved = operator.post("/views", data=form)
    assert saved.location.startswith("/licenses?status=expired&view=")
    assert "Ended" in operator.get(saved.location).text
    assert operator.get("/licenses").location == saved.location
    assert "modified" in operator.get(f"/licenses?{saved.location.rpartition('?')[2]}&type=full").text
    view_id = saved.location.rpartition("=")[2]
    assert operator.post(f"/views/{view_id}/delete").status_code == 302
    assert operator.get("/licenses").status_code == 200
    assert operator.post(f"/views/{view_id}/delete").status_code == 404
    assert operator.post("/views", data=form | {"path": "//evil.example"}).status_code == 404
