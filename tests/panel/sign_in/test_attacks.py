"""What somebody tries who should not get in."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.panel.own_address import own_address
from leasehold.panel.settings_in_force import forget_settings
from leasehold.panel.sign_in.site import passkey_site
from leasehold.settings.service import set_setting
from leasehold.staff.passkeys import Site
from leasehold.staff.sessions import end_sessions
from leasehold.staff.throttle import ACCOUNT_FREE
from tests.conftest import FreshDatabase
from tests.panel.conftest import make_panel
from tests.panel.sign_in.people import (
    EMAIL,
    PASSWORD,
    forget_codes,
    give_code,
    give_password,
    is_in,
    joined,
    setup_link,
    sign_in,
)

COOKIE = "leasehold_session"


def _all_at_once(count: int, act: Callable[[int], None]) -> None:
    begun = threading.Barrier(count, timeout=60)

    def run(number: int) -> None:
        begun.wait()
        act(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)


def _events(database: Database, action: str) -> list[tuple[object, ...]]:
    with database.connect(application="test") as connection:
        query = "SELECT row_id, after FROM audit_log WHERE action = %s ORDER BY id"
        return connection.execute(query, (action,)).fetchall()


def _time_passes(database: Database) -> None:
    """The delays are over; what was counted stays."""
    with database.connect(application="test") as connection:
        connection.execute("UPDATE sign_in_throttles SET blocked_until = clock_timestamp()")


def test_an_unknown_account_looks_like_a_known_one(panel: Flask, database: Database) -> None:
    joined(panel, database)
    answers = []
    for email in (EMAIL, "nobody@firm.local"):
        answer = panel.test_client().post("/sign-in", data={"email": email, "password": "wrong horse lantern"})
        answers.append((answer.status_code, re.sub(r"[\w.-]{60,}", "", answer.text.replace(email, ""))))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


def test_an_unknown_account_costs_as_many_verifications_as_a_known_one(
    panel: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(panel, database)
    verify = PasswordHasher.verify
    compared: list[str] = []

    def counting(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
        compared.append(password_hash)
        return verify(hasher, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    for email in (EMAIL, "nobody@firm.local"):
        panel.test_client().post("/sign-in", data={"email": email, "password": "wrong horse lantern"})
    known, unknown = compared
    assert known != unknown
    assert known.rsplit("$", 2)[0] == unknown.rsplit("$", 2)[0]  # variant, version, parameters


def test_an_unknown_account_is_throttled_like_a_known_one_and_not_named(panel: Flask, database: Database) -> None:
    joined(panel, database)
    for email in (EMAIL, "nobody@firm.local"):
        client = panel.test_client()
        data = {"email": email, "password": "wrong horse lantern"}
        statuses = [client.post("/sign-in", data=data).status_code for _ in range(ACCOUNT_FREE)]
        assert statuses == [422] * ACCOUNT_FREE
    with database.connect(application="test") as connection:
        connection.execute("UPDATE sign_in_throttles SET blocked_until = clock_timestamp() + interval '1 hour'")
    for email in (EMAIL, "nobody@firm.local"):
        answer = panel.test_client().post("/sign-in", data={"email": email, "password": PASSWORD})
        assert (answer.status_code, "Too many attempts" in answer.text) == (429, True)
        assert 3590 <= int(answer.headers["Retry-After"]) <= 3600
    failed = _events(database, "sign_in_failed")
    assert [row_id for row_id, _ in failed] == ["1"] * ACCOUNT_FREE + ["unknown"] * ACCOUNT_FREE
    assert "nobody" not in str(failed)
    assert _events(database, "sign_in_delayed") == [("1", {"by": "account"}), ("unknown", {"by": "account"})]


def test_the_beginning_of_a_delay_is_told_once_and_not_where_the_attempt_was_right(
    panel: Flask, client: FlaskClient, database: Database
) -> None:
    member = joined(panel, database)
    for _ in range(ACCOUNT_FREE - 1):
        give_password(client, member, "wrong horse lantern")
    assert give_password(client, member).status_code == 302
    assert _events(database, "sign_in_delayed") == []
    for _ in range(3):
        give_password(panel.test_client(), member, "wrong horse lantern")
        _time_passes(database)
    assert _events(database, "sign_in_delayed") == [("1", {"by": "account"})]


@pytest.mark.parametrize(
    ("said", "status"), [("cross-site", 403), ("same-origin", 422), ("same-site", 422), (None, 422)]
)
def test_a_form_of_another_site_is_refused(client: FlaskClient, said: str | None, status: int) -> None:
    headers = {"Sec-Fetch-Site": said} if said else {}
    answer = client.post("/sign-in", data={"email": EMAIL, "password": "wrong horse lantern"}, headers=headers)
    assert (answer.status_code, "does not come from this panel" in answer.text) == (status, status == 403)
    assert client.get("/sign-in", headers=headers).status_code == 200


def test_the_token_changes_with_every_step_and_the_old_one_is_dead(
    panel: Flask, client: FlaskClient, database: Database
) -> None:
    member = joined(panel, database)
    client.set_cookie(COOKIE, "planted")
    give_password(client, member)
    half_way = client.get_cookie(COOKIE)
    assert half_way is not None
    assert half_way.value != "planted"
    give_code(client, member.code())
    full = client.get_cookie(COOKIE)
    assert full is not None
    assert full.value != half_way.value
    assert is_in(client)
    for token in ("planted", half_way.value):
        thief = panel.test_client()
        thief.set_cookie(COOKIE, token)
        assert not is_in(thief)
        assert thief.get("/sign-in/second-factor").location.startswith("/sign-in")


def test_a_code_is_accepted_once_also_of_fifty_at_once(panel: Flask, database: Database) -> None:
    member = joined(panel, database)
    clients = [panel.test_client() for _ in range(50)]
    for client in clients:
        assert give_password(client, member).location == "/sign-in/second-factor"
    with database.connect(
        application="test"
    ) as connection:  # guesses are limited elsewhere: all fifty shall be looked at
        connection.execute("DROP FUNCTION sign_in_delay CASCADE")
        connection.execute(
            "CREATE FUNCTION sign_in_delay(integer, integer) RETURNS interval LANGUAGE sql AS $$SELECT interval '0'$$"
        )
    code, statuses = member.code(), []
    _all_at_once(50, lambda number: statuses.append(give_code(clients[number], code).status_code))
    assert sorted(statuses) == [302] + [422] * 49


def test_a_recovery_code_is_accepted_once_also_of_four_at_once(panel: Flask, database: Database) -> None:
    member = joined(panel, database)
    clients = [panel.test_client() for _ in range(4)]
    for client in clients:
        give_password(client, member)
    statuses: list[int] = []
    spoken = member.recovery_codes[0].upper().replace("-", " ")
    _all_at_once(4, lambda number: statuses.append(give_code(clients[number], spoken).status_code))
    assert sorted(statuses) == [302, 422, 422, 422]
    assert _events(database, "recovery_code_used") == [("1", {"left": 9})]


def test_parallel_guesses_do_not_overtake_the_counter(panel: Flask, database: Database) -> None:
    joined(panel, database)
    statuses: list[int] = []

    def guess(number: int) -> None:
        data = {"email": EMAIL, "password": f"wrong horse lantern {number}"}
        statuses.append(panel.test_client().post("/sign-in", data=data).status_code)

    _all_at_once(20, guess)
    looked_at = statuses.count(422)
    assert looked_at + statuses.count(429) == 20
    with database.connect(application="test") as connection:
        counted = connection.execute("SELECT max(failures) FROM sign_in_throttles").fetchone()
    assert len(_events(database, "sign_in_failed")) == looked_at
    assert counted is not None
    assert int(str(counted[0])) >= looked_at


def test_second_factor_failures_count_with_the_others(panel: Flask, database: Database) -> None:
    member = joined(panel, database)
    client = panel.test_client()
    statuses = []
    for _ in range(ACCOUNT_FREE):
        client.post("/sign-out")
        give_password(client, member)
        statuses.append(give_code(client, "000000").status_code)
    assert statuses == [422] * ACCOUNT_FREE
    assert give_code(client, member.code()).status_code == 429
    assert give_password(panel.test_client(), member).status_code == 429
    _time_passes(database)
    assert give_code(client, member.code()).status_code == 302


def test_a_stranger_does_not_lock_the_owner_out_of_a_known_browser(
    panel: Flask, client: FlaskClient, database: Database
) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    client.post("/sign-out")
    stranger = panel.test_client()
    for _ in range(ACCOUNT_FREE):
        assert give_password(stranger, member, "wrong horse lantern").status_code == 422
    with database.connect(application="test") as connection:
        connection.execute("UPDATE sign_in_throttles SET blocked_until = clock_timestamp() + interval '15 min'")
    assert give_password(panel.test_client(), member).status_code == 429
    sign_in(client, member, database)
    assert is_in(client)


def test_a_forged_known_browser_is_a_stranger(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    with database.connect(application="test") as connection:
        connection.execute("DELETE FROM sign_in_throttles")
    client.set_cookie("leasehold_device", "eyJkZXZpY2UiOiJ4IiwibWVtYmVycyI6WzFdfQ.aaaa.bbbb")
    for _ in range(ACCOUNT_FREE):
        give_password(client, member, "wrong horse lantern")
    assert give_password(client, member).status_code == 429


def test_failures_are_forgotten_with_time(panel: Flask, database: Database) -> None:
    member = joined(panel, database)
    for _ in range(ACCOUNT_FREE):
        give_password(panel.test_client(), member, "wrong horse lantern")
    with database.connect(application="test") as connection:
        connection.execute(
            "UPDATE sign_in_throttles SET failed_at = failed_at - interval '1 day', blocked_until = clock_timestamp()"
        )
    assert give_password(panel.test_client(), member, "wrong horse lantern").status_code == 422
    assert give_password(panel.test_client(), member).status_code == 302


def test_forms_without_a_token_change_nothing(
    fresh_database: FreshDatabase, database: Database, tmp_path: Path
) -> None:
    link = setup_link(database)
    for panel in make_panel(tmp_path, fresh_database.url):
        member = joined(panel, database)
        client = panel.test_client()
        sign_in(client, member, database)
        panel.config["WTF_CSRF_ENABLED"] = True
        forms = [
            str(rule) for rule in panel.url_map.iter_rules() if "POST" in (rule.methods or ()) and not rule.arguments
        ]
        assert len(forms) > 10
        for path in [*forms, link, "/staff/1/disable", "/account/sessions/1/end"]:
            answer = client.post(path, data={"password": PASSWORD, "email": EMAIL})
            assert answer.status_code == 403, path
        assert is_in(client)


@pytest.mark.parametrize(
    "age", ["created_at = created_at - interval '13 hours'", "last_seen_at = last_seen_at - interval '31 min'"]
)
def test_sessions_end_by_themselves(panel: Flask, client: FlaskClient, database: Database, age: str) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    with database.connect(application="test") as connection:
        connection.execute(f"UPDATE staff_sessions SET {age}")
    assert not is_in(client)


def test_a_sign_of_life_is_noted_once_a_minute(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    with database.connect(application="test") as connection:
        connection.execute("UPDATE staff_sessions SET last_seen_at = last_seen_at - interval '5 min'")
        connection.commit()
        old = connection.execute("SELECT max(last_seen_at) FROM staff_sessions").fetchone()
        connection.commit()
        is_in(client)
        seen = connection.execute("SELECT max(last_seen_at) FROM staff_sessions").fetchone()
        connection.commit()
        is_in(client)
        again = connection.execute("SELECT max(last_seen_at) FROM staff_sessions").fetchone()
    assert old != seen
    assert seen == again


def test_who_was_disabled_is_out_and_stays_out(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    with database.connect(application="test") as connection:
        Actor("cli:test").sign(connection)
        connection.execute("UPDATE staff_members SET disabled_at = now()")
    assert not is_in(client)
    assert give_password(client, member).status_code == 422


def test_the_database_alone_gives_nothing_away(panel: Flask, database: Database) -> None:
    member = joined(panel, database)
    with database.connect(application="test") as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(staff|audit|sign)'"
        )
        kept = " ".join(
            str(row) for (table,) in tables.fetchall() for row in connection.execute(f"SELECT t::text FROM {table} t")
        )
    assert member.secret.hex() not in kept
    assert PASSWORD not in kept
    assert not [code for code in member.recovery_codes if code in kept]
    assert "$argon2id$" in kept


def test_the_cookie_cannot_be_read_by_scripts_or_sent_along(panel: Flask, database: Database) -> None:
    member = joined(panel, database)
    cookies = give_password(panel.test_client(), member).headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith(COOKIE))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session


def test_ended_sessions_are_told(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    with transaction(database, Actor("cli:test")) as session:
        assert end_sessions(session, 1, reason="test") == 2
    assert not is_in(client)
    told = [after for _, after in _events(database, "session_ended")]
    assert told == [{"member_id": 1, "reason": "test"}] * 2
    forget_codes(database)


def test_the_setting_moves_the_panel_behind_tls_while_it_runs(panel: Flask, database: Database) -> None:
    client = panel.test_client()
    assert client.get("/sign-in").status_code == 200
    with database.connect(application="test") as connection:
        Actor("test").sign(connection)
        set_setting(connection, "panel_url", "https://admin.example.org")
    with panel.app_context():
        forget_settings()
    secure = panel.test_client()
    data = {"name": "Ada", "email": EMAIL, "password": PASSWORD}
    answer = secure.post(setup_link(database), data=data, base_url="https://admin.example.org/")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert all(cookie.startswith("__Host-") and "Secure" in cookie for cookie in cookies)
    with panel.test_request_context("/", base_url="http://127.0.0.1/"):
        assert own_address() == "https://admin.example.org"
        assert passkey_site() == Site("admin.example.org", "https://admin.example.org")


def test_with_tls_the_cookies_belong_to_this_host_alone(
    fresh_database: FreshDatabase, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEASEHOLD_PANEL_URL", "https://admin.example.org")
    for panel in make_panel(tmp_path, fresh_database.url):
        client = panel.test_client()
        data = {"name": "Ada", "email": EMAIL, "password": PASSWORD}
        answer = client.post(setup_link(database), data=data, base_url="https://admin.example.org/")
        cookies = answer.headers.getlist("Set-Cookie")
        assert [cookie for cookie in cookies if cookie.startswith("__Host-leasehold_session=")]
        for cookie in cookies:
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
        assert client.get("/sign-in/enrol", base_url="https://admin.example.org/").status_code == 200


def test_a_request_counts_for_the_client_behind_our_proxy(panel: Flask, database: Database) -> None:
    client = panel.test_client()
    for address in ("203.0.113.9", "2001:db8::1"):
        client.post(
            "/sign-in",
            data={"email": EMAIL, "password": "wrong"},
            headers={"X-Forwarded-For": f"10.9.9.9, {address}"},
            environ_base={"REMOTE_ADDR": ""},
        )
    with database.connect(application="test") as connection:
        told = connection.execute("SELECT host(address) FROM audit_log WHERE action = 'sign_in_failed' ORDER BY id")
        assert [row[0] for row in told] == ["203.0.113.9", "2001:db8::1"]
