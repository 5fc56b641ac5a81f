"""Customers and the people in them."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.licensing.vendor import issue_license, scalar
from tests.panel.conftest import ClientAs

SCRIPT = '"><script>alert(1)</script>'


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def make(client: FlaskClient, name: str = "Müller & Söhne", **more: str) -> str:
    """The address of a new customer's page."""
    answer = client.post("/customers/new", data={"name": name, "language": "de"} | more)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def person(**more: str) -> dict[str, str]:
    return {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "language": "en",
        "is_primary": "y",
        "details-0-kind": "email",
        "details-0-value": "ada@example.com",
        "details-1-kind": "phone",
        "details-1-value": "",
    } | more


def version_in(page: str) -> str:
    found = re.search(r'name="version" type="hidden" value="(\d+)"', page)
    assert found is not None, page
    return found[1]


def test_a_customer_is_made_shown_and_listed(sales: FlaskClient) -> None:
    address = make(sales, legal_form="GmbH", website_domain="https://Käse.example/shop", language="en")
    page = sales.get(address).text
    for text in (
        "Müller &amp; Söhne",
        "GmbH",
        "xn--kse-qla.example",
        "English",
        "institution: made",
        "Testa Prüferin",
    ):
        assert text in page
    assert "Müller &amp; Söhne" in sales.get("/customers?q=MÜLLER&language=en").text
    assert "Müller" not in sales.get("/customers?language=de").text
    assert "Müller" not in sales.get("/customers?q=nobody").text
    assert "Müller &amp; Söhne" in sales.get("/customers?q=SÖ").text
    assert "Müller &amp; Söhne" not in sales.get("/customers?q=ü").text
    assert "(no. " in sales.get("/customers/suggestions?customer=mü").text


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"name": ""}, "empty"),
        ({"name": "a" * 300}, "200"),
        ({"name": "a\nb"}, "control"),
        ({"website_domain": "not a domain"}, "not a domain"),
        ({"language": "fr"}, "choice"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(sales: FlaskClient, form: dict[str, str], word: str) -> None:
    sent = {"name": "Acme", "legal_form": "Kept KG", "language": "de"} | form
    answer = sales.post("/customers/new", data=sent)
    assert answer.status_code == 422
    assert word in answer.text
    assert "Kept KG" in answer.text


def test_two_editors_see_each_other(sales: FlaskClient) -> None:
    address = make(sales, name="Acme")
    version = version_in(sales.get(f"{address}/edit").text)
    first = {"name": "Acme One", "language": "de", "version": version}
    assert sales.post(f"{address}/edit", data=first).status_code == 303
    stale = sales.post(f"{address}/edit", data=first | {"name": "Acme Two"})
    assert stale.status_code == 409
    for text in ("Acme One", "Acme Two", "Somebody else has changed this"):
        assert text in stale.text
    assert "Acme One" in sales.get(address).text
    anyway = first | {"name": "Acme Two", "version": version_in(stale.text)}
    assert sales.post(f"{address}/edit", data=anyway).status_code == 303
    assert "Acme Two" in sales.get(address).text


def test_two_editors_who_agree_are_not_asked(sales: FlaskClient) -> None:
    address = make(sales, name="Acme")
    form = {"name": "Acme One", "language": "de", "version": version_in(sales.get(f"{address}/edit").text)}
    assert [sales.post(f"{address}/edit", data=form).status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "1.5"])
def test_a_forged_version_saves_nothing(sales: FlaskClient, version: str) -> None:
    address = make(sales, name="Acme")
    answer = sales.post(f"{address}/edit", data={"name": "Forged", "language": "de", "version": version})
    assert answer.status_code in {409, 422}
    assert "Forged" not in sales.get(address).text


