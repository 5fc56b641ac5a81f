"""What is to be done, on an institution's page and on one's day."""

import re
from datetime import date, timedelta
from typing import LiteralString

import pytest
from flask.testing import FlaskClient

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.institutions.test_institutions import hidden, make, number_in


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def change(database: Database, statement: LiteralString) -> str:
    """Carry the statement out; answers the id of the one row that it is about."""
    with database.connect(application="test") as connection:
        Actor("test").sign(connection)
        (id_,) = connection.execute(f"{statement} RETURNING id").fetchone() or (0,)
    return str(id_)


def test_an_activity_is_planned_changed_done_and_opened_again(sales: FlaskClient, database: Database) -> None:
    address, me = make(sales, "Acme"), str(number_in(database, "SELECT max(id) FROM staff_members"))
    assert f'selected value="{me}"' in sales.get(f"{address}/activities/new").text
    plan = {"kind": "call", "subject": "Ask <b>Ada</b>", "due_on": "2020-01-31", "assignee": me}
    assert sales.post(f"{address}/activities/new", data=plan).status_code == 303
    page = sales.get(address).text
    assert "late" in page
    assert "Ask &lt;b&gt;Ada&lt;/b&gt;" in page
    number = number_in(database, "SELECT id FROM activities")
    tomorrow = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011  # any day to come
    form = plan | {"due_on": tomorrow, "due_time": "09:30"}
    form["version"] = hidden(sales.get(f"/activities/{number}").text, "version")
    assert sales.post(f"/activities/{number}", data=form).status_code == 303
    assert "09:30" in sales.get(f"/activities/{number}").text
    assert "planned" in sales.get(address).text
    assert sales.post(f"/activities/{number}", data=form | {"subject": "Write"}).status_code == 409
    done = sales.post(f"/activities/{number}/done?origin=my-day", data={"outcome": "Reached her"})
    assert (done.status_code, done.location) == (303, "/my-day")
    assert sales.post(f"/activities/{number}/done", data={}).status_code == 409
    assert "Reached her" in sales.get(address).text
    assert sales.post(f"/activities/{number}/reopen").status_code == 303
    assert "Reached her" not in sales.get(address).text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"subject": ""}, 422),
        ({"due_on": "0001-01-01"}, 422),
        ({"due_on": "9999-12-31"}, 422),
        ({"due_on": "31.2.2026"}, 422),
        ({"assignee": "99"}, 422),
        ({"person": "99"}, 422),
    ],
)
def test_what_cannot_be_planned_is_refused(sales: FlaskClient, form: dict[str, str], status: int) -> None:
    address = make(sales, "Acme")
    answer = sales.post(f"{address}/activities/new", data={"kind": "call", "subject": "Call"} | form)
    assert answer.status_code == status


def test_my_day_has_what_is_mine_and_the_leads_that_i_forgot(sales: FlaskClient, database: Database) -> None:
    me = str(number_in(database, "SELECT max(id) FROM staff_members"))
    address = make(sales, "Acme", owner=me)
    make(sales, "Forgotten AG", owner=me)
    for subject, due in (("Too late", "2020-01-31"), ("Someday", "")):
        plan = {"kind": "task", "subject": subject, "due_on": due, "assignee": me}
        assert sales.post(f"{address}/activities/new", data=plan).status_code == 303
    assert (
        sales.post(
            f"{address}/activities/new", data={"kind": "task", "subject": "Nobody's", "assignee": ""}
        ).status_code
        == 303
    )
    page = sales.get("/my-day").text
    assert re.search(r"Too late.*Someday.*Forgotten AG", page, re.DOTALL)
    assert "Nobody&#39;s" not in page


def test_whoever_has_left_stays_with_what_they_had_to_do(client_as: ClientAs, database: Database) -> None:
    admin = client_as(Role.ADMINISTRATOR)
    colleague = change(database, "INSERT INTO staff_members (email, name, role) VALUES ('g@b.test', 'Grace', 'sales')")
    address = make(admin, "Acme", owner=colleague)
    person = {"last_name": "Lovelace", "language": "de"}
    assert admin.post(f"{address}/contacts/new", data=person).status_code == 303
    contact = str(number_in(database, "SELECT id FROM contacts"))
    plan = {"kind": "call", "subject": "Call", "assignee": colleague, "person": contact}
    assert admin.post(f"{address}/activities/new", data=plan).status_code == 303
    change(database, "UPDATE staff_members SET disabled_at = now() WHERE name = 'Grace'")
    assert admin.post(f"/privacy/people/{contact}/restrict", data={"reason": "asked"}).status_code == 303
    shown = admin.get("/activities/1").text
    for part in (f'selected value="{colleague}">Grace', f'selected value="{contact}">as before'):
        assert part in shown
    assert "Lovelace" not in shown
    form = plan | {"subject": "Write", "version": hidden(shown, "version")}
    assert admin.post("/activities/1", data=form).status_code == 303
    shown = admin.get(f"{address}/edit").text
    assert f'selected value="{colleague}">Grace' in shown
    form = {"name": "Acme AG", "language": "de", "owner": colleague, "version": hidden(shown, "version")}
    assert admin.post(f"{address}/edit", data=form).status_code == 303
    of_the_colleague = f"SELECT count(*) FROM activities WHERE (assignee_id, contact_id) = ({colleague}, {contact})"
    assert number_in(database, of_the_colleague) == 1
    assert number_in(database, f"SELECT count(*) FROM institutions WHERE owner_id = {colleague}") == 1
    anew = admin.post(f"{address}/activities/new", data=plan | {"person": ""})
    assert anew.status_code == 422, "nothing new is theirs"


def test_a_day_is_told_as_a_day_and_a_time_where_one_was_said(sales: FlaskClient) -> None:
    address = make(sales, "Acme")
    for form in ({"due_on": "2031-05-02"}, {"due_on": "2031-05-03", "due_time": "09:30"}):
        plan = {"kind": "call", "subject": "Call"} | form
        assert sales.post(f"{address}/activities/new", data=plan).status_code == 303
    page = sales.get(address, headers={"Accept-Language": "de"}).text
    assert re.findall(r"<time [^>]*>(0[23]\.05\.2031[^<]*)</time>", page) == ["02.05.2031", "03.05.2031, 09:30"]
