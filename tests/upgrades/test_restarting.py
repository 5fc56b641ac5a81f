"""A `leasehold up` that does not become the new release is ended, however it hangs; one that stays as it was stays."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leasehold.embedded.running import Running, what_runs
from leasehold.upgrades import restarting
from leasehold.upgrades.errors import UpgradeRefused
from tests.embedded.installation import wait_until

Hanging = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    """Starts one, which is not waited for longer than the test needs."""
    monkeypatch.setattr(restarting, "_READY_SECONDS", 2.0)
    monkeypatch.setattr(restarting, "_STOP_SECONDS", 2.0)
    started = []

    def start(how: str) -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([sys.executable, "-m", "tests.upgrades.hanging", str(tmp_path), how]))
        wait_until(lambda: what_runs(tmp_path), "it runs")
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def running_on(data_dir: Path) -> Running:
    running = what_runs(data_dir)
    assert running is not None
    return running


@pytest.mark.parametrize(("how", "status"), [("mute", -15), ("stubborn", -9)])
def test_what_hangs_at_its_restart_is_ended(tmp_path: Path, hanging: Hanging, how: str, status: int) -> None:
    process = hanging(how)
    with pytest.raises(UpgradeRefused, match=r"did not serve as Leasehold 9\.9\.9 within 2 s"):
        restarting.restart(tmp_path, running_on(tmp_path), "9.9.9")
    assert process.wait() == status


def test_what_goes_on_as_it_was_is_left_alone(tmp_path: Path, hanging: Hanging) -> None:
    process = hanging("deaf")
    before = running_on(tmp_path)
    with pytest.raises(UpgradeRefused, match=r"did not serve as Leasehold 9\.9\.9"):
        restarting.restart(tmp_path, before, "9.9.9")
    assert process.poll() is None
    assert running_on(tmp_path) == before
