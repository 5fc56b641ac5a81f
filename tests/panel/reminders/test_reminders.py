"""How reminders stand, what would be sent, and the rules, in the panel."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase
from tests.panel.conftest import ClientAs, make_panel
from tests.reminders.mailbox import mailbox
from tests.reminders.stock import DAY, Clock, change, make_customer, make_license, noon_zone, rows, set_hour
from tests.resources.stock import make_pool

SOON = datetime.now(UTC) + 5 * DAY


@pytest.fixture
def key(database: Database) -> str:
    return make_license(database, make_customer(database, "Acme GmbH", "ada@acme.test", language="de"), ends=SOON)


def test_it_is_off_until_configured_and_shows_what_would_be_sent(
    client_as: ClientAs, database: Database, key: str
) -> None:
    untold = make_license(database, make_customer(database, "Bäcker KG", None), ends=SOON)
    change(database, "UPDATE resource_pools SET low_water = 2 WHERE id = %s", make_pool(database, name="North"))
    text = client_as(Role.SALES).get("/reminders").text
    assert "Reminders are off: nothing is sent before LEASEHOLD_SMTP_HOST, LEASEHOLD_MAIL_FROM are set" in text
    assert all(part in text for part in ("ada@acme.test", f"/licenses/{key}", "Ihre Lizenz für Studio endet am"))
    assert all(part in text for part in ("Whom nobody can be written to", f"/licenses/{untold}", "Bäcker KG", "North"))
    assert "Switch off" not in text
    assert rows(database, "SELECT FROM reminder_mails") == []


@pytest.fixture
def configured(fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The panel of an installation that sends mails."""
    monkeypatch.setenv("LEASEHOLD_SMTP_HOST", "mail.vendor.test")
    monkeypatch.setenv("LEASEHOLD_MAIL_FROM", "Acme <licenses@vendor.test>")
    yield from make_panel(tmp_path, fresh_database.url)


@pytest.mark.usefixtures("configured")
class TestConfigured:
    @pytest.fixture
    def panel(self, configured: Flask) -> Flask:
        return configured

    def test_it_is_on_and_says_what_failed(self, client_as: ClientAs, database: Database) -> None:
        change(database, "UPDATE reminder_state SET failure = 'no route', failed_at = now()")
        text = client_as(Role.OPERATOR).get("/reminders").text
        assert all(part in text for part in ("mail.vendor.test:587", "Acme &lt;licenses@vendor.test&gt;", "no route"))
        assert "Reminders are off" not in text

    def test_it_says_when_reminders_leave(self, client_as: ClientAs, database: Database, key: str) -> None:
        noon_here = noon_zone(datetime.now(UTC))
        change(database, "INSERT INTO settings (name, value) VALUES ('timezone', to_jsonb(%s::text))", noon_here)
        client = client_as(Role.ADMINISTRATOR)
        set_hour(database, 0)
        assert "It leaves within a quarter of an hour." in client.get("/reminders").text
        set_hour(database, 20)
        text = client.get("/reminders").text
        assert ("8:00:00\u202fPM" in text, "#reminder_hour" in text) == (True, True)


def test_the_ledger_is_a_list(client_as: ClientAs, fresh_database: FreshDatabase, database: Database, key: str) -> None:
    with mailbox() as box:
        clock = Clock(fresh_database, box.settings())
        box.refusals["ada@acme.test"] = "550 5.1.1 no such user"
        clock.send_at(SOON - 5 * DAY)
        box.refusals.clear()
        clock.send_at(SOON - DAY)
        clock.close()
    client = client_as(Role.AUDITOR)
    text = client.get("/reminders/all").text
    assert all(part in text for part in ("5 rows", key, "1 day before the end", "superseded", "no such user"))
    assert "1 row<" in client.get("/reminders/all?state=given_up").text
    assert "1 row<" in client.get(f"/reminders/all?state=sent&license={key.lower()}").text
    assert "0 rows" in client.get("/reminders/all?kind=pool_low_water").text
    assert "ada@acme.test" in client.get("/reminders/all?format=csv").text


def test_rules_are_switched_by_administrators(client_as: ClientAs, database: Database, key: str) -> None:
    client = client_as(Role.ADMINISTRATOR)
    rule = rows(database, "SELECT id FROM reminder_rules WHERE days_before = 7")[0][0]
    assert client.post(f"/reminders/rules/{rule}", data={"active": "no"}).location == "/reminders"
    assert rows(database, "SELECT days_before FROM reminder_rules WHERE NOT active") == [(7,)]
    assert "Switch on" in client.get("/reminders").text
    assert rows(database, "SELECT actor LIKE 'staff:%%' FROM audit_log WHERE table_name = %s", "reminder_rules") == [
        (True,)
    ]
    client.post(f"/reminders/rules/{rule}", data={"active": "yes"})
    assert rows(database, "SELECT FROM reminder_rules WHERE NOT active") == []


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SALES, Role.AUDITOR])
def test_nobody_else_switches_rules(client_as: ClientAs, database: Database, role: Role) -> None:
    assert client_as(role).post("/reminders/rules/1", data={"active": "no"}).status_code == 403


def test_what_was_given_up_is_told_and_sent_again_from_the_list(
    client_as: ClientAs, fresh_database: FreshDatabase, database: Database, key: str
) -> None:
    with mailbox() as box:
        clock = Clock(fresh_database, box.settings())
        box.refusals["ada@acme.test"] = "550 5.1.1 mailbox full"
        clock.send_at(datetime.now(UTC))
        box.refusals.clear()
        client = client_as(Role.SALES)
        assert "1 mail of the last seven days" in client.get("/dashboard").text
        ((reminder,),) = rows(database, "SELECT id FROM reminder_ledger WHERE state = 'told'")
        ((superseded,),) = rows(database, "SELECT min(id) FROM reminder_ledger WHERE state = 'superseded'")
        asked = client.post("/reminders/all/bulk", data={"act": "again", "chosen": [reminder, superseded]}).text
        assert "Send the mails of 2 reminders again?" in asked
        signed = asked.split('name="selection" value="')[1].split('"')[0]
        done = client.post("/reminders/all/bulk", data={"act": "again", "selection": signed}).text
        assert ("1 done, 1 refused" in done, "was not given up" in done) == (True, True)
        assert clock.send_at(datetime.now(UTC) + DAY).sent == 1
        clock.close()
    assert [mail["To"] for mail in box.mails] == ["ada@acme.test"]
    assert "mail of the last seven days" not in client.get("/dashboard").text
