"""The smaller groups of verbs."""

import re
from pathlib import Path

import pytest

from leasehold.api_keys.key_format import is_well_formed
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.license_key import new_license_key
from leasehold.settings.registry import SETTINGS
from leasehold.staff.service import setup_link_is_valid
from tests.cli.conftest import CLIENT, FINGERPRINTS, Cli, Vendor


def _license(cli: Cli) -> str:
    made = cli("license", "create", "--customer", "Acme", "--product", "studio", "--device-limit", "2", "--json").json
    return str(made["license_key"])


def test_customers_and_products(cli: Cli) -> None:
    acme = cli("customer", "create", "Acme GmbH", "--language", "en", "--json").json
    assert (acme["id"], acme["name"], acme["language"]) == (1, "Acme GmbH", "en")
    assert cli("customer", "show", "acme gmbh", "--json").json == acme
    cli("customer", "create", "--name", "Acme GmbH")
    assert cli("customer", "show", "acme gmbh", "--json").error == {
        "code": "customer_ambiguous",
        "detail": "Several customers are called 'acme gmbh': name one by its id (1, 2).",
        "name": "acme gmbh",
        "ids": [1, 2],
    }
    assert [customer["id"] for customer in cli("customer", "list", "--json").json] == [1, 2]
    studio = cli("product", "create", "studio", "--name", "Studio", "--json").json
    assert cli("product", "show", "studio", "--json").json == studio
    assert cli("product", "list", "--json").json == [studio]
    assert cli("product", "create", "--slug", "studio", "--json").error["code"] == "product_exists"


def test_devices_are_blocked_unblocked_and_deactivated(cli: Cli, vendor: Vendor) -> None:
    key, other = _license(cli), _license(cli)
    for fingerprint in FINGERPRINTS[:2]:
        vendor.activate(key, fingerprint)
    vendor.activate(other, FINGERPRINTS[0])
    vendor.start(key, FINGERPRINTS[0])
    devices = cli("device", "list", "--license", key.lower(), "--json").json
    assert [(device["hardware_fingerprint"], device["status"]) for device in devices] == [
        (FINGERPRINTS[0], "active"),
        (FINGERPRINTS[1], "active"),
    ]
    assert devices[0]["device_name"] == "Jörg's laptop"
    assert len(cli("device", "list", "--json").json) == 3
    blocked = cli("device", "block", "--license", key, FINGERPRINTS[0], "--json").json
    assert blocked == devices[0] | {"status": "blocked"}
    assert vendor.activate(key, FINGERPRINTS[0]) == "device_blocked"
    unblocked = cli("device", "unblock", "--license", key, FINGERPRINTS[0], "--json").json
    assert unblocked["status"] == "inactive"
    assert vendor.activate(key, FINGERPRINTS[0]) == "reactivated"
    assert cli("device", "deactivate", "--license", key, FINGERPRINTS[0], "--json").json["status"] == "inactive"
    assert [past["end_reason"] for past in cli("session", "list", "--ended", "--json").json] == ["device_blocked"]
    assert cli("device", "block", "--license", key, "nothing", "--json").error["code"] == "device_not_registered"
    assert cli("device", "list", "--license", new_license_key(), "--json").error["code"] == "license_not_found"


def test_the_reason_for_what_is_done_stands_in_the_audit_log(cli: Cli, vendor: Vendor, database: Database) -> None:
    key = _license(cli)
    vendor.activate(key, FINGERPRINTS[0])
    token = vendor.start(key, FINGERPRINTS[0])
    assert cli("session", "end", token, "--reason", " ", "--json").error["code"] == "text_invalid"
    assert cli("session", "end", token, "--reason", "Moving\n house", "--json").json["end_reason"] == "operator"
    for verb, reason in (("block", "Lost"), ("unblock", "Found"), ("block", None)):
        told = () if reason is None else ("--reason", reason)
        assert cli("device", verb, "--license", key, FINGERPRINTS[0], *told, "--json").status == 0
    refused = cli("device", "deactivate", "--license", key, FINGERPRINTS[0], "--json")
    assert refused.error["code"] == "device_blocked"
    with database.connect(application="test") as connection:
        query = (
            "SELECT action, after ->> 'reason' FROM audit_log WHERE action IN ('end', 'block', 'unblock') ORDER BY id"
        )
        rows = connection.execute(query).fetchall()
    assert rows == [("end", "Moving house"), ("block", "Lost"), ("unblock", "Found"), ("block", None)]


