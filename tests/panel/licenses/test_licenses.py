"""One license in the panel: made, changed, extended, given away, talked about."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import Activate, StartSession
from leasehold.licensing.run_one import run_one
from leasehold.licensing.vocabulary import DeviceType
from leasehold.staff.roles import Role
from tests.licensing.vendor import ACTOR, fingerprint, issue_license, scalar
from tests.panel.conftest import ClientAs
from tests.panel.customers.test_customers import SCRIPT, version_in

NOW = datetime.now(UTC)


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


def one(database: Database, statement: str, *parameters: object) -> object:
    with database.connect(application="test") as owner:
        return scalar(owner, statement, *parameters)


def run_device(database: Database, key: str, number: int = 1) -> None:
    """A device of the license with a live session."""
    with transaction(database, ACTOR) as session:
        run_one(session, Activate(key, fingerprint(number), f"Laptop {number}", DeviceType.LAPTOP), ACTOR)
        run_one(session, StartSession(key, fingerprint(number), client_version="4.2"), ACTOR)


def edit(client: FlaskClient, key: str, **more: str) -> dict[str, str]:
    """The edit form as it is, with changes."""
    return {
        "version": version_in(client.get(f"/licenses/{key}/edit").text),
        "device_limit": "3",
        "concurrent_sessions_limit": "2",
        "offline_grace": "1 d",
        "offline_max_ttl": "30 d",
        "checkout_enabled": "y",
    } | more


def test_a_license_is_seen_at_a_glance(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    run_device(database, key)
    page = operator.get(f"/licenses/{key}").text
    for text in (
        key,
        f'data-copy="{key}"',
        "data:image/svg+xml",
        "1 of 3",
        "1 of 2",
        "Laptop 1",
        "s ago",
        "first term",
    ):
        assert text in page
    fragment = operator.get(f"/licenses/{key}/sessions").text
    assert "Laptop 1" in fragment
    assert "<html" not in fragment
    assert operator.get("/licenses/AAAAA").status_code == 404


def test_limits_features_and_offline_use_are_edited(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    form = edit(operator, key, device_limit="5", offline_grace="36 h", offline_max_ttl="2 d") | {
        "features-0-name": "export", "features-0-kind": "boolean", "features-0-value": "yes",
        "features-1-name": "seats", "features-1-kind": "number", "features-1-value": "1.5",
        "features-2-name": "label", "features-2-kind": "text", "features-2-value": "12",
    }  # fmt: skip
    del form["checkout_enabled"]
    assert operator.post(f"/licenses/{key}/edit", data=form).status_code == 303
    row = "device_limit || ' ' || offline_grace || ' ' || offline_max_ttl || ' ' || checkout_enabled"
    assert one(database, f"SELECT {row} FROM licenses") == "5 129600 172800 false"
    assert one(database, "SELECT features FROM licenses") == {"export": True, "seats": 1.5, "label": "12"}
    again = operator.get(f"/licenses/{key}/edit").text
    assert 'value="36 h"' in again
    assert 'value="1.5"' in again


def test_two_editors_see_each_others_limits(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    mine = edit(operator, key, device_limit="6", **{"features-0-name": "a", "features-0-value": "mine"})
    theirs = mine | {"device_limit": "7", "features-0-value": "theirs", "features-0-kind": "text"}
    assert operator.post(f"/licenses/{key}/edit", data=theirs).status_code == 303
    stale = operator.post(f"/licenses/{key}/edit", data=mine | {"features-0-kind": "text"})
    assert stale.status_code == 409
    for text in ("<td>6</td><td>7</td>", "mine", "theirs"):
        assert text in stale.text
    assert one(database, "SELECT device_limit FROM licenses") == 7
    anyway = mine | {"features-0-kind": "text", "version": version_in(stale.text)}
    assert operator.post(f"/licenses/{key}/edit", data=anyway).status_code == 303
    assert one(database, "SELECT device_limit FROM licenses") == 6


def test_a_limit_below_the_active_devices_names_them_and_changes_nothing(
    operator: FlaskClient, database: Database
) -> None:
    key = issue_license(database)
    run_device(database, key, 1)
    run_device(database, key, 2)
    form = edit(operator, key, device_limit="1", concurrent_sessions_limit="1", offline_grace="7 h")
    refused = operator.post(f"/licenses/{key}/edit", data=form)
    assert refused.status_code == 409
    assert fingerprint(1) in refused.text
    assert fingerprint(2) in refused.text
    assert 'value="7 h"' in refused.text
    assert one(database, "SELECT device_limit || ' ' || offline_grace FROM licenses") == "3 86400"


@pytest.mark.parametrize(
    "form",
    [
        {"device_limit": "11"},
        {"device_limit": ""},
        {"concurrent_sessions_limit": "4"},
        {"offline_grace": "soon"},
        {"offline_grace": "99999 d"},
        {"offline_max_ttl": "5 min"},
        {"version": "x"},
        {"features-0-name": "a b", "features-0-kind": "text"},
        {"features-0-name": "a", "features-0-kind": "number", "features-0-value": "many"},
        {"features-0-name": "a", "features-0-kind": "boolean", "features-0-value": "maybe"},
        {"features-0-name": "a", "features-0-kind": "text", "features-0-value": "x" * 2000},
        {"features-0-name": "", "features-0-kind": "text", "features-0-value": "lost"},
        {f"features-{n}-{part}": "a" for n in range(2) for part in ("name", "value")} | {"features-0-kind": "text"},
        {f"features-{n}-{part}": f"n{n}" for n in range(300) for part in ("name", "value")},
    ],
)
def test_what_a_license_cannot_be_is_refused(operator: FlaskClient, database: Database, form: dict[str, str]) -> None:
    key = issue_license(database)
    before = one(database, "SELECT version FROM licenses")
    assert operator.post(f"/licenses/{key}/edit", data=edit(operator, key) | form).status_code == 422
    assert one(database, "SELECT version FROM licenses") == before


def test_an_extension_is_shown_before_it_is_granted_and_granted_once(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database, valid_until=NOW + timedelta(days=5))
    form = {"version": version_in(operator.get(f"/licenses/{key}/extend").text), "days": "30", "valid_until": ""}
    shown = operator.post(f"/licenses/{key}/extend", data=form)
    assert "The new term begins" in shown.text
    assert one(database, "SELECT count(*) FROM license_terms") == 1
    agreed = form | {"agreed": "yes"}
    assert operator.post(f"/licenses/{key}/extend", data=agreed).status_code == 303
    twice = operator.post(f"/licenses/{key}/extend", data=agreed)
    assert (twice.status_code, "nothing was saved" in twice.text) == (409, True)
    assert one(database, "SELECT count(*) FROM license_terms") == 2
    assert one(database, "SELECT valid_until FROM licenses") == NOW + timedelta(days=35)


@pytest.mark.parametrize(
    "form",
    [{}, {"days": "0"}, {"days": "3", "valid_until": "2099-01-01"}, {"valid_until": "1999-01-01"}, {"days": "x"},
     {"valid_until": "31.12.2099"}],
)  # fmt: skip
def test_an_extension_that_is_none_is_refused(operator: FlaskClient, database: Database, form: dict[str, str]) -> None:
    key = issue_license(database, valid_until=NOW + timedelta(days=5))
    sent = {"version": version_in(operator.get(f"/licenses/{key}/extend").text)} | form
    for agreed in ({}, {"agreed": "yes"}):
        assert operator.post(f"/licenses/{key}/extend", data=sent | agreed).status_code == 422
    assert one(database, "SELECT count(*) FROM license_terms") == 1


def test_a_wrong_term_is_voided_and_replaced(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database, valid_from=NOW - timedelta(days=10))
    address = f"/licenses/{key}/terms/{one(database, 'SELECT id FROM license_terms')}/void"
    form = {"version": version_in(operator.get(address).text), "reason": "Should have been a year"}
    alone = operator.post(address, data=form)
    assert (alone.status_code, "needs a term" in alone.text) == (422, True)
    form |= {"version": version_in(alone.text), "instead_until": "2099-12-31"}
    assert operator.post(address, data=form).status_code == 303
    assert one(database, "SELECT valid_until::date FROM licenses") is not None
    page = operator.get(f"/licenses/{key}").text
    assert "Should have been a year" in page
    again = operator.post(address, data=form | {"version": version_in(operator.get(address).text)})
    assert again.status_code == 404


def test_a_term_taken_back_ends_the_sessions_it_let_live(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database, valid_from=NOW - timedelta(days=10))
    run_device(database, key)
    address = f"/licenses/{key}/terms/{one(database, 'SELECT id FROM license_terms')}/void"
    yesterday = (NOW - timedelta(days=2)).date().isoformat()
    form = {"version": version_in(operator.get(address).text), "reason": "Never paid", "instead_until": yesterday}
    assert operator.post(address, data=form).status_code == 303
    assert one(database, "SELECT end_reason FROM session_history") == "license_expired"
    assert one(database, "SELECT count(*) FROM license_sessions") == 0


def test_a_license_changes_hands_on_both_records(operator: FlaskClient, database: Database) -> None:
    key, _other = issue_license(database), issue_license(database)
    giver = one(database, "SELECT customer_id FROM licenses WHERE license_key = %s", key)
    taker = one(database, "SELECT customer_id FROM licenses WHERE license_key <> %s", key)
    address = f"/licenses/{key}/transfer"
    form = {"version": version_in(operator.get(address).text), "customer": "ACME", "reason": "Sold the branch"}
    asked = operator.post(address, data=form)
    assert (asked.status_code, "Which customer is meant" in asked.text) == (422, True)
    assert f'name="customer_id" type="radio" value="{taker}"' in asked.text
    chosen = form | {"customer_id": str(taker)}
    assert operator.post(address, data=chosen).status_code == 303
    assert one(database, "SELECT customer_id FROM licenses WHERE license_key = %s", key) == taker
    for page in (f"/customers/{giver}", f"/customers/{taker}", f"/licenses/{key}"):
        assert "Sold the branch" in operator.get(page).text
    back = chosen | {"version": version_in(operator.get(address).text)}
    same = operator.post(address, data=back)
    assert (same.status_code, "already" in same.text) == (422, True)
    assert operator.post(address, data=back | {"customer": "Nobody", "customer_id": ""}).status_code == 404
    assert operator.post(address, data=back | {"customer_id": "", "reason": " "}).status_code == 422


def test_standing_changes_after_a_question(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    run_device(database, key)
    assert "1 live session ends" in operator.post(f"/licenses/{key}/suspend").text
    assert one(database, "SELECT suspended_at FROM licenses") is None
    assert operator.post(f"/licenses/{key}/suspend", data={"confirmed": "yes"}).status_code == 303
    assert one(database, "SELECT end_reason FROM session_history") == "license_suspended"
    assert operator.post(f"/licenses/{key}/resume").status_code == 303
    assert one(database, "SELECT suspended_at FROM licenses") is None
    assert "No session is live" in operator.post(f"/licenses/{key}/delete").text
    assert operator.post(f"/licenses/{key}/delete", data={"confirmed": "yes"}).status_code == 303
    assert operator.get(f"/licenses/{key}").status_code == 404


def test_a_trial_becomes_a_full_license(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    with database.connect(application="test") as owner:
        ACTOR.sign(owner)
        owner.execute("UPDATE licenses SET type = 'trial'")
    assert "Make full license" in operator.get(f"/licenses/{key}").text
    assert operator.post(f"/licenses/{key}/convert", data={"confirmed": "yes"}).status_code == 303
    assert one(database, "SELECT type FROM licenses") == "full"
    assert operator.post(f"/licenses/{key}/convert", data={"confirmed": "yes"}).status_code == 422


def test_notes_are_kept_with_their_author(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    sent = operator.post(f"/licenses/{key}/notes", data={"body": f"First line\r\nsecond\n{SCRIPT}"})
    assert sent.status_code == 303
    page = operator.get(f"/licenses/{key}").text
    assert re.search(r"Testa Prüferin.*First line\nsecond\n&#34;&gt;&lt;script&gt;", page, re.S)
    assert "<script>alert" not in page
    for body in ("", "  \n ", "x" * 5000, "a\x00b", "\x1b[31m"):
        assert operator.post(f"/licenses/{key}/notes", data={"body": body}).status_code == 422
    with database.connect(application="test") as owner, pytest.raises(Exception, match="never changed"):
        owner.execute("UPDATE license_notes SET body = 'another'")


def test_script_in_features_and_reasons_is_text(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database, valid_until=NOW + timedelta(days=3))
    form = edit(operator, key) | {"features-0-name": "x", "features-0-kind": "text", "features-0-value": SCRIPT}
    assert operator.post(f"/licenses/{key}/edit", data=form).status_code == 303
    address = f"/licenses/{key}/terms/{one(database, 'SELECT id FROM license_terms')}/void"
    void = {"version": version_in(operator.get(address).text), "reason": SCRIPT, "instead_until": "2099-01-01"}
    assert operator.post(address, data=void).status_code == 303
    for path in (f"/licenses/{key}", f"/licenses/{key}/edit", "/licenses?columns=features"):
        page = operator.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_a_formula_in_a_feature_is_text_in_the_export(operator: FlaskClient, database: Database) -> None:
    issue_license(database)
    with database.connect(application="test") as owner:
        ACTOR.sign(owner)
        owner.execute("UPDATE institutions SET name = '=cmd()'")
    text = operator.get("/licenses?columns=customer&format=csv").get_data(as_text=True)
    assert "'=cmd()" in text


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR])
def test_others_read_licenses_and_change_none(client_as: ClientAs, database: Database, role: Role) -> None:
    client = client_as(role)
    key = issue_license(database)
    page = client.get(f"/licenses/{key}")
    assert page.status_code == 200
    for act in ("edit", "extend", "suspend", "resume", "delete", "convert", "transfer", "notes", "terms/1/void"):
        assert client.post(f"/licenses/{key}/{act}", data={"confirmed": "yes"}).status_code == 403
        assert f"/licenses/{key}/{act}" not in page.text
    assert client.post("/licenses/new").status_code == 403


def test_many_are_extended_and_deleted_at_once(operator: FlaskClient, database: Database) -> None:
    keys = [issue_license(database, valid_until=NOW + timedelta(days=5)), issue_license(database)]

    def bulk(act: str, **form: str) -> str:
        asked = operator.post("/licenses/bulk", data={"act": act, "chosen": keys}).text
        signed = re.search(r'name="selection" value="([^"]+)"', asked)
        assert signed is not None
        return operator.post("/licenses/bulk", data={"act": act, "selection": signed[1]} | form).text

    assert "either a number of days or the last day" in bulk("extend", days="3", valid_until="2099-01-01")
    extended = bulk("extend", days="3")
    assert "1 done, 1 refused" in extended
    assert "perpetual" in extended
    assert "2 done, 0 refused" in bulk("delete")
    assert one(database, "SELECT count(*) FROM licenses WHERE deleted_at IS NULL") == 0
