"""What is done to many institutions of the list at once."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.institutions.test_institutions import make


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def act(client: FlaskClient, name: str, **fields: str) -> str:
    """Do it to the first two institutions, once it was confirmed; the page that says what became of them."""
    asked = client.post("/institutions/bulk", data={"act": name, "chosen": ["1", "2"]}).text
    signed = asked.split('name="selection" value="')[1].split('"')[0]
    return client.post("/institutions/bulk", data={"act": name, "selection": signed, **fields}).text


def told(database: Database, column: str) -> list[Any]:
    """What stands in a column of the first two institutions."""
    statement = "SELECT to_jsonb(i) -> %s FROM institutions AS i WHERE id < 3 ORDER BY id"
    with database.connect(application="test") as connection:
        return [row[0] for row in connection.execute(statement, (column,))]


def test_tags_are_added_and_taken_off(sales: FlaskClient, database: Database) -> None:
    make(sales, "Acme", tags="fair")
    make(sales, "Beta")
    assert "2 done" in act(sales, "tag", tags="North, clinic")
    assert told(database, "tags") == [["clinic", "fair", "north"], ["clinic", "north"]]
    assert "2 done" in act(sales, "untag", tags="NORTH,unknown")
    assert told(database, "tags") == [["clinic", "fair"], ["clinic"]]
    assert "at most" in act(sales, "tag", tags=",".join(f"t{number}" for number in range(60)))
    assert told(database, "tags") == [["clinic", "fair"], ["clinic"]]


def test_somebody_looks_after_them_or_nobody(sales: FlaskClient, database: Database) -> None:
    make(sales, "Acme")
    make(sales, "Beta")
    with database.connect(application="test") as connection:
        (member,) = connection.execute("SELECT min(id) FROM staff_members").fetchone() or (None,)
    assert "2 done" in act(sales, "owner", owner=str(member))
    assert told(database, "owner_id") == [member, member]
    assert 'name="selection"' in act(sales, "owner", owner="999"), "asked again"
    assert told(database, "owner_id") == [member, member]
    assert "2 done" in act(sales, "owner", owner="")
    assert told(database, "owner_id") == [None, None]


def test_leads_move_and_whoever_cannot_says_why(sales: FlaskClient, database: Database) -> None:
    make(sales, "Acme")
    make(sales, "Beta")
    sales.post("/institutions/2/archive")
    moved = act(sales, "move", stage="2")
    assert ("1 done, 1 refused" in moved, "Beta" in moved) == (True, True)
    assert told(database, "stage_id") == [2, 1]
    assert "0 done, 2 refused" in act(sales, "move", stage="6"), "lost without a reason"
    assert "1 done" in act(sales, "move", stage="6", lost_reason="Bought elsewhere")
    assert told(database, "lost_reason") == ["Bought elsewhere", None]
    assert "2 done" in act(sales, "bring_back")
    assert told(database, "archived_at") == [None, None]
    assert "2 done" in act(sales, "archive")
    assert None not in told(database, "archived_at")
