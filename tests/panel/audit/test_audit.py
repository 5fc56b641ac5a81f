"""The audit log's list, rows and lives, as an auditor reads them."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase
from tests.licensing.running import start
from tests.licensing.vendor import fingerprint, issue_license, scalar
from tests.panel.conftest import ClientAs

_ROW = re.compile(r'href="/audit/(\d+)"')
_EVIL = "<script>alert(1)</script>"


@pytest.fixture
def auditor(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.AUDITOR)


def do(fresh: FreshDatabase, statement: str, *values: object, actor: str = "cli:root", **by: str) -> int:
    """Change something in somebody's name; the id of the row that the log has of it."""
    with fresh.owner.connect(application="test") as connection:
        Actor(actor, **by).sign(connection)
        connection.execute(statement, values)
        return int(str(scalar(connection, "SELECT max(id) FROM audit_log")))


def add_product(fresh: FreshDatabase, slug: str, name: str = "Studio", **by: str) -> int:
    return do(fresh, "INSERT INTO products (slug, name) VALUES (%s, %s)", slug, name, **by)


def rename_product(fresh: FreshDatabase, slug: str, name: str, **by: str) -> int:
    return do(fresh, "UPDATE products SET name = %s WHERE slug = %s", name, slug, **by)


def product_id(fresh: FreshDatabase, slug: str) -> str:
    with fresh.owner.connect(application="test") as connection:
        return str(scalar(connection, "SELECT id FROM products WHERE slug = %s", slug))


def listed(auditor: FlaskClient, query: str) -> list[int]:
    answer = auditor.get(f"/audit?{query}")
    assert answer.status_code == 200, answer.text
    return [int(row) for row in _ROW.findall(answer.text)]


def test_filters_find_what_was_done(auditor: FlaskClient, fresh_database: FreshDatabase) -> None:
    made = add_product(fresh_database, "one", address="192.0.2.9", request_id="request-1")
    other = add_product(fresh_database, "two", actor="job:sweep")
    renamed = rename_product(fresh_database, "one", "Atelier")
    one = product_id(fresh_database, "one")
    assert listed(auditor, "table=products") == [renamed, other, made]
    assert listed(auditor, "table=products&sort=time") == [made, other, renamed]
    assert listed(auditor, "actor=job:sweep") == [other]
    assert listed(auditor, "action=update&table=products") == [renamed]
    assert listed(auditor, f"table=products&row={one}") == [renamed, made]
    assert listed(auditor, "request=request-1") == [made]
    assert listed(auditor, "address=192.0.2.9") == [made]
    assert listed(auditor, "table=products&until=2020-01-01") == []
    assert listed(auditor, "table=products&from=2020-01-01") == [renamed, other, made]


def test_people_are_found_and_shown_by_name(auditor: FlaskClient, fresh_database: FreshDatabase) -> None:
    member = fresh_database.owner
    with member.connect(application="test") as connection:
        id_ = scalar(connection, "SELECT max(id) FROM staff_members")
    made = add_product(fresh_database, "one", actor=f"staff:{id_}")
    assert listed(auditor, "actor=prüferin") == [made]
    assert "Testa Prüferin" in auditor.get("/audit?table=products").text


@pytest.mark.parametrize(
    "query", ["address=nowhere", "from=gestern", "from=2020-01-01&from=2021-01-01", "cursor=e30", "row=%00", "sort=x"]
)
def test_a_forged_address_is_a_sentence(auditor: FlaskClient, query: str) -> None:
    assert auditor.get(f"/audit?{query}").status_code == 422


@pytest.mark.parametrize(
    "path", ["/audit/999999999", "/audit/99999999999999999999999", "/audit/objects/products/none", "/audit/checkpoint"]
)
def test_what_is_not_there_is_not_found(auditor: FlaskClient, path: str) -> None:
    assert auditor.get(path).status_code == 404


