"""validate, activate, deactivate as docs/api.md promises them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leasehold.kit.orm import transaction
from leasehold.licensing.license_key import new_license_key
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.vocabulary import ResourceKind
from tests.licensing.vendor import issue_license
from tests.resources.stock import ACTOR, make_pool
from tests.server.running import RunningServer

LICENSE_MEMBERS = {
    "license_key", "product", "type", "status", "valid_from", "valid_until", "device_limit", "devices_active",
    "concurrent_sessions_limit", "sessions_live", "features",
}  # fmt: skip
DEVICE_MEMBERS = {
    "hardware_fingerprint", "device_name", "device_type", "operating_system", "status", "first_activated_at",
    "last_seen_at",
}  # fmt: skip


def device(key: str, **changes: Any) -> dict[str, Any]:
    body = {
        "license_key": key,
        "hardware_fingerprint": uuid.uuid4().hex,
        "device_name": "Annas Läptöp 💻",
        "device_type": "laptop",
    }
    return body | changes


def block(server: RunningServer, fingerprint: str, status: str) -> None:
    server.change(
        "UPDATE device_registrations SET status = %s, slot = NULL, changed_by = 'test',"
        " change_request_id = gen_random_uuid() WHERE hardware_fingerprint = %s",
        status, fingerprint,
    )  # fmt: skip


def stop(server: RunningServer, key: str, how: str) -> None:
    """Make the license refuse: `suspended`, `not_yet_valid` or `expired`."""
    now = datetime.now(UTC)
    changes = {
        "suspended": ("suspended_at = %s", now),
        "not_yet_valid": ("valid_from = %s", now + timedelta(days=1)),
        "expired": ("valid_until = %s", now - timedelta(seconds=1)),
    }
    column, value = changes[how]
    server.change(f"UPDATE licenses SET {column} WHERE license_key = %s", value, key)


def test_a_valid_license(server: RunningServer) -> None:
    key = issue_license(server.database)
    answer = server.post("license/validate", {"license_key": key})
    body = answer.json()
    assert (answer.status_code, body["valid"], body["code"], body["device"]) == (200, True, "valid", None)
    assert set(body) == {"valid", "code", "detail", "license", "device", "server_time"}
    assert set(body["license"]) == LICENSE_MEMBERS
    assert body["license"] | {"valid_from": ""} == {
        "license_key": key, "product": "studio", "type": "full", "status": "active", "valid_from": "",
        "valid_until": None, "device_limit": 3, "devices_active": 0, "concurrent_sessions_limit": 2,
        "sessions_live": 0, "features": {},
    }  # fmt: skip
    assert body["server_time"].endswith("Z")
    assert abs(datetime.fromisoformat(body["server_time"]) - datetime.now(UTC)) < timedelta(minutes=1)


_STOCK = {
    ResourceKind.DOMAIN: ("faß.de", "example.com"),
    ResourceKind.IPV4: ("10.0.0.10", "10.0.0.9"),
    ResourceKind.PHONE: ("+49 30 1234567",),
}


@pytest.mark.parametrize("written", [str.lower, lambda key: key.replace("-", ""), lambda key: key.replace("0", "O")])
def test_a_key_may_be_written_in_other_ways(server: RunningServer, written: Any) -> None:
    key = issue_license(server.database)
    answer = server.post("license/validate", {"license_key": written(key)})
    assert answer.json()["license"]["license_key"] == key


def test_resources_come_where_they_are_asked_for(server: RunningServer) -> None:
    key = issue_license(server.database)
    answer = server.post("license/validate", {"license_key": key, "include": ["resources"]})
    assert answer.json()["license"]["resources"] == {"domains": [], "ipv4_addresses": [], "phone_numbers": []}
    for kind, values in _STOCK.items():
        make_pool(server.database, *values, kind=kind, name=kind.value)
        with transaction(server.database, ACTOR) as session:
            allocate(session, key, Wanted(kind, len(values)))
    answer = server.post("license/validate", {"license_key": key, "include": ["resources"]})
    assert answer.json()["license"]["resources"] == {
        "domains": ["example.com", "xn--fa-hia.de"],
        "ipv4_addresses": ["10.0.0.9", "10.0.0.10"],
        "phone_numbers": ["+49301234567"],
    }
    other = server.post("license/validate", {"license_key": issue_license(server.database), "include": ["resources"]})
    assert other.json()["license"]["resources"]["domains"] == []
    assert "resources" not in server.post("license/validate", {"license_key": key}).json()["license"]


@pytest.mark.parametrize("key", ["XXXXX-XXXXX-XXXXX-XXXXX-XXXXX", "", "\x00", "ß" * 25, "0" * 60_000])
def test_a_malformed_key_reads_the_same_as_an_unknown_one(server: RunningServer, key: str) -> None:
    malformed = server.post("license/validate", {"license_key": key}).json()
    unknown = server.post("license/validate", {"license_key": new_license_key()}).json()
    assert {**malformed, "server_time": ""} == {**unknown, "server_time": ""}
    assert malformed["code"] == "license_not_found"
    assert (malformed["valid"], malformed["license"], malformed["device"]) == (False, None, None)


@pytest.mark.parametrize("how", ["suspended", "not_yet_valid", "expired"])
def test_a_license_that_may_not_run(server: RunningServer, how: str) -> None:
    key = issue_license(server.database)
    stop(server, key, how)
    body = server.post("license/validate", {"license_key": key, "product": "other"}).json()
    assert (body["valid"], body["code"], body["license"]["status"]) == (False, f"license_{how}", how)
    refused = server.post("license/activate", device(key))
    assert (refused.status_code, refused.json()["code"]) == (403, f"license_{how}")


def test_the_first_reason_that_applies_is_told(server: RunningServer) -> None:
    key = issue_license(server.database)
    body = server.post("license/validate", {"license_key": key, "product": "other", "hardware_fingerprint": "x" * 16})
    assert body.json()["code"] == "product_mismatch"
    body = server.post("license/validate", {"license_key": key, "product": "studio", "hardware_fingerprint": "x" * 16})
    assert body.json()["code"] == "device_not_registered"


def test_a_device_of_the_license(server: RunningServer) -> None:
    request = device(issue_license(server.database))
    server.post("license/activate", request)
    question = {name: request[name] for name in ("license_key", "hardware_fingerprint")}
    body = server.post("license/validate", question).json()
    assert (body["code"], set(body["device"]), body["device"]["status"]) == ("valid", DEVICE_MEMBERS, "active")
    server.post("license/deactivate", question)
    assert server.post("license/validate", question).json()["code"] == "device_inactive"
    block(server, request["hardware_fingerprint"], "blocked")
    assert server.post("license/validate", question).json()["code"] == "device_blocked"


def test_activating_for_the_first_time_and_again(server: RunningServer) -> None:
    request = device(issue_license(server.database), operating_system="Debian 12", client_version="1.0")
    first = server.post("license/activate", request)
    assert first.status_code == 201
    assert set(first.json()) == {"device", "license"}
    assert (set(first.json()["device"]), set(first.json()["license"])) == (DEVICE_MEMBERS, LICENSE_MEMBERS)
    assert first.json()["device"]["device_name"] == request["device_name"]
    assert first.json()["license"]["devices_active"] == 1
    again = server.post("license/activate", request | {"device_name": "renamed", "device_type": "desktop"})
    assert again.status_code == 200
    assert (again.json()["device"]["device_name"], again.json()["device"]["device_type"]) == ("renamed", "desktop")
    assert again.json()["license"]["devices_active"] == 1


def test_activating_counts_in_the_name_of_the_key(server: RunningServer) -> None:
    request = device(issue_license(server.database))
    server.post("license/activate", request, **{"X-Request-ID": "audit-me.1"})
    rows = server.read(
        "SELECT actor, request_id, address::text FROM audit_log WHERE table_name = 'device_registrations'"
        " AND after ->> 'hardware_fingerprint' = %s",
        request["hardware_fingerprint"],
    )
    assert rows == [("api-key:test", "audit-me.1", "127.0.0.1/32")]


def test_a_device_comes_back_after_the_client_gave_it_up_but_not_after_a_block(server: RunningServer) -> None:
    request = device(issue_license(server.database))
    server.post("license/activate", request)
    server.post("license/deactivate", request)
    back = server.post("license/activate", request)
    assert (back.status_code, back.json()["device"]["status"]) == (200, "active")
    block(server, request["hardware_fingerprint"], "blocked")
    refused = server.post("license/activate", request)
    assert (refused.status_code, refused.json()["code"]) == (403, "device_blocked")


def test_activation_refused(server: RunningServer) -> None:
    unknown = server.post("license/activate", device(new_license_key()))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "license_not_found")
    malformed = server.post("license/activate", device("nothing"))
    assert (malformed.status_code, malformed.json()["code"]) == (404, "license_not_found")
    other = server.post("license/activate", device(issue_license(server.database), product="other"))
    assert (other.status_code, other.json()["code"]) == (403, "product_mismatch")


def test_the_device_limit(server: RunningServer) -> None:
    key = issue_license(server.database, devices=1, sessions=1)
    assert server.post("license/activate", device(key)).status_code == 201
    refused = server.post("license/activate", device(key))
    assert refused.status_code == 409
    assert refused.json() | {"request_id": ""} == {
        "type": "/docs#device_limit_reached",
        "title": "Device limit reached",
        "status": 409,
        "detail": refused.json()["detail"],
        "code": "device_limit_reached",
        "request_id": "",
        "device_limit": 1,
        "devices_active": 1,
    }


def test_deactivating(server: RunningServer) -> None:
    request = device(issue_license(server.database))
    server.post("license/activate", request)
    question = {name: request[name] for name in ("license_key", "hardware_fingerprint")}
    token = server.post("session/start", question).json()["session_token"]
    for _ in range(2):
        answer = server.post("license/deactivate", question)
        assert (answer.status_code, set(answer.json())) == (200, {"device"})
        assert answer.json()["device"]["status"] == "inactive"
    ended = server.post("session/heartbeat", {"session_token": token})
    assert (ended.status_code, ended.json()["end_reason"]) == (410, "device_deactivated")


def test_deactivation_refused(server: RunningServer) -> None:
    unknown = server.post("license/deactivate", {"license_key": new_license_key(), "hardware_fingerprint": "x" * 16})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "license_not_found")
    key = issue_license(server.database)
    unknown = server.post("license/deactivate", {"license_key": key, "hardware_fingerprint": "x" * 16})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "device_not_registered")
