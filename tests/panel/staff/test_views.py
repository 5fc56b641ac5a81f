"""Who works in the panel, as administrators change it."""

import re

from flask import Flask
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.sign_in.people import (
    EMAIL,
    PASSWORD,
    enrol,
    give_password,
    is_in,
    joined,
    sign_in,
)

GRACE = "grace@firm.test"
_LINK = re.compile(r'data-copy="http://127\.0\.0\.1:8091(/setup/[\w-]+)"')


def _role_of(database: Database, email: str) -> object:
    with database.connect(application="test") as connection:
        row = connection.execute("SELECT role FROM staff_members WHERE email = %s", (email,)).fetchone()
    return row[0] if row else None


def test_somebody_is_invited_with_a_role_and_an_address(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    page = client.post("/staff/invite", data={"email": GRACE, "role": "sales"})
    link = _LINK.findall(page.text)[0]
    guest = panel.test_client()
    assert GRACE in guest.get(link).text
    guest.post(link, data={"name": "Grace", "email": "other@firm.test", "password": PASSWORD})
    enrol(guest, GRACE)
    assert _role_of(database, GRACE) == "sales"
    assert guest.get("/staff").status_code == 403
    refused = client.post("/staff/invite", data={"email": EMAIL.upper(), "role": "sales"})
    assert (refused.status_code, "is a member already" in refused.text) == (422, True)


def test_another_role_ends_the_sessions(panel: Flask, client: FlaskClient, database: Database) -> None:
    member, grace = joined(panel, database), joined(panel, database, GRACE, Role.SALES)
    hers = panel.test_client()
    sign_in(client, member, database)
    sign_in(hers, grace, database)
    assert client.post("/staff/2/role", data={"role": "auditor"}).status_code == 302
    assert _role_of(database, GRACE) == "auditor"
    assert not is_in(hers)


def test_who_is_disabled_is_out_and_who_is_enabled_may_come_again(
    panel: Flask, client: FlaskClient, database: Database
) -> None:
    member, grace = joined(panel, database), joined(panel, database, GRACE, Role.SALES)
    hers = panel.test_client()
    sign_in(client, member, database)
    sign_in(hers, grace, database)
    assert "will be signed out" in client.post("/staff/2/disable").text
    assert is_in(hers)
    client.post("/staff/2/disable", data={"confirmed": "yes"})
    assert not is_in(hers)
    assert give_password(hers, grace).status_code == 422
    client.post("/staff/2/enable")
    sign_in(hers, grace, database)


def test_a_reset_leads_to_enrolment(panel: Flask, client: FlaskClient, database: Database) -> None:
    member, grace = joined(panel, database), joined(panel, database, GRACE, Role.SALES)
    hers = panel.test_client()
    sign_in(client, member, database)
    sign_in(hers, grace, database)
    client.post("/staff/2/reset-second-factor", data={"confirmed": "yes"})
    assert not is_in(hers)
    assert give_password(hers, grace).location == "/sign-in/enrol"
    enrol(hers, GRACE)
    assert is_in(hers)


def test_a_forgotten_password_is_renewed_by_a_link(panel: Flask, client: FlaskClient, database: Database) -> None:
    member, grace = joined(panel, database), joined(panel, database, GRACE, Role.SALES)
    hers = panel.test_client()
    sign_in(client, member, database)
    sign_in(hers, grace, database)
    link = _LINK.findall(client.post("/staff/2/password-link").text)[0]
    fresh = panel.test_client()
    answer = fresh.post(link, data={"password": "copper window orchard 7"})
    assert answer.location == "/sign-in/second-factor"
    assert not is_in(hers)
    assert not is_in(fresh)
    assert give_password(panel.test_client(), grace).status_code == 422


def test_the_last_administrator_stays(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    for path, data in (("/staff/1/role", {"role": "sales"}), ("/staff/1/disable", {"confirmed": "yes"})):
        answer = client.post(path, data=data)
        assert (answer.status_code, "last administrator" in answer.text) == (409, True)
    assert is_in(client)


def test_signing_somebody_out_everywhere(panel: Flask, client: FlaskClient, database: Database) -> None:
    member, grace = joined(panel, database), joined(panel, database, GRACE, Role.SALES)
    hers = panel.test_client()
    sign_in(client, member, database)
    sign_in(hers, grace, database)
    client.post("/staff/2/end-sessions")
    assert not is_in(hers)


def test_auditors_read_and_change_nothing(client_as: ClientAs) -> None:
    page = client_as(Role.AUDITOR).get("/staff")
    assert page.status_code == 200
    assert "Invite somebody" not in page.text
