"""What is done to many institutions of the list at once."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.institutions.test_institutions import hidden, make, number_in


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def act(client: FlaskClient, name: str, *, chosen: Sequence[str] = ("1", "2"), **fields: str) -> str:
    """Do it to these institutions, once it was confirmed; the page that says what became of them."""
    asked = client.post("/institutions/bulk", data={"act": name, "chosen": list(chosen)}).text
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
    many = ",".join(f"t{number}" for number in range(60))
    assert "at most" in act(sales, "tag", tags=many)
    assert "2 done" in act(sales, "untag", tags=many), "none of them is there, however many they are"
    assert "Name at least one tag." in act(sales, "untag", tags=" , ,")
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


def test_they_are_called_by_their_names(sales: FlaskClient) -> None:
    make(sales, "Müller & Söhne")
    make(sales, "Beta")
    asked = sales.post("/institutions/bulk", data={"act": "archive", "chosen": ["1", "2"]}).text
    assert ("<li>Müller &amp; Söhne</li>" in asked, "<li>Beta</li>" in asked) == (True, True)
    refused = act(sales, "move", stage="6")
    assert "<td>Müller &amp; Söhne</td>" in refused


def test_what_can_be_no_row_is_refused_beside_what_is_done(sales: FlaskClient, database: Database) -> None:
    make(sales, "Acme")
    chosen = ["1", "x", "-1", "²", "7", str(2**63), "1-1"]
    told_so = act(sales, "tag", chosen=chosen, tags="north")
    assert ("1 done, 6 refused" in told_so, "must be a whole number" in told_so) == (True, True)
    assert told(database, "tags") == [["north"]]


def test_a_customer_is_changed_like_a_lead_but_does_not_move(sales: FlaskClient, database: Database) -> None:
    lead, customer = make(sales, "Acme"), make(sales, "Beta")
    form = {"version": hidden(sales.get(f"{customer}/convert").text, "version"), "days": "30", "product": ""}
    assert sales.post(f"{customer}/convert", data=form).location == customer
    moved = act(sales, "move", stage="3")
    assert ("1 done, 1 refused" in moved, "Beta" in moved) == (True, True)
    assert "2 done" in act(sales, "tag", tags="north")
    assert lead == "/institutions/1"


def test_one_that_was_merged_meanwhile_is_left_alone(sales: FlaskClient, database: Database) -> None:
    make(sales, "Acme")
    make(sales, "Beta")
    page = sales.get("/institutions/2/merge?into=1").text
    form = {name: hidden(page, name) for name in ("loser_version", "winner_version")}
    asked = sales.post("/institutions/bulk", data={"act": "tag", "chosen": ["1", "2"]}).text
    signed = asked.split('name="selection" value="')[1].split('"')[0]
    assert sales.post("/institutions/2/merge?into=1", data=form).status_code == 303
    done = sales.post("/institutions/bulk", data={"act": "tag", "selection": signed, "tags": "north"}).text
    assert ("1 done, 1 refused" in done, "was merged" in done) == (True, True)
    assert told(database, "tags") == [["north"], []]


def test_nothing_is_won_by_hand(sales: FlaskClient, database: Database) -> None:
    make(sales, "Acme")
    make(sales, "Beta")
    won = number_in(database, "SELECT id FROM pipeline_stages WHERE type = 'won'")
    assert "2 done" not in act(sales, "move", stage=str(won))
    assert told(database, "stage_id") == [1, 1]


def test_who_comes_back_may_find_the_vat_id_taken(sales: FlaskClient, database: Database) -> None:
    make(sales, "Acme", vat_id="DE123456789")
    make(sales, "Beta")
    assert "2 done" in act(sales, "archive")
    make(sales, "Acme anew", vat_id="DE123456789")
    back = act(sales, "bring_back")
    assert ("1 done, 1 refused" in back, "DE123456789" in back) == (True, True)
