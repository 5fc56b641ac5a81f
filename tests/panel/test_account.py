"""One's own account."""

from flask import Flask
from flask.testing import FlaskClient

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.settings.service import set_setting
from tests.panel.sign_in.people import (
    HOMES,
    PASSWORD,
    enrol,
    forget_codes,
    give_code,
    give_password,
    is_in,
    join,
    joined,
    setup_link,
    sign_in,
)

NEW = "copper window orchard 7"


def test_a_new_password_needs_the_present_one_and_ends_the_other_sessions(
    panel: Flask, client: FlaskClient, database: Database
) -> None:
    member = joined(panel, database)
    other = panel.test_client()
    sign_in(client, member, database)
    sign_in(other, member, database)
    wrong = client.post("/account/password", data={"present_password": "wrong", "password": NEW})
    assert (wrong.status_code, "not the present password" in wrong.text) == (422, True)
    weak = client.post("/account/password", data={"present_password": PASSWORD, "password": "password1234"})
    assert (weak.status_code, "too easily guessed" in weak.text) == (422, True)
    assert is_in(other)
    assert client.post("/account/password", data={"present_password": PASSWORD, "password": NEW}).status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert give_password(other, member).status_code == 422
    assert give_password(other, member, NEW).status_code == 302


def test_sessions_are_listed_and_ended_one_by_one(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    phone = panel.test_client()
    phone.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18 Safari/604.1"
    sign_in(client, member, database)
    sign_in(phone, member, database)
    page = client.get("/account").text
    assert "Safari · iPhone" in page
    assert "127.0.0.1" in page
    with database.connect(application="test") as connection:
        newest = connection.execute("SELECT max(id) FROM staff_sessions").fetchone()
    client.post(f"/account/sessions/{newest[0] if newest else 0}/end")
    assert is_in(client)
    assert not is_in(phone)


def test_nobody_ends_the_sessions_of_others(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    other = joined(panel, database, "eve@firm.test")
    sign_in(client, member, database)
    thief = panel.test_client()
    sign_in(thief, other, database)
    for number in range(10):
        thief.post(f"/account/sessions/{number}/end")
    assert is_in(client)


def test_new_recovery_codes_replace_the_old_ones(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    page = client.post("/account/recovery-codes").text
    assert page.count("<li><code>") == 10
    assert 'download="leasehold-recovery-codes.txt"' in page
    other = panel.test_client()
    give_password(other, member)
    assert give_code(other, member.recovery_codes[0]).status_code == 422


def test_the_only_second_factor_stays_while_one_is_required(
    panel: Flask, client: FlaskClient, database: Database
) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    answer = client.post("/account/authenticator/remove", data={"confirmed": "yes"})
    assert (answer.status_code, "only second factor" in answer.text) == (409, True)
    assert give_password(panel.test_client(), member).location == "/sign-in/second-factor"


def test_an_administrator_can_do_without_second_factors(panel: Flask, client: FlaskClient, database: Database) -> None:
    with database.connect(application="test") as connection:
        Actor("cli:test").sign(connection)
        set_setting(connection, "second_factor_required", "off")
    assert join(client, setup_link(database)).location in HOMES
    assert is_in(client)
    with database.connect(application="test") as connection:
        Actor("cli:test").sign(connection)
        set_setting(connection, "second_factor_required", "on")
    panel.extensions.pop("leasehold.settings")
    assert not is_in(client)
    assert client.get("/sign-in").location.startswith("/sign-in/second-factor")
    assert client.get("/sign-in/second-factor").location == "/sign-in/enrol"
    enrol(client)
    assert is_in(client)
    forget_codes(database)
