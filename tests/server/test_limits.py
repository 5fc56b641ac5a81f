"""Limits on callers: what fails is limited, what succeeds is not."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from leasehold.licensing.license_key import new_license_key
from leasehold.server.limits import TokenBuckets
from tests.conftest import cloned_database
from tests.licensing.vendor import issue_license
from tests.server.running import RunningServer, running_server
from tests.server.test_licenses import device


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data_dir: Path = tmp_path_factory.mktemp("proxied")
    with cloned_database() as fresh, running_server(fresh, data_dir, trusted_proxies="127.0.0.1") as running:
        yield running


def until_limited(server: RunningServer, path: str, body: dict[str, object], **headers: str) -> int:
    """How many calls were answered before the first 429."""
    for number in range(2000):
        answer = server.post(path, body, **headers)
        if answer.status_code == 429:
            assert answer.json()["code"] == "rate_limited"
            assert int(answer.headers["retry-after"]) >= 1
            return number
    raise AssertionError("no limit was met")


def test_a_bucket_fills_again_with_time() -> None:
    now = [0.0]
    buckets = TokenBuckets(now=lambda: now[0])
    taken = [buckets.take(("a", "b"), 20) for _ in range(22)]
    assert taken == [0] * 20 + [3, 3]
    now[0] = 3.0
    assert [buckets.take(("a", "b"), 20) for _ in range(2)] == [0, 3]
    now[0] = 1000.0
    assert [buckets.take(("a", "b"), 20) for _ in range(21)] == [0] * 20 + [3]


def test_buckets_are_of_bounded_number() -> None:
    buckets = TokenBuckets(now=lambda: 0.0, most=10)
    for number in range(1000):
        buckets.take(("a", str(number)), 1)
    assert len(buckets) == 10


def test_no_limit() -> None:
    buckets = TokenBuckets(now=lambda: 0.0)
    assert not any(buckets.take(("a", "b"), 0) for _ in range(100))


def test_unknown_licenses_are_limited_and_known_ones_are_not(limited_server: RunningServer) -> None:
    server = limited_server
    request = device(issue_license(server.database))
    server.post("license/activate", request)
    token = server.post("session/start", request).json()["session_token"]
    assert 20 <= until_limited(server, "license/validate", {"license_key": new_license_key()}) <= 25
    assert server.post("license/validate", {"license_key": "mistyped"}).status_code == 429
    assert server.post("license/activate", device(new_license_key())).status_code == 429
    for _ in range(50):
        assert server.post("session/heartbeat", {"session_token": token}).status_code == 200
    assert server.post("license/validate", {"license_key": request["license_key"]}).json()["valid"]
    refused = server.post("session/heartbeat", {"session_token": str(uuid.uuid4())})
    assert refused.status_code == 404


def test_invalid_keys_are_limited_and_valid_ones_are_not(limited_server: RunningServer) -> None:
    server = limited_server
    assert 20 <= until_limited(server, "license/validate", {}, **{"X-API-Key": "wrong"}) <= 25
    assert server.post("license/validate", {"license_key": issue_license(server.database)}).status_code == 200


def test_a_client_cannot_choose_its_address(limited_server: RunningServer) -> None:
    server = limited_server
    wrong = {"X-API-Key": "wrong"}
    until_limited(server, "license/validate", {}, **wrong)
    for spoofed in ({"X-Forwarded-For": "203.0.113.77"}, {"Forwarded": "for=203.0.113.78"}):
        assert server.post("license/validate", {}, **wrong, **spoofed).status_code == 429


def test_behind_a_trusted_proxy_each_client_is_limited_alone(behind_a_proxy: RunningServer) -> None:
    server = behind_a_proxy
    wrong = {"X-API-Key": "wrong"}
    first = {"X-Forwarded-For": "203.0.113.1"}
    until_limited(server, "license/validate", {}, **wrong, **first)
    assert server.post("license/validate", {}, **wrong, **{"X-Forwarded-For": "203.0.113.2"}).status_code == 401
    spoofing = {"X-Forwarded-For": "198.51.100.9, 203.0.113.1"}
    assert server.post("license/validate", {}, **wrong, **spoofing).status_code == 429


def test_an_operator_changes_a_limit_while_the_server_runs(behind_a_proxy: RunningServer) -> None:
    server = behind_a_proxy
    server.set_setting("limit_refusals_per_minute", 3)
    here = {"X-Forwarded-For": "203.0.113.40"}
    server.wait_until(lambda: server.post("session/end", {}, **here).status_code == 429, seconds=5)
    server.set_setting("limit_refusals_per_minute", 1200)


def test_successes_are_limited_where_an_operator_wants_it(behind_a_proxy: RunningServer) -> None:
    server = behind_a_proxy
    request = device(issue_license(server.database))
    server.post("license/activate", request)
    token = server.post("session/start", request).json()["session_token"]

    def validate() -> httpx2.Response:
        return server.post("license/validate", {"license_key": request["license_key"]})

    def beat() -> httpx2.Response:
        return server.post("session/heartbeat", {"session_token": token})

    assert all(answer().status_code == 200 for answer in (validate, beat) * 20)
    server.set_setting("limit_successes_per_key_per_minute", 2)
    server.wait_until(lambda: validate().status_code == 429, seconds=5)
    assert beat().status_code == 200
    server.set_setting("limit_heartbeats_per_session_per_minute", 2)
    server.wait_until(lambda: beat().status_code == 429, seconds=5)
