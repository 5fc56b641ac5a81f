"""What a real server process says of itself, and what becomes of that when it stops, and when it is killed."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from leasehold.kit.database import Role
from leasehold.operations.processes import ServerProcess, list_processes, remove_stale_processes
from tests.conftest import FreshDatabase
from tests.embedded.installation import leasehold
from tests.licensing.vendor import fingerprint, issue_license
from tests.server.running import RunningServer, running_server


def processes(fresh: FreshDatabase) -> list[ServerProcess]:
    with fresh.as_role(Role.PANEL).connect(application="test", autocommit=True) as panel:
        return list_processes(panel)


def ids(fresh: FreshDatabase) -> set[UUID]:
    return {process.id for process in processes(fresh)}


def device(key: str, number: int) -> dict[str, Any]:
    return {
        "license_key": key,
        "hardware_fingerprint": fingerprint(number),
        "device_name": f"Device {number}",
        "device_type": "laptop",
    }


def denials(server: RunningServer) -> dict[tuple[str | None, str], int]:
    rows = server.read(
        "SELECT l.license_key, d.code, d.denials"
        " FROM license_denials AS d LEFT JOIN licenses AS l ON l.id = d.license_id"
    )
    return {(key, code): number for key, code, number in rows}


def refuse(server: RunningServer) -> dict[tuple[str | None, str], int]:
    """Run into every kind of refusal; returns what should be counted."""
    key = issue_license(server.database, devices=2, sessions=1)
    for number in (1, 2):
        assert server.post("license/activate", device(key, number)).status_code == 201
    named = [{"license_key": key, "hardware_fingerprint": fingerprint(number)} for number in (1, 2)]
    assert server.post("session/start", named[0]).status_code == 201
    for _ in range(3):
        assert server.post("session/start", named[1]).status_code == 409
    assert server.post("license/activate", device(key, 3)).status_code == 409
    unregistered = {"license_key": key, "hardware_fingerprint": fingerprint(4)}
    assert server.post("license/validate", unregistered).json()["valid"] is False
    unknown = {"session_token": "0b1d8f6e-8f0e-4d62-8a33-0c27a4c0ac4b"}
    assert server.post("session/heartbeat", unknown).status_code == 404
    assert server.post("license/validate", {}, **{"X-API-Key": "wrong"}).status_code == 401
    assert server.post("license/validate", {}).status_code == 422
    return {
        (key, "session_limit_reached"): 3,
        (key, "device_limit_reached"): 1,
        (key, "device_not_registered"): 1,
        (None, "session_not_found"): 1,
    }


def test_a_process_reports_what_it_does_and_whom_it_refuses(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with running_server(fresh_database, tmp_path) as server:
        expected = refuse(server)
        server.wait_until(lambda: denials(server) == expected)
        server.wait_until(lambda: any(p.heartbeats_last_minute for p in processes(fresh_database)))
        (process,) = processes(fresh_database)
        assert (process.pid, process.silent, process.database_down) == (server.process.pid, False, False)
        assert process.started_at < process.seen_at
        assert set(process.lanes) == {"heartbeats", "reads", "commands", "contended", "resources"}
        metrics_key = server.new_key("metrics", ["metrics"])
        with server.client(**{"X-API-Key": metrics_key}) as client:
            line = 'leasehold_denials_total{code="session_limit_reached"} 3.0'
            server.wait_until(lambda: line in client.get("/metrics").text)
        status = leasehold(
            "status", "--json", LEASEHOLD_DATABASE_URL=fresh_database.url, LEASEHOLD_DATA_DIR=str(tmp_path)
        )
        (shown,) = json.loads(status.stdout)["processes"]
        assert (shown["pid"], shown["version"]) == (process.pid, process.version)
        text = leasehold("status", LEASEHOLD_DATABASE_URL=fresh_database.url, LEASEHOLD_DATA_DIR=str(tmp_path)).stdout
        assert f"process {process.pid}, version {process.version}" in text
    assert ids(fresh_database) == set()


def test_what_was_refused_is_written_at_the_latest_when_the_process_stops(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    with running_server(fresh_database, tmp_path) as server:
        expected = refuse(server)
    assert denials(server) == expected


@pytest.mark.parametrize("by_whom", ["another process", "the worker"])
def test_a_killed_process_leaves_a_row_that_goes_stale_and_vanishes(
    fresh_database: FreshDatabase, tmp_path: Path, by_whom: str
) -> None:
    with running_server(fresh_database, tmp_path / "victim") as victim:
        victim.wait_until(lambda: len(ids(fresh_database)) == 1)
        victim.kill()
    (left,) = processes(fresh_database)
    victim.change("UPDATE server_processes SET seen_at = seen_at - interval '30 s'")
    with fresh_database.as_role(Role.WORKER).connect(application="test", autocommit=True) as worker:
        assert remove_stale_processes(worker) == 0
        assert [process.silent for process in processes(fresh_database)] == [True]
        victim.change("UPDATE server_processes SET seen_at = seen_at - interval '31 s'")
        if by_whom == "the worker":
            assert remove_stale_processes(worker) == 1
    if by_whom == "another process":
        with running_server(fresh_database, tmp_path / "other", key_name="other") as other:
            other.wait_until(lambda: ids(fresh_database) and left.id not in ids(fresh_database))
    assert ids(fresh_database) == set()


def test_a_row_that_was_taken_away_comes_back(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with running_server(fresh_database, tmp_path) as server:
        server.wait_until(lambda: len(ids(fresh_database)) == 1)
        (before,) = processes(fresh_database)
        server.change("DELETE FROM server_processes")
        server.wait_until(lambda: ids(fresh_database) == {before.id})
        (after,) = processes(fresh_database)
        assert abs((after.started_at - before.started_at).total_seconds()) < 1


def test_it_reports_again_after_the_database_cut_it_off(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with running_server(fresh_database, tmp_path) as server:
        expected = refuse(server)
        with fresh_database.superuser() as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'leasehold reporter'"
            )
        server.wait_until(lambda: denials(server) == expected)
