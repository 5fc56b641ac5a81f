"""The stages themselves in the panel: listed, added, changed, removed."""

import re

import pytest
from flask.testing import FlaskClient

from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.institutions.test_institutions import hidden, make


@pytest.fixture
def admin(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


def _names(client: FlaskClient) -> list[str]:
    page = client.get("/pipeline/stages").text
    return re.findall(r'aria-label="Institutions in ([^"]+)"', page)


def test_a_stage_is_added_named_moved_and_removed(admin: FlaskClient) -> None:
    assert "/pipeline/stages" in admin.get("/pipeline").text
    form = {"name": "Demo", "type": "open", "colour": "pink", "place": "2"}
    assert admin.post("/pipeline/stages/new", data=form).location == "/pipeline/stages"
    assert _names(admin)[:4] == ["New", "Contacted", "Demo", "Qualified"]
    page = admin.get("/pipeline/stages/8/edit").text
    assert "after Contacted" in page
    change = {"name": "Trial", "type": "on_hold", "colour": "red", "place": "0", "version": hidden(page, "version")}
    assert admin.post("/pipeline/stages/8/edit", data=change).status_code == 303
    assert _names(admin)[0] == "Trial"
    gone = {"version": hidden(admin.get("/pipeline/stages/8/remove").text, "version")}
    assert admin.post("/pipeline/stages/8/remove", data=gone).status_code == 303
    assert "Trial" not in _names(admin)
    assert admin.get("/pipeline/stages/8/edit").status_code == 404


def test_leads_go_to_another_stage_in_the_same_act(admin: FlaskClient) -> None:
    address = make(admin, "Acme")
    page = admin.get("/pipeline/stages/1/remove").text
    assert "1 institution stands in it" in page
    assert "Won" not in page
    sent = {"version": hidden(page, "version"), "to": "6"}
    refused = admin.post("/pipeline/stages/1/remove", data=sent)
    assert (refused.status_code, "Leads are lost for a reason" in refused.text) == (409, True)
    assert admin.post("/pipeline/stages/1/remove", data=sent | {"lost_reason": "Gave up"}).status_code == 303
    assert "Gave up" in admin.get("/pipeline").text
    assert "Stage: New" in admin.get(address).text


def test_what_cannot_be_is_refused_and_stays_typed(admin: FlaskClient) -> None:
    taken = admin.post("/pipeline/stages/new", data={"name": "offer", "type": "open", "colour": "red", "place": "0"})
    assert (taken.status_code, "There is a stage" in taken.text, 'value="offer"' in taken.text) == (409, True, True)
    for wrong in ({"type": "other"}, {"colour": "plaid"}, {"place": "99"}):
        form = {"name": "Demo", "type": "open", "colour": "red", "place": "0"} | wrong
        assert admin.post("/pipeline/stages/new", data=form).status_code == 422
    script = '"><script>alert(1)</script>'
    admin.post("/pipeline/stages/new", data={"name": script, "type": "open", "colour": "red", "place": "0"})
    for path in ("/pipeline/stages", "/pipeline/stages/8/edit", "/pipeline/stages/8/remove", "/pipeline"):
        assert "<script>alert" not in admin.get(path).text


def test_two_editors_see_each_other_and_a_removal_waits_for_a_second_look(admin: FlaskClient) -> None:
    version = hidden(admin.get("/pipeline/stages/4/edit").text, "version")
    form = {"name": "Bid", "type": "open", "colour": "purple", "place": "3", "version": version}
    assert admin.post("/pipeline/stages/4/edit", data=form).status_code == 303
    second = admin.post("/pipeline/stages/4/edit", data=form | {"name": "Proposal"})
    assert (second.status_code, "Bid" in second.text) == (409, True)
    assert admin.post("/pipeline/stages/4/remove", data={"version": version}).status_code == 409
    assert "Bid" in _names(admin)


def test_a_name_that_is_read_in_german_stays_what_it_is(admin: FlaskClient) -> None:
    german = {"Accept-Language": "de"}
    page = admin.get("/pipeline/stages/1/edit", headers=german).text
    assert 'value="Neu"' in page
    form = {"name": "Neu", "type": "open", "colour": "lime", "place": "0", "version": hidden(page, "version")}
    assert admin.post("/pipeline/stages/1/edit", data=form, headers=german).status_code == 303
    assert _names(admin)[0] == "New"


@pytest.mark.parametrize("role", [Role.SALES, Role.OPERATOR, Role.AUDITOR])
def test_others_look_and_change_nothing(client_as: ClientAs, role: Role) -> None:
    client = client_as(role)
    assert "/pipeline/stages/1/edit" not in client.get("/pipeline/stages").text
    for path in ("new", "1/edit", "1/remove"):
        assert client.post(f"/pipeline/stages/{path}").status_code == 403


def test_who_saves_what_another_has_saved_already_is_told_nothing(admin: FlaskClient) -> None:
    page = admin.get("/pipeline/stages/2/edit").text
    form = {"name": "Called", "type": "open", "colour": "red", "place": "1", "version": hidden(page, "version")}
    assert admin.post("/pipeline/stages/2/edit", data=form).status_code == 303
    assert admin.post("/pipeline/stages/2/edit", data=form).status_code == 303
    stale = admin.post("/pipeline/stages/2/edit", data=form | {"name": "Rung up"})
    assert (stale.status_code, "Somebody else has changed this" in stale.text) == (409, True)
