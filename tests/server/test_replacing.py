"""Every process of a license server at work is replaced, and its clients notice nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.beating import beating, plainly

from leasehold.kit.master_note import MasterNote, read_master_note
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until
from tests.licensing.running import start
from tests.licensing.vendor import issue_license
from tests.races.fleet import Fleet, license_server


@pytest.fixture
def fleet(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Fleet]:
    """`leasehold server` with two processes."""
    with license_server(fresh_database.owner, fresh_database.url, tmp_path, workers=2) as running:
        wait_until(lambda: len(note(tmp_path).workers) == 2, "both processes serve")
        yield running


def note(data_dir: Path) -> MasterNote:
    return read_master_note(data_dir) or MasterNote(pid=0, workers=())


def reload(fresh: FreshDatabase, data_dir: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"LEASEHOLD_DATABASE_URL": fresh.url, "LEASEHOLD_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "leasehold", "reload", "--json"]
    return subprocess.run(command, env=environment, capture_output=True, check=False, text=True)


def ends(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_all_processes_are_replaced_and_no_heartbeat_fails(
    fleet: Fleet, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    tokens = [start(fresh_database.owner, issue_license(fresh_database.owner)) for _ in range(8)]
    before = note(tmp_path)
    with beating(plainly(fleet.port), fleet.api_key, tokens) as beats:
        wait_until(lambda: beats.sent > 50, "heartbeats come through")
        reloaded = reload(fresh_database, tmp_path)
        wait_until(lambda: all(ends(pid) for pid in before.workers), "the former processes are gone")
    after = note(tmp_path)
    assert json.loads(reloaded.stdout) == {"server_processes": list(after.workers), "panel": False}
    assert (len(after.workers), after.pid) == (2, before.pid)
    assert set(after.workers).isdisjoint(before.workers)
    assert beats.failed == []
    with fresh_database.owner.connect(application="test") as owner:
        live = {row[0] for row in owner.execute("SELECT session_token FROM license_sessions")}
    assert live == set(tokens)


def test_a_process_that_dies_is_started_again(fleet: Fleet, tmp_path: Path) -> None:
    first, second = note(tmp_path).workers
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(note(tmp_path).workers) == 2 and first not in note(tmp_path).workers, "another serves")
    assert second in note(tmp_path).workers


def test_a_new_program_that_does_not_come_up_leaves_the_old_one_at_work(
    fleet: Fleet, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    before = note(tmp_path)
    secrets = tmp_path / "secrets.json"
    secrets.chmod(0o644)  # which every start refuses
    failed = reload(fresh_database, tmp_path)
    secrets.chmod(0o600)
    said: dict[str, Any] = json.loads(failed.stderr)["error"]
    assert (failed.returncode, said["code"]) == (1, "not_replaced")
    assert "those that run go on" in said["detail"]
    assert note(tmp_path).workers == before.workers
    assert json.loads(reload(fresh_database, tmp_path).stdout)["server_processes"]


def test_where_no_license_server_runs_there_is_nothing_to_replace(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    assert "No license server runs on" in reload(fresh_database, tmp_path).stderr