def test_sessions_are_listed_and_ended(cli: Cli, vendor: Vendor) -> None:
    key, other = _license(cli), _license(cli)
    for license_key in (key, other):
        vendor.activate(license_key, FINGERPRINTS[0])
    token, second = vendor.start(key, FINGERPRINTS[0]), vendor.start(other, FINGERPRINTS[0])
    live = cli("session", "list", "--json").json
    assert [session["session_token"] for session in live] == [token, second]
    assert live[0]["license_key"] == key
    assert live[0]["expires_at"] > live[0]["last_heartbeat_at"]
    ended = cli("session", "end", token, "--json").json
    assert (ended["session_token"], ended["end_reason"], ended["duration"]) == (token, "operator", 0)
    assert cli("session", "end", token.upper(), "--json").json == ended
    assert cli("session", "list", "--license", key, "--json").json == []
    (past,) = cli("session", "list", "--ended", "--license", key, "--json").json
    assert past | ended == past
    assert cli("session", "end", "abc", "--json").error["code"] == "session_not_found"
    assert cli("session", "end", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "--json").error["code"] == "session_not_found"


def test_an_api_key_is_shown_once(cli: Cli) -> None:
    made = cli("api-key", "create", "--name", "shop", "--scope", "license", "--expires", "2039-12-31", "--json").json
    assert is_well_formed(made["api_key"])
    (listed,) = cli("api-key", "list", "--json").json
    assert {"api_key": made["api_key"], **listed} == made
    assert cli("api-key", "create", "--name", "shop", "--scope", "license", "--json").error["code"] == (
        "api_key_name_taken"
    )
    for options in (["--scope", "admin"], ["--scope", "license", "--expires", "2020-01-01"]):
        refused = cli("api-key", "create", "--name", "other", *options, "--json")
        assert refused.error["code"] == "api_key_refused"
    rotated = cli("api-key", "rotate", "shop", "--overlap-hours", "2", "--json").json
    assert (rotated["rotated_from"], rotated["name"]) == (made["id"], "shop")
    assert rotated["api_key"] != made["api_key"]
    assert cli("api-key", "revoke", "shop", "--json").json["revoked_at"] is not None
    assert cli("api-key", "revoke", "shop", "--json").error["code"] == "api_key_not_found"
    assert cli("api-key", "revoke", str(made["id"]), "--json").status == 0
    assert made["api_key"] not in cli("api-key", "list", "--json").out


def test_settings_are_listed_read_and_changed(cli: Cli) -> None:
    listed = cli("settings", "list", "--json").json
    assert [setting["name"] for setting in listed] == [setting.name for setting in SETTINGS]
    assert cli("settings", "set", "session_timeout", "90", "--json").json["value"] == 90
    shown = cli("settings", "get", "session_timeout", "--json").json
    assert (shown["value"], shown["default"], shown["minimum"], shown["maximum"]) == (90, 60, 2, 86400)
    for name, value, code in (
        ("session_timeout", "86401", "setting_invalid"),
        ("session_timeout", "soon", "setting_invalid"),
        ("session_timeout", "30", "setting_invalid"),
        ("heartbeat_interval", "90", "setting_invalid"),
        ("timezone", "Mars/Olympus", "setting_invalid"),
        ("colour", "red", "setting_unknown"),
    ):
        assert cli("settings", "set", name, value, "--json").error["code"] == code
    assert cli("settings", "get", "colour", "--json").error["code"] == "setting_unknown"
    assert cli("settings", "get", "session_timeout", "--json").json == shown


def test_administrators(cli: Cli, database: Database) -> None:
    link = cli("admin", "setup-link", "--json").json["setup_link"]
    found = re.fullmatch(r"http://127\.0\.0\.1:8091/setup/([\w-]{43})", link)
    assert found is not None
    with transaction(database, CLIENT) as session:
        assert setup_link_is_valid(session, found[1])
    assert cli("admin", "list", "--json").json == []
    with database.connect(application="test") as connection:
        CLIENT.sign(connection)
        connection.execute(
            "INSERT INTO staff_members (email, name, role) VALUES "
            "('a@example.org', 'A', 'administrator'), ('b@example.org', 'B', 'sales')"
        )
    assert [member["email"] for member in cli("admin", "list", "--json").json] == ["a@example.org", "b@example.org"]
    assert cli("admin", "disable", "a@example.org", "--json").error["code"] == "last_administrator"
    assert cli("admin", "disable", "B@example.org", "--json").json["disabled_at"] is not None
    assert cli("admin", "disable", "nobody", "--json").error["code"] == "staff_member_not_found"


