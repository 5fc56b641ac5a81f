"""Products."""

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.licensing.vendor import issue_license
from tests.panel.conftest import ClientAs
from tests.panel.customers.test_customers import SCRIPT, version_in


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


def test_a_product_is_made_listed_and_renamed(operator: FlaskClient) -> None:
    made = operator.post("/products/new", data={"slug": "studio-2", "name": ""})
    assert made.location == "/products/studio-2"
    edit = {"name": "Studio Two", "version": version_in(operator.get("/products/studio-2/edit").text)}
    assert operator.post("/products/studio-2/edit", data=edit).status_code == 303
    assert "Studio Two" in operator.get("/products?sort=-newest").text
    stale = operator.post("/products/studio-2/edit", data=edit | {"name": "Studio Three"})
    assert (stale.status_code, "Studio Two" in stale.text) == (409, True)


def test_a_products_page_counts_its_licenses_by_status(operator: FlaskClient, database: Database) -> None:
    key, _ = issue_license(database), issue_license(database)
    operator.post("/licenses/bulk", data={"act": "suspend", "chosen": key})
    operator.post(f"/licenses/{key}/suspend", data={"confirmed": "yes"})
    page = operator.get("/products/studio").text
    assert page.count("1 license<") == 2
    assert page.count("0 licenses<") == 2
    assert key in page


@pytest.mark.parametrize(("slug", "status"), [("studio", 409), ("A b", 422), ("", 422), ("x" * 99, 422)])
def test_a_slug_that_cannot_be_is_refused(operator: FlaskClient, database: Database, slug: str, status: int) -> None:
    issue_license(database)
    answer = operator.post("/products/new", data={"slug": slug, "name": "Kept"})
    assert (answer.status_code, "Kept" in answer.text) == (status, True)


def test_script_in_a_name_is_text(operator: FlaskClient) -> None:
    operator.post("/products/new", data={"slug": "x", "name": SCRIPT})
    for path in ("/products", "/products/x", "/products/x/edit", "/licenses/new", "/licenses"):
        assert "<script>alert" not in operator.get(path).text


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR])
def test_others_read_products_and_change_none(client_as: ClientAs, database: Database, role: Role) -> None:
    client = client_as(role)
    issue_license(database)
    assert client.get("/products/studio").status_code == 200
    for path in ("/products/new", "/products/studio/edit"):
        assert client.post(path, data={"slug": "x", "name": "X"}).status_code == 403
    assert client.get("/products/none").status_code == 404
