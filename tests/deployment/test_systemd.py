"""The units, as systemd's own tools see them; and what the programs tell systemd."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leasehold.deployment.environment import environment_reference, variables
from leasehold.deployment.systemd import Host, install_units, render_units
from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.releases import Releases
from tests.conftest import FreshDatabase
from tests.embedded.installation import clean_environment, free_port, wait_until

ELSEWHERE = Configuration(database_url="postgresql://owner:word@db.example.com/leasehold")
EMBEDDED = Configuration(data_dir=Path("/var/lib/leasehold"))
WORST_SCORE = 20  # of 100
ROOT = Path(__file__).parents[2]


def host(tmp_path: Path, user: str = "daemon") -> Host:
    return Host(user, Path("/var/lib/leasehold"), tmp_path / "environment")


@pytest.mark.parametrize("configuration", [EMBEDDED, ELSEWHERE], ids=["embedded", "elsewhere"])
def test_systemd_takes_the_units_and_finds_them_safe(tmp_path: Path, configuration: Configuration) -> None:
    units = render_units(configuration, host(tmp_path))
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in units]
    verified = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, check=False, text=True)
    assert (verified.returncode, [line for line in verified.stderr.splitlines() if str(tmp_path) in line]) == (0, [])
    for file in files:
        if file.endswith(".service"):
            command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={WORST_SCORE}", "--no-pager", file]
            judged = subprocess.run(command, capture_output=True, check=False, text=True)
            assert judged.returncode == 0, judged.stdout


def test_with_a_database_elsewhere_each_program_is_a_service(tmp_path: Path) -> None:
    assert list(render_units(EMBEDDED, host(tmp_path))) == ["leasehold.service"]
    assert list(render_units(ELSEWHERE, host(tmp_path))) == [
        "leasehold-server.service", "leasehold-panel.service", "leasehold-worker.service", "leasehold.target",
    ]  # fmt: skip


class TestInstalling:
    @pytest.fixture(autouse=True)
    def program_within_reach(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/usr/bin/python3")

    def test_units_and_environment_are_written_once(self, tmp_path: Path) -> None:
        written = install_units(ELSEWHERE, host(tmp_path), tmp_path)
        assert len(written) == 5
        environment = tmp_path / "environment"
        assert environment.stat().st_mode & 0o777 == 0o600
        text = environment.read_text()
        assert f'\nLEASEHOLD_DATABASE_URL="{ELSEWHERE.database_url}"\n' in text
        assert "\n#LEASEHOLD_SERVER_PORT=8090\n" in text
        environment.write_text("LEASEHOLD_SERVER_WORKERS=2\n")
        assert install_units(ELSEWHERE, host(tmp_path), tmp_path) == []
        assert environment.read_text() == "LEASEHOLD_SERVER_WORKERS=2\n"

    def test_a_unit_that_somebody_else_wrote_stays_and_so_do_the_others(self, tmp_path: Path) -> None:
        (tmp_path / "leasehold-worker.service").write_text("[Service]\n")
        with pytest.raises(ConfigurationError, match="was not written by Leasehold"):
            install_units(ELSEWHERE, host(tmp_path), tmp_path)
        assert sorted(path.name for path in tmp_path.glob("leasehold*")) == ["leasehold-worker.service"]

    def test_services_start_from_the_release_that_upgrades_replace(self, tmp_path: Path) -> None:
        releases = Releases(tmp_path)
        python = releases.environment("9.9") / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()
        here = Host("daemon", tmp_path, tmp_path / "environment")
        assert "ExecStart=/usr/bin/python3 -P -m leasehold up\n" in render_units(EMBEDDED, here)["leasehold.service"]
        releases.point_to(releases.environment("9.9"))
        expected = f"ExecStart={tmp_path}/releases/current/bin/python -P -m leasehold up\n"
        assert expected in render_units(EMBEDDED, here)["leasehold.service"]

    def test_a_missing_user_is_told_how_to_make_it(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"There is no user mr-nobody.*useradd --system"):
            install_units(ELSEWHERE, host(tmp_path, "mr-nobody"), tmp_path)

    def test_data_in_a_home_directory_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="services see no home directories"):
            install_units(ELSEWHERE, Host("nobody", Path("/home/me/data"), tmp_path / "environment"), tmp_path)
        with pytest.raises(ConfigurationError, match="install -d -o nobody -m 711 /srv/none"):
            install_units(ELSEWHERE, Host("nobody", Path("/srv/none"), tmp_path / "environment"), tmp_path)

    def test_a_program_in_a_home_directory_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/home/me/.venv/bin/python3")
        with pytest.raises(ConfigurationError, match="python3 -m venv /opt/leasehold"):
            install_units(ELSEWHERE, host(tmp_path), tmp_path)


class Listener:
    """systemd's end of the conversation."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def hears(self, word: str) -> bool:
        try:
            while True:
                self.heard.append(self._socket.recv(4096).decode())
        except BlockingIOError:
            return word in self.heard

    def close(self) -> None:
        self._socket.close()


@contextmanager
def notified(verb: str, fresh: FreshDatabase, tmp_path: Path) -> Iterator[tuple[Listener, subprocess.Popen[bytes]]]:
    listener = Listener(tmp_path / "notify")
    environment = clean_environment() | {
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "LEASEHOLD_DATABASE_URL": fresh.url,
        "LEASEHOLD_DATA_DIR": str(tmp_path / "data"),
        "LEASEHOLD_SERVER_PORT": str(free_port()),
        "LEASEHOLD_PANEL_PORT": str(free_port()),
    }
    process = subprocess.Popen([sys.executable, "-m", "leasehold", verb], env=environment)
    try:
        wait_until(lambda: listener.hears("READY=1"), f"{verb} is ready")
        wait_until(lambda: listener.hears("WATCHDOG=1"), f"{verb} is alive")
        yield listener, process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        listener.close()


def test_the_license_server_tells_of_its_life(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with notified("server", fresh_database, tmp_path) as (listener, process):
        listener.heard.clear()
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: listener.hears("READY=1"), "its processes are replaced")
        assert listener.heard.index("RELOADING=1") < listener.heard.index("READY=1")


def test_the_panel_tells_of_its_life_and_is_replaced(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with notified("panel", fresh_database, tmp_path) as (_, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_until(children.read_text, "a process serves")
        before = children.read_text()
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: children.read_text() and not set(children.read_text().split()) & set(before.split()),
                   "another serves in its place")  # fmt: skip


def test_the_worker_tells_of_its_life(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with notified("worker", fresh_database, tmp_path) as (listener, _):
        listener.heard.clear()
        wait_until(lambda: listener.hears("WATCHDOG=1"), "it goes on living")


def test_everything_together_tells_of_its_life(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with notified("up", fresh_database, tmp_path):
        pass


class TestTheEnvironment:
    def test_the_page_is_up_to_date(self) -> None:
        page = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")
        assert page == environment_reference(), "run `make reference`"

    def test_the_readme_knows_every_variable(self) -> None:
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert [variable.name for variable in variables() if variable.name not in readme] == []
