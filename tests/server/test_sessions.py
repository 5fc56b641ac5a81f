"""Sessions as docs/api.md promises them."""

import uuid
from datetime import datetime, timedelta

from leasehold.licensing.license_key import new_license_key
from tests.licensing.vendor import issue_license
from tests.server.running import RunningServer
from tests.server.test_licenses import LICENSE_MEMBERS, block, device, stop


def activated(server: RunningServer, key: str) -> dict[str, str]:
    """A device of the license, as session/start names it."""
    request = device(key)
    assert server.post("license/activate", request).status_code == 201
    return {name: request[name] for name in ("license_key", "hardware_fingerprint")}


def started(server: RunningServer) -> str:
    """The token of a live session."""
    return str(server.post("session/start", activated(server, issue_license(server.database))).json()["session_token"])


def age(server: RunningServer, token: str, seconds: int) -> None:
    """As if the session had been silent for so long."""
    server.change(
        "UPDATE license_sessions SET last_heartbeat_at = last_heartbeat_at - make_interval(secs => %s),"
        " started_at = started_at - make_interval(secs => %s) WHERE session_token = %s",
        seconds, seconds, token,
    )  # fmt: skip


def test_a_session_starts_and_is_resumed_by_its_device(server: RunningServer) -> None:
    seat = activated(server, issue_license(server.database))
    first = server.post("session/start", seat)
    body = first.json()
    assert (first.status_code, body["resumed"]) == (201, False)
    assert set(body) == {
        "session_token", "resumed", "started_at", "last_heartbeat_at", "expires_at", "heartbeat_interval",
        "session_timeout", "server_time", "license",
    }  # fmt: skip
    assert uuid.UUID(body["session_token"]).version == 4
    assert (body["heartbeat_interval"], body["session_timeout"]) == (30, 60)
    assert datetime.fromisoformat(body["expires_at"]) - datetime.fromisoformat(body["server_time"]) == timedelta(
        seconds=60
    )
    assert set(body["license"]) == LICENSE_MEMBERS
    assert body["license"]["sessions_live"] == 1
    again = server.post("session/start", seat)
    assert (again.status_code, again.json()["resumed"]) == (200, True)
    assert again.json()["session_token"] == body["session_token"]
    assert again.json()["started_at"] == body["started_at"]
    assert again.json()["last_heartbeat_at"] > body["last_heartbeat_at"]


def test_starting_refused(server: RunningServer) -> None:
    unknown = server.post("session/start", {"license_key": new_license_key(), "hardware_fingerprint": "x" * 16})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "license_not_found")
    key = issue_license(server.database)
    unknown = server.post("session/start", {"license_key": key, "hardware_fingerprint": "x" * 16})
    assert (unknown.status_code, unknown.json()["code"]) == (403, "device_not_registered")
    seat = activated(server, key)
    mismatch = server.post("session/start", seat | {"product": "other"})
    assert (mismatch.status_code, mismatch.json()["code"]) == (403, "product_mismatch")
    server.post("license/deactivate", seat)
    inactive = server.post("session/start", seat)
    assert (inactive.status_code, inactive.json()["code"]) == (403, "device_inactive")
    block(server, seat["hardware_fingerprint"], "blocked")
    blocked = server.post("session/start", seat)
    assert (blocked.status_code, blocked.json()["code"]) == (403, "device_blocked")
    stop(server, key, "suspended")
    suspended = server.post("session/start", seat)
    assert (suspended.status_code, suspended.json()["code"]) == (403, "license_suspended")


def test_the_session_limit(server: RunningServer) -> None:
    key = issue_license(server.database, devices=2, sessions=1)
    first, second = activated(server, key), activated(server, key)
    token = server.post("session/start", first).json()["session_token"]
    refused = server.post("session/start", second)
    body = refused.json()
    assert (refused.status_code, body["code"]) == (409, "session_limit_reached")
    assert (body["concurrent_sessions_limit"], body["sessions_live"]) == (1, 1)
    assert 1 <= body["retry_after"] <= 60
    assert server.post("session/heartbeat", {"session_token": token}).status_code == 200
    server.post("session/end", {"session_token": token})
    assert server.post("session/start", second).status_code == 201


def test_a_heartbeat(server: RunningServer) -> None:
    token = started(server)
    answer = server.post("session/heartbeat", {"session_token": token})
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"status", "server_time", "expires_at", "next_heartbeat_in", "license"}
    assert (body["status"], body["next_heartbeat_in"]) == ("live", 30)
    assert body["license"] == {"status": "active", "valid_until": None}
    rows = server.read("SELECT last_heartbeat_at FROM license_sessions WHERE session_token = %s", token)
    assert rows == [(datetime.fromisoformat(body["server_time"]),)]


def test_a_heartbeat_may_name_its_license(server: RunningServer) -> None:
    key = issue_license(server.database)
    token = server.post("session/start", activated(server, key)).json()["session_token"]
    lower = server.post("session/heartbeat", {"session_token": token, "license_key": key.lower()})
    assert lower.status_code == 200
    for wrong in (issue_license(server.database), new_license_key(), "no key at all", "\x00"):
        answer = server.post("session/heartbeat", {"session_token": token, "license_key": wrong})
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")


def test_an_unknown_token(server: RunningServer) -> None:
    for path in ("session/heartbeat", "session/end"):
        answer = server.post(path, {"session_token": str(uuid.uuid4())})
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")


def test_ending_again_tells_what_was_recorded_first(server: RunningServer) -> None:
    token = started(server)
    age(server, token, 10)
    first = server.post("session/end", {"session_token": token})
    assert first.status_code == 200
    assert set(first.json()) == {"ended_at", "end_reason", "duration"}
    assert (first.json()["end_reason"], first.json()["duration"]) == ("client", 10)
    assert server.post("session/end", {"session_token": token}).json() == first.json()
    late = server.post("session/heartbeat", {"session_token": token})
    assert (late.status_code, late.json()["code"], late.json()["end_reason"]) == (410, "session_ended", "client")
    assert late.json()["ended_at"] == first.json()["ended_at"]


def test_a_silent_session_has_ended_when_somebody_asks(server: RunningServer) -> None:
    token = started(server)
    server.change("UPDATE runtime SET available_since = now() - interval '1 hour'")
    age(server, token, 61)
    late = server.post("session/heartbeat", {"session_token": token})
    assert (late.status_code, late.json()["end_reason"]) == (410, "timeout")
    assert server.post("session/end", {"session_token": token}).json()["end_reason"] == "timeout"


def test_expiry_ends_the_session_with_its_reason(server: RunningServer) -> None:
    key = issue_license(server.database)
    token = server.post("session/start", activated(server, key)).json()["session_token"]
    stop(server, key, "expired")
    late = server.post("session/heartbeat", {"session_token": token})
    assert (late.status_code, late.json()["end_reason"]) == (410, "license_expired")


def test_clients_are_spread_where_the_operator_wants_it(server: RunningServer) -> None:
    token = started(server)
    server.set_setting("heartbeat_spread_percent", 20)
    seen: set[int] = set()

    def is_spread() -> bool:
        seen.add(server.post("session/heartbeat", {"session_token": token}).json()["next_heartbeat_in"])
        return len(seen) > 3

    server.wait_until(is_spread)
    server.set_setting("heartbeat_spread_percent", 0)
    assert min(seen) >= 24
    assert max(seen) <= 36