def test_contacts_are_added_edited_and_removed(sales: FlaskClient, database: Database) -> None:
    address = make(sales)
    assert sales.post(f"{address}/contacts/new", data=person()).status_code == 303
    page = sales.get(address).text
    assert "Ada Lovelace" in page
    assert "mailto:ada@example.com" in page
    found = re.search(r"/contacts/(\d+)", page)
    assert found is not None
    contact = f"{address}/contacts/{found[1]}"
    version = version_in(sales.get(contact).text)
    changed = person(version=version, role="CTO") | {"details-0-value": "a@example.org"}
    assert sales.post(contact, data=changed).status_code == 303
    assert "a@example.org" in sales.get(address).text
    stale = sales.post(contact, data=changed | {"last_name": "Byron"})
    assert (stale.status_code, "Lovelace" in stale.text, "Byron" in stale.text) == (409, True, True)
    assert "Remove Ada Lovelace" in sales.post(f"{contact}/remove").text
    assert sales.post(f"{contact}/remove", data={"confirmed": "yes"}).status_code == 303
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM contacts") == 0
        assert scalar(owner, "SELECT count(*) FROM contact_details") == 0


def test_an_institution_has_one_primary_contact(sales: FlaskClient) -> None:
    address = make(sales)
    for name in ("First", "Second"):
        assert sales.post(f"{address}/contacts/new", data=person(last_name=name)).status_code == 303
    page = sales.get(address).text
    assert page.count(">primary<") == 1
    assert page.index("Ada Second") < page.index("Ada First")


@pytest.mark.parametrize(
    "form", [{"last_name": ""}, {"details-0-value": "no address"}, {"details-0-kind": "pigeon"}, {"role": "x" * 200}]
)
def test_a_contact_that_cannot_be_is_refused(sales: FlaskClient, form: dict[str, str]) -> None:
    assert sales.post(f"{make(sales)}/contacts/new", data=person(**form)).status_code == 422


def test_more_rows_than_a_form_has_are_refused(sales: FlaskClient) -> None:
    rows = {f"details-{n}-{part}": value for n in range(500) for part, value in (("kind", "web"), ("value", "x"))}
    assert sales.post(f"{make(sales)}/contacts/new", data=person(**rows)).status_code == 422


def test_a_customer_without_licenses_is_deleted_after_a_question(sales: FlaskClient, database: Database) -> None:
    address = make(sales)
    sales.post(f"{address}/contacts/new", data=person())
    assert "Delete Müller" in sales.post(f"{address}/delete").text
    assert sales.post(f"{address}/delete", data={"confirmed": "yes"}).status_code == 303
    assert sales.get(address).status_code == 404
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM institutions") == 0


def test_a_customer_with_licenses_stays(sales: FlaskClient, database: Database) -> None:
    issue_license(database)
    with database.connect(application="test") as owner:
        address = f"/customers/{scalar(owner, 'SELECT id FROM customers')}"
    assert sales.post(f"{address}/delete", data={"confirmed": "yes"}).status_code == 409
    assert sales.get(address).status_code == 200


def test_script_in_any_field_is_text(sales: FlaskClient) -> None:
    address = make(sales, name=SCRIPT, legal_form=SCRIPT)
    form = person(first_name=SCRIPT, last_name=SCRIPT, role=SCRIPT)
    form |= {"details-1-kind": "other", "details-1-value": SCRIPT}
    assert sales.post(f"{address}/contacts/new", data=form).status_code == 303
    for page in (address, f"{address}/edit", "/customers", "/customers/suggestions?customer=alert"):
        shown = sales.get(page).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_a_formula_is_text_in_the_export(sales: FlaskClient) -> None:
    make(sales, name="=1+1", legal_form="@SUM(A1)")
    text = sales.get("/customers?columns=name,legal_form&format=csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"))))
    assert rows[1] == ["'=1+1", "'@SUM(A1)"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_others_read_customers_and_change_none(client_as: ClientAs, database: Database, role: Role) -> None:
    client = client_as(role)
    issue_license(database)
    with database.connect(application="test") as owner:
        address = f"/customers/{scalar(owner, 'SELECT id FROM customers')}"
    page = client.get(address)
    assert page.status_code == 200
    assert "/edit" not in page.text
    for path in ("/customers/new", f"{address}/edit", f"{address}/delete", f"{address}/contacts/new"):
        assert client.post(path, data={"name": "X"}).status_code == 403


@pytest.mark.parametrize("path", ["/customers/999", "/customers/999/edit", f"/customers/{'9' * 18}/contacts/new"])
def test_unknown_customers_are_not_found(sales: FlaskClient, path: str) -> None:
    assert sales.get(path).status_code == 404
