"""`leasehold reminder`, and what the worker starts of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leasehold.kit.database import Database, Role
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.worker.job import JobContext
from leasehold.worker.reminder_runs import start_reminders
from tests.cli.conftest import Cli, run_cli
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until
from tests.reminders.mailbox import Mailbox, mailbox
from tests.reminders.stock import DAY, make_customer, make_license, noon_zone, rows, set_hour

SOON = datetime.now(UTC) + 5 * DAY


@pytest.fixture
def key(database: Database) -> str:
    return make_license(database, make_customer(database, "Acme GmbH", "ada@acme.test"), ends=SOON)


@pytest.fixture(autouse=True)
def _any_hour(database: Database) -> None:
    set_hour(database, 0)


def _configure(monkeypatch: pytest.MonkeyPatch, box: Mailbox) -> None:
    for name, value in {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(box.port),
        "SMTP_TLS": "none",
        "MAIL_FROM": "Acme <licenses@vendor.test>",
        "MAIL_VENDOR": "vendor@vendor.test",
    }.items():
        monkeypatch.setenv(f"LEASEHOLD_{name}", value)


def test_they_are_off_until_configured_and_can_be_looked_at(cli: Cli, key: str) -> None:
    status = cli("reminder", "status", "--json").json
    assert (status["on"], status["missing"]) == (False, ["LEASEHOLD_SMTP_HOST", "LEASEHOLD_MAIL_FROM"])
    assert (status["due"], status["waiting"], status["ran_at"]) == (1, 0, None)
    (mail,) = cli("reminder", "preview", "--json").json
    assert (mail["recipient"], mail["language"], mail["about"]) == ("ada@acme.test", "en", [key])
    assert mail["subject"].startswith("Your license for Studio ends on")
    assert cli("reminder", "send", "--json").error["code"] == "reminders_off"
    assert cli("reminder", "test", "me@vendor.test", "--json").error["code"] == "reminders_off"
    assert cli("reminder", "list", "--json").json == []


def test_they_are_sent_once_and_listed(cli: Cli, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with mailbox() as box:
        _configure(monkeypatch, box)
        assert cli("reminder", "test", "me@vendor.test", "--json").json["recipient"] == "me@vendor.test"
        assert cli("reminder", "send", "--json").json["sent"] == 1
        assert cli("reminder", "send", "--json").json["sent"] == 0
        assert cli("reminder", "send", "--quiet").out == ""
        assert [mail["To"] for mail in box.mails] == ["me@vendor.test", "ada@acme.test"]
    told, *superseded = reversed(cli("reminder", "list", "--json").json)
    assert (told["license_key"], told["state"], told["days_before"]) == (key, "sent", 7)
    assert told["message_id"].endswith("@vendor.test>")
    assert [line["state"] for line in superseded] == ["superseded"] * 3
    assert len(cli("reminder", "list", "--state", "sent", "--license", key, "--json").json) == 1
    status = cli("reminder", "status", "--json").json
    assert (status["on"], status["due"], status["failure"]) == (True, 0, None)
    refused = cli("reminder", "send", "--json").error
    assert (refused["code"], refused["server"]) == ("mail_server_away", f"127.0.0.1:{box.port}")
    assert "cannot be used" in cli("reminder", "status", "--json").json["failure"]


def test_rules_are_listed_and_switched(cli: Cli, key: str) -> None:
    rules = cli("reminder", "rules", "--json").json
    assert [rule["days_before"] for rule in rules] == [60, 30, 14, 7, 1, 0, -3, None, None]
    assert [rule["kind"] for rule in rules[-2:]] == ["activity_due", "pool_low_water"]
    for rule in rules[:4]:
        assert cli("reminder", "switch", str(rule["id"]), "off", "--json").json["active"] is False
    assert cli("reminder", "preview", "--json").json == []
    assert cli("reminder", "switch", str(rules[0]["id"]), "on", "--json").json["active"] is True
    assert cli("reminder", "switch", "99", "on", "--json").error["code"] == "reminder_rule_not_found"


def test_the_password_is_kept_and_forgotten(cli: Cli, tmp_path: Path) -> None:
    assert run_cli("reminder", "password", "--json", stdin="correct horse\n").json == {"password": "kept"}
    assert read_or_create_secrets(tmp_path)["smtp_password"] == "correct horse"
    assert run_cli("reminder", "password", "--json", stdin="").json == {"password": "forgotten"}
    assert "smtp_password" not in read_or_create_secrets(tmp_path)


def test_the_worker_starts_a_process_that_sends(
    cli: Cli, key: str, fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database.as_role(Role.WORKER).connect(application="test") as connection, mailbox() as box:
        context = JobContext(connection, tmp_path)
        assert start_reminders(context) == 0, "it is off"
        _configure(monkeypatch, box)
        assert start_reminders(context) == 1
        ran = "SELECT FROM reminder_state WHERE ran_at IS NOT NULL"
        wait_until(lambda: rows(fresh_database.owner, ran), "reminders were seen to")
        assert [mail["To"] for mail in box.mails] == ["ada@acme.test"]
    log = tmp_path / "logs" / "reminders.log"
    wait_until(lambda: "sent" in log.read_text(), "the log says what was done")


def _finding(cli: Cli) -> dict[str, Any]:
    findings: list[dict[str, Any]] = json.loads(cli("doctor", "--json").out)["findings"]
    return next(one for one in findings if one["check"] == "reminders")


def test_doctor_says_whether_they_are_on(cli: Cli, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _finding(cli)["detail"] == "off, since LEASEHOLD_SMTP_HOST and LEASEHOLD_MAIL_FROM are not set"
    with mailbox() as box:
        _configure(monkeypatch, box)
    assert (_finding(cli)["ok"], _finding(cli)["detail"]) == (True, "on, by 127.0.0.1")
    cli("reminder", "send")
    assert _finding(cli)["ok"] is False


def test_what_was_given_up_is_told_and_sent_again(
    cli: Cli, key: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mailbox() as box:
        _configure(monkeypatch, box)
        box.refusals["ada@acme.test"] = "550 5.1.1 mailbox full"
        assert cli("reminder", "send", "--json").json["given_up"] == 1
        assert _finding(cli)["detail"] == "mails given up in the last days: 1"
        (line,) = cli("reminder", "list", "--state", "given_up", "--json").json
        box.refusals.clear()
        again = cli("reminder", "again", str(line["id"]), "--json").json
        assert (again["state"], again["message_id"]) == ("waiting", line["message_id"])
        assert cli("reminder", "send", "--json").json["sent"] == 1
    assert cli("reminder", "again", str(line["id"]), "--json").error["code"] == "reminder_not_given_up"
    assert cli("reminder", "again", "999", "--json").error["code"] == "reminder_not_found"


def test_before_the_hour_nothing_leaves_and_the_preview_says_when(
    cli: Cli, key: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    cli("settings", "set", "timezone", noon_zone(now))
    set_hour(database, 20)
    leaves = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=8)
    (mail,) = cli("reminder", "preview", "--json").json
    assert datetime.fromisoformat(mail["leaves_at"]) == leaves
    assert datetime.fromisoformat(cli("reminder", "status", "--json").json["leaves_at"]) == leaves
    with mailbox() as box:
        _configure(monkeypatch, box)
        sent = cli("reminder", "send", "--json").json
        assert (sent["sent"], datetime.fromisoformat(sent["leaves_at"]), box.mails) == (0, leaves, [])
    set_hour(database, 12)
    assert cli("reminder", "status", "--json").json["leaves_at"] is None
