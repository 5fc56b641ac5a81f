"""What the guide says about nginx and systemd, typed on a machine that is ours to change."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import leasehold
from leasehold.deployment.certificates import keep_trial_certificate
from tests.deployment.proxied import API, PANEL, Proxied, proxied, wait_until
from tests.embedded.installation import clean_environment
from tests.guide.pages import shown

SYSTEM_PYTHON = "/usr/bin/python3"
OURS = [str(Path(leasehold.__file__).parents[1]), *(path for path in sys.path if path.endswith("site-packages"))]
SYSTEM_IS_OURS = Path(SYSTEM_PYTHON).resolve().name == f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def proxy() -> Iterator[Proxied]:
    """An nginx without a site, and no program behind it."""
    with proxied(None) as running:
        yield running


def certificate(directory: Path) -> None:
    """As certbot leaves it, and as somebody has it from elsewhere."""
    keep_trial_certificate(directory / "fullchain.pem", directory / "privkey.pem", (API, PANEL), now=datetime.now(UTC))


def install_site(proxy: Proxied, command: str) -> None:
    """Type the command; only the places are others."""
    for shown_as in ("/etc/letsencrypt/live/api.example.com/", " "):
        command = command.replace(f"{shown_as}fullchain", f" {proxy.directory}/fullchain")
        command = command.replace(f"{shown_as}privkey", f" {proxy.directory}/privkey")
    program, group, verb, *options = shlex.split(command)
    assert (program, group, verb) == ("leasehold", "nginx", "install")
    done = proxy.install(*options)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: proxy.ask("/health/live").status == 503, "nginx serves the site")


def test_a_site_for_a_trial_and_then_with_a_certificate(proxy: Proxied) -> None:
    (trial,) = shown("docs/running.md", "--self-signed")
    install_site(proxy, trial)
    certificate(proxy.directory)
    (real,) = shown("docs/running.md", "--certificate /etc/letsencrypt")
    install_site(proxy, real)


def test_the_way_onto_the_internet(proxy: Proxied) -> None:
    site, _ = shown("README.md", "leasehold systemd install")
    certificate(proxy.directory)
    install_site(proxy, site)


@pytest.mark.skipif(not SYSTEM_IS_OURS, reason=f"{SYSTEM_PYTHON} is not of the version that runs this")
def test_the_service(tmp_path: Path) -> None:
    """As a program that services may see, which one in a home directory is not."""
    _, service = shown("README.md", "leasehold systemd install")
    places = [f"--directory={tmp_path}", f"--environment-file={tmp_path}/environment", "--user=daemon"]
    done = subprocess.run(
        [SYSTEM_PYTHON, "-m", *shlex.split(service), "--data-dir=/var/lib/leasehold", *places],
        env=clean_environment() | {"PYTHONPATH": os.pathsep.join(OURS)},
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"ExecStart={SYSTEM_PYTHON} -P -m leasehold up" in (tmp_path / "leasehold.service").read_text()
