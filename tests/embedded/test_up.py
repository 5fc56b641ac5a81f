"""`leasehold up`, as its owner meets it. One installation serves all tests of this file that do it no harm."""

import json
import os
import re
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.worker.jobs import JOBS
from tests.embedded.installation import Installation, leasehold, processes_of, wait_until

SECRET = re.compile(r"AF-\d{4}-[A-Z0-9]{32}|/setup/[\w-]{20}")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    data_dir = tmp_path_factory.mktemp("up") / "data"
    installation = Installation(data_dir, environment={"LEASEHOLD_SERVER_WORKERS": "2"})
    installation.start()
    yield installation
    assert installation.stop() == 0, installation.said
    assert processes_of(data_dir) == []


def test_it_serves_on_both_ports_and_both_sockets(installation: Installation) -> None:
    assert b'"pass"' in installation.get(installation.server_port, "/health/ready")
    assert b"Leasehold" in installation.get(installation.panel_port, "/")
    for name, path in (("server.sock", b"/health/ready"), ("panel.sock", b"/")):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(installation.data_dir / "run" / name))
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n")
            assert connection.recv(64).startswith(b"HTTP/1.1 200")


def test_it_says_where_everything_is_and_how_to_get_in(installation: Installation) -> None:
    assert f"http://127.0.0.1:{installation.server_port}" in installation.said
    assert f"http://127.0.0.1:{installation.panel_port}" in installation.said
    wait_until(lambda: "leasehold api-key create" in installation.said, "it says how to get a key")
    assert "leasehold admin setup-link" in installation.said


def test_no_secret_stands_in_what_it_prints_or_logs(installation: Installation) -> None:
    written = installation.said + installation.logs()
    assert not SECRET.search(written)
    for secret in read_or_create_secrets(installation.data_dir).values():
        assert str(secret) not in written


def test_secrets_and_logs_are_for_their_owner_alone(installation: Installation) -> None:
    private = [installation.data_dir / name for name in ("secrets.json", "postgresql", "logs")]
    private += list((installation.data_dir / "logs").iterdir())
    assert [path for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_a_second_up_on_the_same_directory_says_who_runs(installation: Installation) -> None:
    second = leasehold(*Installation(installation.data_dir).arguments)
    assert second.returncode == 2
    assert f"already runs on {installation.data_dir} (process {installation.running.pid})" in second.stderr
    assert second.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--server-port", "--panel-port"])
def test_a_port_in_use_is_said_before_anything_is_made(installation: Installation, tmp_path: Path, option: str) -> None:
    other = Installation(tmp_path / "other")
    done = leasehold(*other.arguments, f"{option}={installation.server_port}")
    assert done.returncode == 2
    assert f"Port {installation.server_port} on 127.0.0.1 is in use" in done.stderr
    assert option in done.stderr
    assert not (other.data_dir / "postgresql").exists()


def test_status_and_doctor_find_nothing_wrong(installation: Installation) -> None:
    status = leasehold("status", "--json", f"--data-dir={installation.data_dir}")
    found = json.loads(status.stdout)
    assert (status.returncode, found["problems"]) == (0, [])
    assert found["up"] == {"pid": installation.running.pid}
    assert found["server"]["address"].endswith(str(installation.server_port))
    assert found["database"]["schema"] == found["database"]["schema_wanted"]
    assert {job["name"] for job in found["jobs"]} == {job.name for job in JOBS}
    doctor = leasehold("doctor", "--json", LEASEHOLD_DATA_DIR=str(installation.data_dir))
    assert doctor.returncode == 0, doctor.stdout


def test_psql_is_the_owner_and_signs_its_changes(installation: Installation) -> None:
    data_dir = f"--data-dir={installation.data_dir}"
    statement = "INSERT INTO products (slug, name) VALUES ('studio', 'Studio'); SELECT actor FROM audit_log"
    done = leasehold("psql", data_dir, "-At", "-c", statement + " WHERE table_name = 'products'")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("psql:")
    assert leasehold("psql", data_dir, "-c", "SELEC 1").returncode == 1


def test_logs_are_readable(installation: Installation) -> None:
    done = leasehold("logs", "server", "--lines", "5", f"--data-dir={installation.data_dir}")
    assert done.returncode == 0
    assert re.match(r"server +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info ", done.stdout)
    unknown = leasehold("logs", "nginx", f"--data-dir={installation.data_dir}")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def test_a_program_that_dies_is_started_again(installation: Installation) -> None:
    panel = installation.child("panel")
    os.kill(panel, signal.SIGKILL)
    wait_until(lambda: "Admin panel was killed by signal 9" in installation.said, "the supervisor notices")
    wait_until(lambda: installation.answers(installation.panel_port, "/"), "the panel is back")


def test_a_postgresql_that_dies_is_started_again(installation: Installation) -> None:
    os.kill(installation.child("postgres"), signal.SIGKILL)
    wait_until(lambda: "PostgreSQL ended" in installation.said, "the supervisor notices")
    wait_until(lambda: installation.answers(installation.server_port, "/health/ready"), "the license server is ready")