def test_a_row_shows_before_and_after_and_leads_on(auditor: FlaskClient, fresh_database: FreshDatabase) -> None:
    made = add_product(fresh_database, "one", "Studio", request_id="request-1")
    add_product(fresh_database, "two")
    renamed = rename_product(fresh_database, "one", "Atelier")
    page = auditor.get(f"/audit/{renamed}").text
    assert "Studio" in page
    assert "Atelier" in page
    assert 'href="/products/one"' in page
    assert f'href="/audit/{made}"' in page
    assert f"/audit/objects/products/{product_id(fresh_database, 'one')}" in page
    assert "waits for its seal" in page
    first = auditor.get(f"/audit/{made}").text
    assert "/audit?request=request-1" in first
    assert f'href="/audit/{renamed}"' in first


def test_personal_values_are_shown_until_they_are_erased(auditor: FlaskClient, fresh_database: FreshDatabase) -> None:
    row = do(fresh_database, "INSERT INTO contacts (last_name) VALUES (%s)", "Beeblebrox")
    with fresh_database.owner.connect(application="test") as connection:
        id_ = scalar(connection, "SELECT max(id) FROM contacts")
    for path in (f"/audit/{row}", f"/audit/objects/contacts/{id_}"):
        assert "Beeblebrox" in auditor.get(path).text
    with fresh_database.superuser() as connection:
        connection.execute("DELETE FROM audit_personal_values WHERE audit_id = %s", (row,))
        connection.commit()
    for path in (f"/audit/{row}", f"/audit/objects/contacts/{id_}"):
        page = auditor.get(path).text
        assert "Beeblebrox" not in page
        assert "<em>erased</em>" in page


def test_a_life_is_told_in_order_page_by_page(auditor: FlaskClient, fresh_database: FreshDatabase) -> None:
    add_product(fresh_database, "one", "name-0")
    for number in range(1, 121):
        rename_product(fresh_database, "one", f"name-{number}")
    path = f"/audit/objects/products/{product_id(fresh_database, 'one')}"
    first = auditor.get(path).text
    assert 'href="/products/one"' in first
    assert first.index("name-1<") < first.index("name-99<")
    assert "name-120" not in first
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found is not None
    assert "name-120" in auditor.get(found[1]).text


def test_objects_lead_to_their_pages(auditor: FlaskClient, fresh_database: FreshDatabase, database: Database) -> None:
    key = issue_license(database)
    start(database, key)
    do(fresh_database, "INSERT INTO settings (name, value) VALUES ('timezone', '\"UTC\"')")
    with database.connect(application="test") as owner:
        found = owner.execute("SELECT table_name, max(row_id) FROM audit_log GROUP BY table_name").fetchall()
    rows = {str(table): str(row_id) for table, row_id in found}
    addresses = {
        "licenses": f"/licenses/{key}",
        "device_registrations": f"/devices/{key}/{fingerprint(1)}",
        "customers": f"/customers/{rows['customers']}",
        "staff_members": "/staff",
        "settings": "/administration/settings",
    }
    for table, address in addresses.items():
        page = auditor.get(f"/audit/objects/{table}/{rows[table]}").text
        assert f'<a class="btn" href="{address}"' in page, table


def test_values_are_texts_and_no_markup(auditor: FlaskClient, fresh_database: FreshDatabase) -> None:
    row = add_product(fresh_database, "one", _EVIL, request_id=_EVIL, actor=f"cli:{_EVIL}")
    life = f"/audit/objects/products/{product_id(fresh_database, 'one')}"
    columns = "who,what,object,request,before,after"
    for path in (f"/audit/{row}", life, f"/audit?table=products&columns={columns}"):
        page = auditor.get(path).text
        assert "&lt;script&gt;alert(1)" in page or "%3Cscript%3E" in page
        assert _EVIL not in page


def test_a_file_has_before_and_after_and_no_formula(auditor: FlaskClient, fresh_database: FreshDatabase) -> None:
    add_product(fresh_database, "one", "Studio", actor="=cmd()")
    rename_product(fresh_database, "one", "Atelier", actor="=cmd()")
    text = auditor.get("/audit?table=products&format=csv").get_data(as_text=True)
    newest, _ = csv.DictReader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}")))
    assert newest["Actor"] == "'=cmd()"
    assert newest["Before"] == '{"name": "Studio"}'
    assert newest["After"] == '{"name": "Atelier"}'
    with auditor.get("/audit?table=products&format=xlsx") as answer:
        book = io.BytesIO(answer.get_data())
    rows = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert '{"name": "Atelier"}' in rows[1]
