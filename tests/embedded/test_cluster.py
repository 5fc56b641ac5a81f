"""What an embedded PostgreSQL finds when it starts: nothing, half of itself, or the traces of a dead one."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from leasehold.embedded.cluster import Cluster
from leasehold.embedded.leftovers import wait_for_earlier
from leasehold.kit.errors import ConfigurationError
from tests.embedded.installation import wait_until


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that has nothing to do with PostgreSQL."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def test_it_recovers_from_an_interrupted_set_up_and_from_a_crash(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    half_made = tmp_path / "postgresql.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    cluster = Cluster(tmp_path)
    first = cluster.start(subprocess.DEVNULL)
    assert not half_made.exists()

    first.send_signal(signal.SIGKILL)
    first.wait()
    lock_file = tmp_path / "postgresql" / "postmaster.pid"
    for path in (lock_file, cluster.socket_dir / ".s.PGSQL.5432.lock"):
        left = path.read_text().split("\n", 1)
        path.unlink()  # in a sticky directory not even root may write to another user's file
        path.write_text(f"{stranger.pid}\n{left[1]}")  # the dead one's number belongs to somebody else by now
    cluster.start(subprocess.DEVNULL)
    with psycopg.connect(cluster.superuser_conninfo) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    cluster.stop()
    cluster.stop()
    assert not lock_file.exists()


def test_an_earlier_postgresql_that_does_not_end_is_named(tmp_path: Path) -> None:
    earlier = subprocess.Popen(["sh", "-c", "sleep 600", str(tmp_path)])
    wait_until(lambda: str(tmp_path).encode() in Path(f"/proc/{earlier.pid}/cmdline").read_bytes(), "it runs")
    (tmp_path / "postmaster.pid").write_text(f"{earlier.pid}\n{tmp_path}\n")
    with pytest.raises(ConfigurationError, match=f"kill -INT {earlier.pid}"):
        wait_for_earlier(tmp_path, tmp_path, seconds=0, pause=lambda _seconds: None)
    earlier.kill()
    earlier.wait()
    assert wait_for_earlier(tmp_path, tmp_path, seconds=0, pause=lambda _seconds: None)
    assert (tmp_path / "postmaster.pid").read_text() == f"{os.getpid()}\n{tmp_path}\n"


def test_something_else_in_its_place_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "postgresql" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("Dear Anna")
    with pytest.raises(ConfigurationError, match="move it away"):
        Cluster(tmp_path).start(subprocess.DEVNULL)
    assert letter.read_text() == "Dear Anna"
