"""What a license has: given by number or by name, taken back, and kept on its page for ever."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.licensing.vendor import issue_license
from tests.panel.conftest import ClientAs
from tests.resources.stock import make_pool, states


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


@pytest.fixture
def page(database: Database) -> str:
    """The page of a license, beside a pool of three addresses."""
    make_pool(database, "203.0.113.1-3", name="Nord")
    return f"/licenses/{issue_license(database)}"


def _form(**typed: str) -> dict[str, str]:
    return {"form_key": str(uuid4()), "kind": "ipv4", "count": "1"} | typed


def test_so_many_are_given_once_however_often_the_form_is_sent(
    operator: FlaskClient, database: Database, page: str
) -> None:
    form = _form(count="2")
    for _ in range(2):
        assert operator.post(f"{page}/resources", data=form).location == page
    assert list(states(database).values()).count("allocated") == 2
    text = operator.get(page).text
    assert "203.0.113.1" in text
    assert "203.0.113.2" in text


def test_these_very_ones_are_given_and_taken_back(operator: FlaskClient, database: Database, page: str) -> None:
    operator.post(f"{page}/resources", data=_form(values="203.0.113.3\n"))
    assert states(database)["203.0.113.3"] == "allocated"
    chosen = {"chosen": "203.0.113.3"}
    assert "Release 1 resource (203.0.113.3)?" in operator.post(f"{page}/resources/release", data=chosen).text
    assert operator.post(f"{page}/resources/release", data=chosen | {"confirmed": "yes"}).location == page
    assert states(database)["203.0.113.3"] == "quarantined"
    assert "203.0.113.3" in operator.get(page).text


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"count": "5"}, (409, "5 were asked for and 3 are free")),
        ({"count": "0"}, (422, "Between 1 and 1000")),
        ({"values": "203.0.113.9"}, (404, "No pool has 203.0.113.9")),
        ({"values": "203.0.113.999"}, (422, "each of the four numbers")),
        ({"pool": "Kein Pool"}, (404, "There is no such pool")),
        ({"kind": "phone", "pool": "Nord"}, (422, "another kind")),
    ],
)
def test_what_cannot_be_had_is_said_with_its_figures(
    operator: FlaskClient, database: Database, page: str, typed: dict[str, str], refusal: tuple[int, str]
) -> None:
    answer = operator.post(f"{page}/resources", data=_form(**typed))
    status, said = refusal
    assert (answer.status_code, said in answer.text) == (status, True)
    assert set(states(database).values()) == {"free"}


def test_others_see_what_a_license_has_and_change_nothing(client_as: ClientAs, page: str) -> None:
    client = client_as(Role.SALES)
    assert "Resources, now and ever" in client.get(page).text
    for path in (f"{page}/resources", f"{page}/resources/release"):
        assert client.post(path, data=_form()).status_code == 403
