"""Resources: the list, what is done with one or with many, and who had one when."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.models import Resource
from leasehold.resources.vocabulary import ResourceKind
from leasehold.staff.roles import Role
from tests.licensing.vendor import issue_license
from tests.panel.conftest import ClientAs
from tests.resources.stock import ACTOR, make_pool, states

_FIRST, _SECOND, _THIRD = "203.0.113.1", "203.0.113.2", "203.0.113.3"


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


@pytest.fixture
def license_key(database: Database) -> str:
    """A license that has the first of three addresses."""
    make_pool(database, "203.0.113.1-3", name="Nord")
    key = issue_license(database)
    with transaction(database, ACTOR) as session:
        allocate(session, key, Wanted(ResourceKind.IPV4))
    return key


def _page(database: Database, value: str) -> str:
    with transaction(database, ACTOR) as session:
        return f"/resources/{session.scalars(select(Resource.id).where(Resource.value == value)).one()}"


def test_the_list_is_filtered_by_state_license_and_how_a_value_ends(operator: FlaskClient, license_key: str) -> None:
    def found(query: str) -> set[str]:
        text = operator.get(f"/resources?{query}").text
        return {value for value in (_FIRST, _SECOND, _THIRD) if f"<code>{value}</code>" in text}

    assert found("") == {_FIRST, _SECOND, _THIRD}
    assert found("state=allocated") == found(f"license={license_key}") == {_FIRST}
    assert found("q=.2") == {_SECOND}
    assert found("q=203.0") == {_FIRST, _SECOND, _THIRD}
    assert license_key in operator.get("/resources?format=csv").text


def test_one_is_released_reserved_retired_and_brought_back(
    operator: FlaskClient, database: Database, license_key: str
) -> None:
    page = _page(database, _FIRST)

    def act(name: str, **typed: str) -> str:
        answer = operator.post(f"{page}/{name}", data=typed)
        assert (answer.status_code, answer.location) == (303, page), answer.text
        return states(database)[_FIRST]

    assert act("release") == "quarantined"
    assert act("end_quarantine", reason="Same owner") == "free"
    assert act("reserve", reserved_for="Neubau", until="2999-12-31") == "reserved"
    assert "Neubau" in operator.get(page).text
    assert act("lift_reservation") == "free"
    assert act("retire", reason="Listed for spam") == "retired"
    assert "Listed for spam" in operator.get(page).text
    assert act("bring_back") == "free"
    history = operator.get(page).text
    assert license_key in history
    assert "Same owner" in history


@pytest.mark.usefixtures("license_key")  # has the first address
@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("retire", {"reason": "Old"}, "is allocated"),
        ("retire", {"reason": ""}, "Say why"),
        ("reserve", {"reserved_for": "A", "until": "2001-01-01"}, "would be over already"),
        ("reserve", {"reserved_for": "A", "until": "tomorrow"}, "tomorrow"),
        ("bring_back", {}, "is allocated"),
        ("end_quarantine", {"reason": "Old"}, "is not in quarantine"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_was_typed(
    operator: FlaskClient, database: Database, name: str, typed: dict[str, str], said: str
) -> None:
    answer = operator.post(f"{_page(database, _FIRST)}/{name}", data=typed)
    assert (answer.status_code in {409, 422}, said in answer.text) == (True, True)
    assert all(value in answer.text for value in typed.values())
    assert states(database)[_FIRST] == "allocated"


def test_what_nobody_has_is_not_released(operator: FlaskClient, database: Database, license_key: str) -> None:
    answer = operator.post(f"{_page(database, _SECOND)}/release")
    assert (answer.status_code, "No license has 203.0.113.2" in answer.text) == (422, True)
    assert license_key not in answer.text


def test_many_are_changed_at_once_and_each_that_cannot_is_named(
    operator: FlaskClient, database: Database, license_key: str
) -> None:
    chosen = {"act": "retire", "chosen": [_FIRST, _SECOND, _THIRD], "reason": "Sold"}
    asked = operator.post("/resources/bulk", data=chosen).text
    selection = asked.partition('name="selection" value="')[2].partition('"')[0]
    done = operator.post("/resources/bulk", data={**chosen, "selection": selection})
    assert "is allocated" in done.text
    assert states(database) == {_FIRST: "allocated", _SECOND: "retired", _THIRD: "retired"}
    assert license_key in operator.get("/resources?state=allocated").text


def test_a_note_is_kept(operator: FlaskClient, database: Database, license_key: str) -> None:
    page = _page(database, _FIRST)
    assert operator.post(f"{page}/notes", data={"body": f"Asked by {license_key}"}).location == page
    assert f"Asked by {license_key}" in operator.get(page).text
