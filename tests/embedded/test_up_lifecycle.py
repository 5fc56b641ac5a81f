"""The life of an installation: the first start at a terminal, the crash, the start after it, the end."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FreshDatabase
from tests.embedded.installation import Installation, leasehold, processes_of, wait_until
from tests.faults.disks import small_disk

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class Terminal:
    """A terminal that remembers what was shown on it."""

    def __init__(self) -> None:
        self._master, self.slave = pty.openpty()
        self._shown = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def shown(self) -> str:
        return self._shown.decode(errors="replace")

    def close(self) -> None:
        os.close(self.slave)
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        try:
            while data := os.read(self._master, 4096):
                self._shown += data
        except OSError:  # the other side is closed
            return


def test_a_terminal_is_shown_the_way_in_and_a_killed_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data", environment={"LEASEHOLD_SERVER_WORKERS": "2"})
    terminal = Terminal()
    installation.spawn(terminal.slave)
    wait_until(lambda: "Ctrl-C stops" in terminal.shown or installation.running.poll() is not None, "it is ready")
    link = re.search(rf"http://127.0.0.1:{installation.panel_port}(/setup/\S+)", terminal.shown)
    key = re.search(r"AF-\d{4}-[A-Z0-9]{32}", terminal.shown)
    assert link, terminal.shown + installation.said
    assert key
    assert b"valid" in installation.get(installation.panel_port, link[1])
    assert key[0] not in installation.logs() + installation.said
    assert link[1] not in installation.logs() + installation.said

    installation.kill()
    installation.start()  # at once, while the killed one's PostgreSQL is still about to end
    wait_until(lambda: "There is no administrator yet" in installation.said, "it says how to get in")
    assert "There is no API key yet" not in installation.said
    terminal.close()

    installation.kill()
    wait_until(lambda: processes_of(installation.data_dir) == [], "every process is gone")


def test_ctrl_c_while_it_starts_stops_it(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    installation.spawn()
    wait_until((installation.data_dir / "postgresql.new").exists, "PostgreSQL is being set up")
    installation.running.send_signal(signal.SIGINT)
    assert installation.running.wait(60) == 0
    assert processes_of(installation.data_dir) == []
    assert not (installation.data_dir / "postgresql.new").exists()


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that belongs to nobody, in a place where nobody may go."""
    directory = Path(tempfile.mkdtemp(prefix="leasehold-nobody-"))
    os.chown(directory, 65534, 65534)
    yield directory
    shutil.rmtree(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user; the other tests run as one")
def test_an_ordinary_user_runs_it_too(open_directory: Path) -> None:
    start_itself = "import subprocess, sys, leasehold; subprocess.run([sys.executable, '-c', ''], check=True)"
    reachable = subprocess.run([*NOBODY, sys.executable, "-c", start_itself], check=False, capture_output=True)
    if reachable.returncode != 0:
        pytest.skip(f"an ordinary user may not run {sys.executable} or read this copy of Leasehold")
    installation = Installation(open_directory / "data", as_user=NOBODY, environment={"HOME": str(open_directory)})
    installation.output = open_directory / "out"
    installation.start()
    owners = {path.stat().st_uid for path in installation.data_dir.rglob("*")}
    assert owners == {65534}
    assert installation.stop() == 0
    assert processes_of(installation.data_dir) == []


def test_an_external_database_is_used_and_left_running(system_postgresql_url: str, tmp_path: Path) -> None:
    environment = {"LEASEHOLD_DATABASE_URL": system_postgresql_url}
    installation = Installation(tmp_path / "data", environment=environment)
    installation.start()
    assert not (installation.data_dir / "postgresql").exists()
    status = leasehold("status", f"--data-dir={installation.data_dir}", **environment)
    assert (status.returncode, status.stderr) == (0, ""), status.stdout
    assert installation.stop() == 0
    still_there = leasehold("psql", f"--data-dir={installation.data_dir}", "-Atc", "SELECT 1", **environment)
    assert still_there.stdout == "1\n"


def test_a_database_that_cannot_be_reached_is_said_in_one_sentence(tmp_path: Path) -> None:
    environment = {"LEASEHOLD_DATABASE_URL": "postgresql://leasehold:secret@127.0.0.1:1/leasehold"}
    done = leasehold(*Installation(tmp_path / "data").arguments, **environment)
    assert done.returncode == 2
    assert "The database cannot be reached" in done.stderr
    assert "LEASEHOLD_DATABASE_URL" in done.stderr
    assert "secret" not in done.stderr
    assert processes_of(tmp_path / "data") == []


def test_a_schema_that_a_newer_release_has_left_is_refused_and_left_alone(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    with fresh_database.superuser() as connection:
        connection.execute("UPDATE runtime SET oldest_supported_schema = 9999")
    environment = {"LEASEHOLD_DATABASE_URL": fresh_database.url}
    done = leasehold(*Installation(tmp_path / "data").arguments, **environment)
    assert done.returncode == 2
    assert "newer than this program, which knows" in done.stderr.splitlines()[-1]
    assert "install the newer release of Leasehold" in done.stderr.splitlines()[-1]
    assert processes_of(tmp_path / "data") == []


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("layout", "99\n", "belongs to a newer release of Leasehold (layout 99"),
        ("postgresql/PG_VERSION", "99\n", "was written by PostgreSQL 99, newer than"),
        ("postgresql/PG_VERSION", "12\n", "was written by PostgreSQL 12, this release brings"),
        ("layout", "?", "is damaged"),
    ],
)
def test_data_of_another_version_is_refused_and_left_alone(tmp_path: Path, file: str, text: str, said: str) -> None:
    data_dir = tmp_path / "data"
    path = data_dir / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    done = leasehold(*Installation(data_dir).arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_text() == text
    assert not (data_dir / "secrets.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_said_plainly(tmp_path: Path) -> None:
    with small_disk(tmp_path, "32m"):
        done = leasehold(*Installation(tmp_path / "data").arguments)
    assert done.returncode == 2
    assert "is full" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SERVER_PORT", "99999"), ("PANEL_PORT", "x"), ("SERVER_WORKERS", "0"), ("DATABASE_URL", "mysql://x")],
)
def test_a_wrong_configuration_is_one_sentence(tmp_path: Path, variable: str, value: str) -> None:
    done = leasehold("up", f"--data-dir={tmp_path / 'data'}", **{f"LEASEHOLD_{variable}": value})
    assert (done.returncode, done.stdout) == (2, "")
    assert f"LEASEHOLD_{variable} is not usable" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()
