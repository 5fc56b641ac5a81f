"""The service under a real systemd: with all its locks on, it starts, is reloaded, and stops in order."""

import re
from pathlib import Path
from urllib.request import urlopen

import pytest

from leasehold.deployment.systemd import Host, render_units
from leasehold.kit.configuration import Configuration
from tests.deployment.booted import booted, can_boot
from tests.embedded.installation import free_port

REASON = can_boot()


@pytest.mark.slow
@pytest.mark.skipif(REASON is not None, reason=REASON or "")
def test_the_service_works_with_all_its_locks_on(tmp_path: Path) -> None:
    server_port, panel_port = free_port(), free_port()
    data_dir = Path("/var/lib/leasehold-test")
    units, layer = tmp_path / "units", tmp_path / "layer"
    units.mkdir()
    layer.mkdir()
    for name, text in render_units(Configuration(data_dir=data_dir), Host("leasehold", data_dir, units)).items():
        ports = f"Environment=LEASEHOLD_SERVER_PORT={server_port} LEASEHOLD_PANEL_PORT={panel_port}"
        visible = text.replace("ProtectHome=yes", ports)  # this checkout's interpreter may be in a home directory
        assert visible != text
        (units / name).write_text(visible)

    with booted(layer, units) as machine:
        started = machine.run("systemctl", "start", "leasehold")  # returns when it has said that it is ready
        assert started.returncode == 0, machine.run("systemctl", "status", "leasehold").stdout
        with urlopen(f"http://127.0.0.1:{server_port}/health/ready", timeout=10) as answer:
            assert answer.status == 200
        pid = machine.run("systemctl", "show", "--property=MainPID", "--value", "leasehold").stdout.strip()
        status = machine.run("cat", f"/proc/{pid}/status").stdout
        assert dict(re.findall(r"(NoNewPrivs|Seccomp|CapBnd):\s+(\w+)", status)) == {
            "NoNewPrivs": "1", "Seccomp": "2", "CapBnd": "0000000000000000",
        }  # fmt: skip
        assert machine.run("systemctl", "reload", "leasehold").returncode == 0
        assert machine.run("systemctl", "stop", "leasehold").returncode == 0
        assert machine.run("systemctl", "is-failed", "leasehold").stdout.strip() == "inactive"
