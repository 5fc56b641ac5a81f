"""Devices: found, looked at, renamed, deactivated, blocked and let in again."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.licensing.vocabulary import DeviceType
from leasehold.staff.roles import Role
from tests.licensing.running import register, start
from tests.licensing.vendor import fingerprint, issue_license, scalar
from tests.panel.conftest import ClientAs

_ROW = re.compile(r'name="chosen" value="([^"]+)"')
_SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


def listed(operator: FlaskClient, query: str = "") -> list[str]:
    answer = operator.get(f"/devices?{query}")
    assert answer.status_code == 200
    return [row.partition(" ")[2] for row in _ROW.findall(answer.text)]


def status_of(database: Database, print_: str) -> object:
    with database.connect(application="test") as owner:
        return scalar(owner, "SELECT status FROM device_registrations WHERE hardware_fingerprint = %s", print_)


def test_filters_find_devices(operator: FlaskClient, database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    one = register(database, key, 1, name="Büro 100 % links")
    two = register(database, key, 2, name="Werkstatt", device_type=DeviceType.SERVER)
    three = register(database, other, 3, name="Ab")
    assert listed(operator) == [three, two, one]
    assert listed(operator, f"q={key.lower()}") == [two, one]
    assert listed(operator, f"q={two}") == [two]
    assert listed(operator, "q=fingerprint-00000") == [three, two, one]
    assert listed(operator, "q=BÜRO+100+%25") == [one]
    assert listed(operator, "q=b_ro") == []
    assert listed(operator, "q=ab") == [three]
    assert listed(operator, "q=kstat") == [two]
    assert listed(operator, "type=server") == [two]
    assert listed(operator, "status=blocked") == []
    assert listed(operator, "seen_from=2020-01-01") == [three, two, one]
    assert listed(operator, "seen_until=2020-01-01") == []


def test_orders_sort_both_ways(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    prints = [register(database, key, n, name=name) for n, name in enumerate(("beta", "Alpha", "gamma"), 1)]
    by_name = [prints[1], prints[0], prints[2]]
    assert listed(operator, "sort=name") == by_name
    assert listed(operator, "sort=-name") == by_name[::-1]
    assert listed(operator, "sort=last_seen") == prints
    assert listed(operator, "sort=-registered&size=25") == prints[::-1]


@pytest.mark.parametrize("query", ["sort=fingerprint", "status=red", "type=%00", "q=%00", "seen_from=x", "cursor=e30"])
def test_a_forged_address_is_a_sentence(operator: FlaskClient, query: str) -> None:
    assert operator.get(f"/devices?{query}").status_code == 422


def test_the_list_says_who_runs(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    token = start(database, key)
    assert f"/sessions/{token}" in operator.get("/devices").text


def test_the_page_has_what_is_known(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    token = start(database, key)
    page = operator.get(f"/devices/{key}/{fingerprint(1)}").text
    for text in (fingerprint(1), key, str(token), "Laptop", "It has not run before."):
        assert text in page
    operator.post(f"/sessions/{token}/end", data={"reason": "Inventur"})
    page = operator.get(f"/devices/{key}/{fingerprint(1)}").text
    assert "The device does not run now." in page
    assert str(token) in page


@pytest.mark.parametrize(
    "print_", ["/../..//etc/passwd", "~tilde-and-more-of-it", "a?b#c%2Fd&e=f;g+h.", "." * 16, "-" * 255]
)
def test_any_fingerprint_has_an_address(operator: FlaskClient, database: Database, print_: str) -> None:
    key = issue_license(database)
    register(database, key, hardware_fingerprint=print_, name="Sonderling")
    address = re.search(r'<a href="(/devices/[^"]+)">Sonderling', operator.get("/devices").text)
    assert address is not None
    assert "Sonderling" in operator.get(address[1]).text


@pytest.mark.parametrize(
    "path",
    [
        "nokey/fingerprint-000001",
        "%00/fingerprint-000001",
        "{key}/fingerprint-000009",
        "{key}/short",
        "{key}/~%%%",
        "{key}/~AAAA",
        "{key}/fingerprint%00000001",
        "{key}/fingerprint-000001/explode",
        "{key}/" + "x" * 300,
    ],
)
def test_a_forged_address_leads_nowhere(operator: FlaskClient, database: Database, path: str) -> None:
    key = issue_license(database)
    register(database, key)
    assert operator.get("/devices/" + path.format(key=key)).status_code == 404


def test_what_clients_send_is_shown_and_runs_nowhere(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key, name=_SCRIPT, version='"><img src=x onerror=alert(1)>')
    for path in (
        "/devices?columns=device_name,client_version",
        f"/devices/{key}/{print_}",
        f"/devices/{key}/{print_}/block",
    ):
        page = operator.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_an_export_has_no_formula(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    register(database, key, name="=cmd|' /C calc'!A0", version="@SUM(1)")
    text = operator.get("/devices?columns=device_name,client_version,session&format=csv").get_data(as_text=True)
    _, row = csv.reader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}")))
    assert row == ["'=cmd|' /C calc'!A0", "false", "'@SUM(1)"]


def test_a_device_is_blocked_and_let_in_again_with_reasons(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    token = start(database, key)
    page = f"/devices/{key}/{fingerprint(1)}"
    assert "stays out until it is unblocked" in operator.get(f"{page}/block").text
    assert operator.post(f"{page}/block", data={"reason": " "}).status_code == 422
    assert status_of(database, fingerprint(1)) == "active"
    answer = operator.post(f"{page}/block", data={"reason": "gestohlen  gemeldet"}, follow_redirects=True)
    assert "The device is blocked." in answer.text
    assert status_of(database, fingerprint(1)) == "blocked"
    assert operator.post(f"{page}/deactivate", data={"reason": "x"}).status_code == 409
    assert operator.post(f"{page}/unblock", data={"reason": "wieder da"}).status_code == 303
    assert status_of(database, fingerprint(1)) == "inactive"
    with database.connect(application="test") as owner:
        events = owner.execute(
            "SELECT action, after ->> 'reason', actor FROM audit_log WHERE after ? 'reason' ORDER BY id"
        ).fetchall()
        ended = scalar(owner, "SELECT end_reason FROM session_history WHERE session_token = %s", token)
    assert [(action, reason) for action, reason, _ in events] == [
        ("block", "gestohlen gemeldet"),
        ("unblock", "wieder da"),
    ]
    assert all(str(actor).startswith("staff:") for _, _, actor in events)
    assert ended == "device_blocked"


def test_the_page_says_who_changed_the_device_and_why(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    page = f"/devices/{key}/{register(database, key)}"
    operator.post(f"{page}/block", data={"reason": "gestohlen <gemeldet>"})
    text = operator.get(page).text
    assert "gestohlen &lt;gemeldet&gt;" in text
    assert "Testa Prüferin" in text[text.index('id="changes"') :]


def test_the_first_day_of_the_calendar_is_a_day_in_every_zone(operator: FlaskClient, database: Database) -> None:
    with database.connect(application="test") as owner:
        owner.execute("SELECT set_config('leasehold.actor', 'test', true)")
        owner.execute("INSERT INTO settings (name, value) VALUES ('timezone', '\"Asia/Tokyo\"')")
    print_ = register(database, issue_license(database))
    assert listed(operator, "seen_from=0001-01-01") == [print_]
    assert listed(operator, "seen_until=0001-01-01") == []
    assert operator.get("/devices?seen_until=9999-12-31").status_code in {200, 422}


def test_a_deactivated_device_may_come_back(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key)
    assert operator.post(f"/devices/{key}/{print_}/deactivate", data={"reason": "Umzug"}).status_code == 303
    assert status_of(database, print_) == "inactive"
    register(database, key)
    assert status_of(database, print_) == "active"


def test_a_reason_has_bounds_and_no_control_characters(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key)
    for reason in ("x" * 501, "a\0b", "a\x1bb"):
        answer = operator.post(f"/devices/{key}/{print_}/block", data={"reason": reason})
        assert answer.status_code == 422
    assert status_of(database, print_) == "active"


def test_many_are_blocked_at_once_and_forged_rows_are_refused(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    rows = [f"{key} {register(database, key, n)}" for n in (1, 2)]
    forged = ["x", f"{key} \0", "%00 fingerprint-000001", f"{key} fingerprint-000009"]
    asked = operator.post("/devices/bulk", data={"act": "block", "chosen": rows + forged}).text
    assert "Block 6 devices?" in asked
    signed = re.search(r'name="selection" value="([^"]+)"', asked)
    assert signed is not None
    form = {"act": "block", "selection": signed[1]}
    assert "Say why" in operator.post("/devices/bulk", data=form | {"reason": ""}).text
    done = operator.post("/devices/bulk", data=form | {"reason": "Razzia"}).text
    assert "2 done, 4 refused" in done
    assert sorted(listed(operator, "status=blocked")) == [fingerprint(1), fingerprint(2)]


def test_a_new_name_is_audited_as_a_personal_value(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key, name="Alt")
    page = f"/devices/{key}/{print_}/rename"
    assert 'value="Alt"' in operator.get(page).text
    answer = operator.post(page, data={"name": "  Neu   Ä ", "was": "Alt"}, follow_redirects=True)
    assert "Neu Ä" in answer.text
    with database.connect(application="test") as owner:
        logged = scalar(
            owner, "SELECT after ->> 'device_name' FROM audit_log WHERE actor LIKE 'staff:%%' ORDER BY id DESC LIMIT 1"
        )
        value = scalar(owner, "SELECT value #>> '{}' FROM audit_personal_values ORDER BY audit_id DESC, side LIMIT 1")
    assert str(logged).startswith("sha256:")
    assert value == "Neu Ä"


def test_of_two_who_rename_the_second_sees_the_firsts_name(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    print_ = register(database, key, name="Alt")
    page = f"/devices/{key}/{print_}/rename"
    operator.post(page, data={"name": "Erster", "was": "Alt"})
    stale = operator.post(page, data={"name": "Zweiter", "was": "Alt"})
    assert stale.status_code == 409
    assert "Erster" in stale.text
    assert 'name="was" type="hidden" value="Erster"' in stale.text
    assert operator.post(page, data={"name": "Zweiter", "was": "Erster"}).status_code == 303


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\nb", "a\0b"])
def test_a_name_that_is_none_is_refused(operator: FlaskClient, database: Database, name: str) -> None:
    key = issue_license(database)
    print_ = register(database, key, name="Alt")
    answer = operator.post(f"/devices/{key}/{print_}/rename", data={"name": name, "was": "Alt"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text or "invalid-feedback" in answer.text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SALES])
def test_readers_change_nothing(client_as: ClientAs, database: Database, role: Role) -> None:
    reader = client_as(role)
    key = issue_license(database)
    print_ = register(database, key)
    page = reader.get(f"/devices/{key}/{print_}")
    assert page.status_code == 200
    assert "/block" not in page.text
    for name in ("rename", "block", "unblock", "deactivate"):
        assert reader.post(f"/devices/{key}/{print_}/{name}", data={"reason": "x", "name": "y"}).status_code == 403
    assert status_of(database, print_) == "active"


def test_nobody_sees_devices_without_signing_in(client_as: ClientAs) -> None:
    assert client_as(None).get("/devices").status_code == 302
