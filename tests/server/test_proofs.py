"""Proofs and offline licenses, checked with the published keys."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.errors import JoseError

from leasehold.kit.orm import transaction
from leasehold.licensing.license_key import new_license_key
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.vocabulary import ResourceKind
from tests.licensing.vendor import issue_license
from tests.resources.stock import ACTOR, make_pool
from tests.server.running import RunningServer
from tests.server.signatures import checked
from tests.server.test_licenses import block, device, stop
from tests.server.test_sessions import activated

NONCE = "n-0123456789"


def test_a_proof_of_each_answer(server: RunningServer) -> None:
    key = issue_license(server.database)
    server.change('UPDATE licenses SET features = \'{"export": true, "seats": 5}\' WHERE license_key = %s', key)
    request = device(key)
    seat = {name: request[name] for name in ("license_key", "hardware_fingerprint")}
    activation = server.post("license/activate", request | {"nonce": NONCE}).json()
    validation = server.post("license/validate", seat | {"nonce": NONCE}).json()
    start = server.post("session/start", seat | {"nonce": NONCE}).json()
    resumed = server.post("session/start", seat | {"nonce": NONCE}).json()
    beat = server.post("session/heartbeat", {"session_token": start["session_token"], "nonce": NONCE}).json()
    codes = {}
    for name, body in (("a", activation), ("v", validation), ("s", start), ("r", resumed), ("b", beat)):
        header, claims = checked(server, body["proof"])
        assert (header["alg"], header["typ"]) == ("EdDSA", "leasehold-proof+jwt")
        assert (claims["iss"], claims["nonce"]) == ("leasehold", NONCE)
        assert claims["exp"] - claims["iat"] == 86_400
        assert (claims["license_key"], claims["hardware_fingerprint"]) == (key, request["hardware_fingerprint"])
        assert (claims["valid_until"], claims["features"]) == (None, {"export": True, "seats": 5})
        assert claims.get("session_token") == (start["session_token"] if name in "srb" else None)
        codes[name] = claims["code"]
    assert codes == {"a": "activated", "v": "valid", "s": "started", "r": "resumed", "b": "live"}


def test_there_is_no_proof_without_a_nonce(server: RunningServer) -> None:
    assert "proof" not in server.post("license/validate", {"license_key": issue_license(server.database)}).json()


def test_refusals_are_proved_too(server: RunningServer) -> None:
    key = issue_license(server.database, devices=2, sessions=1)
    first, second = activated(server, key), activated(server, key)
    token = server.post("session/start", first).json()["session_token"]
    unknown_key, nobody = new_license_key(), {"session_token": str(uuid.uuid4())}
    asked = [
        ("license/activate", device(unknown_key), 404, "license_not_found", {"license_key": unknown_key}),
        ("license/activate", device("mistyped"), 404, "license_not_found", {}),
        ("license/activate", device(key), 409, "device_limit_reached", {"license_key": key}),
        ("session/start", second, 409, "session_limit_reached", second),
        ("session/start", first | {"product": "other"}, 403, "product_mismatch", first),
        ("session/heartbeat", nobody, 404, "session_not_found", nobody),
        ("license/validate", {"license_key": unknown_key}, 200, "license_not_found", {"license_key": unknown_key}),
    ]  # fmt: skip
    for path, body, status, code, named in asked:
        answer = server.post(path, body | {"nonce": NONCE})
        _, claims = checked(server, answer.json()["proof"])
        assert (answer.status_code, claims["code"], claims["nonce"]) == (status, code, NONCE)
        assert named.items() <= claims.items()
    server.post("session/end", {"session_token": token})
    gone = server.post("session/heartbeat", {"session_token": token, "nonce": NONCE})
    _, claims = checked(server, gone.json()["proof"])
    assert (gone.status_code, claims["code"], claims["license_key"]) == (410, "session_ended", key)


def test_what_was_never_decided_is_not_proved(server: RunningServer) -> None:
    answer = server.post("license/activate", {"license_key": "x", "nonce": NONCE})
    assert (answer.status_code, "proof" in answer.json()) == (422, False)
    answer = server.post("license/validate", {"license_key": "x", "nonce": NONCE}, **{"X-API-Key": "wrong"})
    assert (answer.status_code, "proof" in answer.json()) == (401, False)


def test_a_proof_ends_with_the_license(server: RunningServer) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    key = issue_license(server.database, valid_until=until)
    body = server.post("license/validate", {"license_key": key, "nonce": NONCE}).json()
    _, claims = checked(server, body["proof"])
    assert claims["exp"] == int(until.timestamp())
    assert datetime.fromisoformat(claims["valid_until"]) == until


def test_the_refusal_of_an_expired_license_can_be_checked(server: RunningServer) -> None:
    key = issue_license(server.database)
    stop(server, key, "expired")
    body = server.post("license/validate", {"license_key": key, "nonce": NONCE}).json()
    _, claims = checked(server, body["proof"])
    assert (claims["code"], claims["exp"] > claims["iat"]) == ("license_expired", True)


def test_a_forged_proof_does_not_pass(server: RunningServer) -> None:
    key = issue_license(server.database)
    proofs = [
        server.post("license/validate", {"license_key": key, "nonce": NONCE + end}).json()["proof"] for end in "ab"
    ]
    forged = ".".join([*proofs[0].split(".")[:2], proofs[1].split(".")[2]])
    with pytest.raises(JoseError):
        checked(server, forged)


def test_checkout(server: RunningServer) -> None:
    until = datetime.now(UTC) + timedelta(days=400)
    key = issue_license(server.database, valid_until=until)
    seat = activated(server, key)
    make_pool(server.database, "10.0.0.1")
    with transaction(server.database, ACTOR) as session:
        allocate(session, key, Wanted(ResourceKind.IPV4))
    answer = server.post("license/checkout", seat | {"ttl": 7200})
    body = answer.json()
    assert (answer.status_code, set(body)) == (201, {"license_file", "expires_at"})
    header, claims = checked(server, body["license_file"])
    assert header["typ"] == "leasehold-license+jwt"
    assert claims["exp"] - claims["iat"] == 7200
    assert datetime.fromisoformat(body["expires_at"]).timestamp() == claims["exp"]
    assert seat.items() <= claims.items()
    assert claims["resources"] == {"domains": [], "ipv4_addresses": ["10.0.0.1"], "phone_numbers": []}
    assert claims["license"]["license_key"] == key
    assert claims["license"]["resources"] == claims["resources"]
    assert datetime.fromisoformat(claims["valid_until"]) == until


def test_an_offline_license_never_outlives_the_license(server: RunningServer) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    seat = activated(server, issue_license(server.database, valid_until=until))
    body = server.post("license/checkout", seat | {"ttl": 86_400}).json()
    _, claims = checked(server, body["license_file"])
    assert claims["exp"] <= until.timestamp()
    assert claims["exp"] > until.timestamp() - 1


def test_checkout_refused(server: RunningServer) -> None:
    key = issue_license(server.database)
    seat = activated(server, key)

    def refused(body: dict[str, object]) -> tuple[int, str]:
        answer = server.post("license/checkout", body)
        return answer.status_code, answer.json()["code"]

    assert server.post("license/checkout", seat | {"ttl": 2_592_000}).status_code == 201
    for ttl in (3599, 2_592_001, 10**40, -1):
        assert refused(seat | {"ttl": ttl}) == (422, "request_invalid")
    assert refused(seat | {"ttl": 3600, "hardware_fingerprint": "x" * 16}) == (404, "device_not_registered")
    assert refused(seat | {"ttl": 3600, "license_key": new_license_key()}) == (404, "license_not_found")
    server.change("UPDATE licenses SET checkout_enabled = false WHERE license_key = %s", key)
    assert refused(seat | {"ttl": 3600}) == (403, "checkout_disabled")
    server.post("license/deactivate", seat)
    assert refused(seat | {"ttl": 3600}) == (403, "device_inactive")
    block(server, seat["hardware_fingerprint"], "blocked")
    assert refused(seat | {"ttl": 3600}) == (403, "device_blocked")
    stop(server, key, "suspended")
    assert refused(seat | {"ttl": 3600}) == (403, "license_suspended")
