import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from leasehold.kit.errors import ConfigurationError
from leasehold.kit.listeners import http_address, listen_on_path, listen_on_port
from tests.embedded.installation import clean_environment


def test_a_port_in_use_is_named_with_the_option_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} on 127.0.0.1 is in use.*--panel-port"):
            listen_on_port("127.0.0.1", port, option="--panel-port")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take a right away from a process")
def test_a_port_that_needs_a_right_is_named_before_anything_is_made(tmp_path: Path) -> None:
    """As somebody who may do everything here but bind a port below 1024."""
    up = [sys.executable, "-m", "leasehold", "up", "--server-port=80", f"--data-dir={tmp_path / 'data'}"]
    reserved = "ip link set lo up && echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start"
    without = "setpriv --bounding-set=-net_bind_service --inh-caps=-net_bind_service"
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", f'{reserved} && exec {without} "$@"', "-", *up],
        env=clean_environment(), capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2, "leasehold: Port 80 is reserved for the system: choose one above 1023 with --server-port.\n",
    )  # fmt: skip
    assert not (tmp_path / "data" / "secrets.json").exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "host.invalid"])
def test_an_address_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{host} is no address of this machine"):
        listen_on_port(host, 1, option="--server-port")


def test_a_socket_replaces_what_a_dead_process_left_and_is_open_to_a_proxy(tmp_path: Path) -> None:
    path = tmp_path / "server.sock"
    listen_on_path(path).close()
    assert path.exists()
    with listen_on_path(path), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert stat.S_IMODE(path.stat().st_mode) == 0o666


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("2001:db8::1", "http://[2001:db8::1]:80"),
        ("licenses.example", "http://licenses.example:80"),
    ],
)
def test_an_address_can_be_typed_into_a_browser(host: str, address: str) -> None:
    assert http_address(host, 80) == address
