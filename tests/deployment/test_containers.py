"""deploy/: what is in it keeps its promises, and what the image does works, also where no engine can build it."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deployment.image import HIDDEN, read_dockerfile, replay
from tests.embedded.installation import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
PINNED = re.compile(r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+")


@pytest.fixture
def services() -> dict[str, Any]:
    compose: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return compose["services"]


def test_there_are_three_services_at_most_with_pinned_versions(services: dict[str, Any]) -> None:
    assert len(services) <= 3
    images = [service["image"] for service in services.values() if "build" not in service]
    images += [rest.split()[0] for name, rest in read_dockerfile().instructions if name == "FROM"]
    assert [image for image in images if not PINNED.fullmatch(image)] == []


def test_no_service_may_write_to_its_root_or_gain_rights(services: dict[str, Any]) -> None:
    for service in services.values():
        assert service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in services["leasehold"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]


def test_nginx_sees_the_sockets_and_nothing_else_of_the_data(services: dict[str, Any]) -> None:
    shared = {volume.split(":")[0] for volume in services["nginx"]["volumes"]}
    assert shared & {volume.split(":")[0] for volume in services["leasehold"]["volumes"]} == {"run"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a chroot")
@pytest.mark.skipif(HIDDEN is not None, reason=HIDDEN or "")
@pytest.mark.slow
def test_the_image_runs_as_nobody_on_a_root_that_it_cannot_write(tmp_path: Path) -> None:
    replayed = replay(tmp_path, server_port=free_port(), panel_port=free_port())
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert "Leasehold is ready" in replayed.stdout + replayed.stderr