def test_a_lost_second_factor_is_reset_and_the_link_names_the_proxy(
    cli: Cli, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect(application="test") as connection:
        CLIENT.sign(connection)
        connection.execute("INSERT INTO staff_members (email, name, role) VALUES ('a@example.org', 'A', 'sales')")
        connection.execute("INSERT INTO staff_totps (member_id, sealed_secret) SELECT id, 'x' FROM staff_members")
        connection.execute("INSERT INTO staff_recovery_codes (member_id, digest) SELECT id, 'x' FROM staff_members")
        connection.execute("INSERT INTO staff_sessions (member_id, digest) SELECT id, 'x' FROM staff_members")
    assert cli("admin", "reset-2fa", "A@example.org", "--json").json["email"] == "a@example.org"
    with database.connect(application="test") as connection:
        left = connection.execute(
            "SELECT (SELECT count(*) FROM staff_totps) + (SELECT count(*) FROM staff_recovery_codes)"
            " + (SELECT count(*) FROM staff_sessions WHERE ended_at IS NULL)"
        ).fetchone()
        told = connection.execute("SELECT count(*) FROM audit_log WHERE action = 'second_factor_reset'").fetchone()
    assert (left, told) == ((0,), (1,))
    assert cli("admin", "reset-2fa", "nobody", "--json").error["code"] == "staff_member_not_found"
    monkeypatch.setenv("LEASEHOLD_PANEL_URL", "https://admin.example.org")
    link = cli("admin", "setup-link", "--json").json["setup_link"]
    assert link.startswith("https://admin.example.org/setup/")
    assert cli("settings", "set", "panel_url", "https://panel.example.org/", "--json").json["value"] == (
        "https://panel.example.org"
    )
    link = cli("admin", "setup-link", "--json").json["setup_link"]
    assert link.startswith("https://panel.example.org/setup/")


def test_people_read_lines_and_pipes_read_tabs(cli: Cli) -> None:
    _license(cli)
    cli("license", "create", "--customer", "Bäcker", "--product", "studio", "--feature", "export=true")
    lines = cli("customer", "list").out.splitlines()
    assert lines[0] == "id\tname\tlanguage\tsince"
    assert [line.split("\t")[1] for line in lines[1:]] == ["Acme", "Bäcker"]
    shown = cli("customer", "show", "Bäcker").out.splitlines()
    assert shown[1] == "name            Bäcker"
    assert cli("session", "list").out.splitlines() == [
        "session_token\tlicense_key\tdevice_name\tstarted_at\tlast_heartbeat_at\texpires_at"
    ]


def test_a_license_changes_hands_is_converted_and_talked_about(cli: Cli) -> None:
    test = ("license", "create", "--customer", "Acme", "--product", "studio", "--type", "test", "--json")
    key = cli(*test).json["license_key"]
    assert cli(*test).error["code"] == "test_license_open"
    assert cli(*test, "--reason", "Second team").json["type"] == "test"
    cli("customer", "create", "Beta")
    moved = cli("license", "transfer", str(key), "--to", "beta", "--reason", "Sold", "--json").json
    assert moved["customer"] == "Beta"
    assert cli("license", "convert", str(key), "--json").json["type"] == "full"
    assert cli("license", "convert", str(key), "--json").error["code"] == "license_full"
    assert cli("license", "note", str(key), "Called", "--json").json["note"] == "Called"


def test_a_backup_is_made_before_a_protected_setting_changes(cli: Cli, tmp_path: Path) -> None:
    assert cli("settings", "set", "backup_archive", "ext::sh", "--json").error["code"] == "setting_invalid"
    assert cli("backup", "list", "--json").json == []
    archive = str(tmp_path / "archive.git")
    assert cli("settings", "set", "backup_archive", archive, "--json").json["value"] == archive
    (backup,) = cli("backup", "list", "--json").json
    assert (backup["state"], backup["reason"]) == ("local", "before changing the setting backup_archive")
    cli("settings", "set", "heartbeat_interval", "20")
    assert len(cli("backup", "list", "--json").json) == 1
    finished = cli("backup", "finish", "--json")
    assert (finished.status, finished.json["state"]) == (0, "proved")
