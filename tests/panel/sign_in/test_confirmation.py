"""Sensitive acts: the person proves again who they are, and what they typed goes on."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from tests.panel.sign_in.people import PASSWORD, Member, joined, sign_in

INVITATION = {"email": "grace@firm.test", "role": "sales"}


@pytest.fixture
def member(panel: Flask, client: FlaskClient, database: Database) -> Member:
    """Somebody who signed in a quarter of an hour ago."""
    somebody = joined(panel, database)
    sign_in(client, somebody, database)
    with database.connect(application="test") as connection:
        connection.execute("UPDATE staff_sessions SET confirmed_at = confirmed_at - interval '11 min'")
    return somebody


def _invited(database: Database) -> int:
    with database.connect(application="test") as connection:
        row = connection.execute("SELECT count(*) FROM staff_setup_links WHERE email IS NOT NULL").fetchone()
    return int(str(row[0])) if row else 0


def test_what_was_typed_goes_on_with_the_password(client: FlaskClient, member: Member, database: Database) -> None:
    asked = client.post("/staff/invite", data=INVITATION)
    assert (asked.status_code, "Is it you?" in asked.text, _invited(database)) == (200, True, 0)
    assert 'action="/staff/invite"' in asked.text
    fields = {
        name: unescape(value) for name, value in re.findall(r'<textarea name="(\w+)" hidden>\n([^<]*)<', asked.text)
    }
    assert fields == INVITATION
    refused = client.post("/staff/invite", data=fields | {"confirm_password": "wrong"})
    assert (refused.status_code, "grace@firm.test" in refused.text, _invited(database)) == (422, True, 0)
    done = client.post("/staff/invite", data=fields | {"confirm_password": PASSWORD})
    assert (done.status_code, "/setup/" in done.text, _invited(database)) == (200, True, 1)
    again = client.post("/staff/invite", data=INVITATION | {"email": "third@firm.test"})
    assert "/setup/" in again.text


def test_a_page_that_is_only_read_asks_too_and_is_gone_back_to(client: FlaskClient, member: Member) -> None:
    asked = client.get("/account/authenticator")
    action = unescape(re.findall(r'<form method="post" action="([^"]*confirm-again[^"]*)"', asked.text)[0])
    assert client.post(action, data={"confirm_password": PASSWORD}).location == "/account/authenticator"
    assert "data:image/png" in client.get("/account/authenticator").text


def test_the_password_does_not_come_back_in_the_next_question(client: FlaskClient, member: Member) -> None:
    page = client.post("/staff/1/disable", data={"confirm_password": PASSWORD})
    assert "will be signed out" in page.text
    assert PASSWORD not in page.text


def test_guesses_at_the_confirmation_are_counted(client: FlaskClient, member: Member, database: Database) -> None:
    for _ in range(5):
        client.post("/staff/invite", data=INVITATION | {"confirm_password": "wrong"})
    answer = client.post("/staff/invite", data=INVITATION | {"confirm_password": PASSWORD})
    assert ("Too many attempts" in answer.text, _invited(database)) == (True, 0)


def test_nothing_typed_can_break_out_of_the_page(client: FlaskClient, member: Member) -> None:
    evil = "</textarea><script>alert(1)</script>"
    page = client.post("/staff/invite", data={"email": evil, 'role"><script>': "x"}).text
    assert "<script>alert" not in page
    assert '"><script>' not in page


def test_every_change_of_the_staff_and_of_second_factors_asks(
    panel: Flask, client: FlaskClient, member: Member
) -> None:
    sensitive = [
        str(rule).replace("<int:member_id>", "1").replace("<int:passkey_id>", "1")
        for rule in panel.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and rule.endpoint.startswith(
            ("staff.", "account.authenticator", "account.remove", "account.make", "account.add")
        )
    ]
    assert len(sensitive) > 10
    for path in [*sensitive, "/passkeys/ask-new"]:
        assert "Is it you?" in client.post(path).text, path
