"""Who may call: docs/api.md, Conventions."""

import time
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from leasehold.api_keys.key_format import is_well_formed
from tests.server.running import RunningServer

# Well-formed, and issued by nobody.
UNKNOWN = "AF-2026-8HG18IK0M2YSLVUS661HCF7QX0LR0UYO"


def ask(server: RunningServer, key: str | None) -> httpx2.Response:
    headers = {} if key is None else {"X-API-Key": key}
    return httpx2.post(
        f"{server.base_url}/api/v1/session/heartbeat",
        json={"session_token": "9f1c1b1e-4b0a-4f53-8d0e-6f0f6f0c2b7a"},
        headers=headers,
        timeout=10,
    )


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key(server: RunningServer, key: str | None) -> None:
    answer = ask(server, key)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_missing")
    assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("key", ["wrong", "AF-2026-" + "A" * 32, UNKNOWN, UNKNOWN.lower(), "\xff" * 40])
def test_an_invalid_key(server: RunningServer, key: str) -> None:
    answer = httpx2.post(
        f"{server.base_url}/api/v1/license/validate", json={}, headers=[(b"X-API-Key", key.encode("latin-1"))]
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")
    assert key not in answer.text


def test_the_unknown_key_is_well_formed() -> None:
    assert is_well_formed(UNKNOWN)


def test_a_new_key_works_at_once(server: RunningServer) -> None:
    for number in range(10):
        assert ask(server, server.new_key(f"fresh {number}")).status_code == 404


def test_a_revoked_key_stops_working_within_a_second(server: RunningServer) -> None:
    key = server.new_key("to be revoked")
    assert ask(server, key).status_code == 404
    server.change("UPDATE api_keys SET revoked_at = clock_timestamp() WHERE name = 'to be revoked'")
    revoked = time.monotonic()
    last_accepted = revoked
    while time.monotonic() < revoked + 1.5:
        asked = time.monotonic()
        if ask(server, key).status_code != 401:
            last_accepted = asked
    assert last_accepted - revoked < 1


def test_an_expired_key(server: RunningServer) -> None:
    key = server.new_key("short", expires_at=datetime.now(UTC) + timedelta(seconds=1))
    server.wait_until(lambda: ask(server, key).status_code == 401, seconds=3)
    assert ask(server, server.new_key("long ago", expires_at=datetime.now(UTC) - timedelta(days=1))).status_code == 401


def test_a_key_without_the_scope(server: RunningServer) -> None:
    key = server.new_key("prometheus", scopes=["metrics"])
    answer = ask(server, key)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    with server.client() as client:
        refused = client.get("/metrics")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
        for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
            answer = client.get("/metrics", headers=headers)
            assert answer.status_code == 200
            assert "leasehold_" in answer.text


def test_the_last_use_of_a_key_is_written(server: RunningServer) -> None:
    key = server.new_key("used")
    ask(server, key)

    def is_written() -> bool:
        ((last_used_at,),) = server.read("SELECT last_used_at FROM api_keys WHERE name = 'used'")
        return last_used_at is not None

    server.wait_until(is_written)


def test_the_keys_themselves_are_nowhere(server: RunningServer) -> None:
    rows = server.read("SELECT to_jsonb(k)::text FROM api_keys AS k")
    assert not any(server.api_key in text for (text,) in rows)
    assert server.api_key not in server.log.read_text()
